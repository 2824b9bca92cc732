import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from guard_home import RAW_SUITE, RAW_TABLES, SettingsWithOwnSuites, make_settings
from playwright.sync_api import sync_playwright

from orchestration.guard import build_data_docs, validate

MARTS_SUITE = """\
    suite: marts_core
    owner: team:sales-operations
    targets:
      - target: marts.mart_roles_of_reps_by_pilot_region
        key: [rep_id]
        expectations:
          - type: expect_column_values_to_be_in_set
            kwargs: {column: role, value_set: [hunter]}
            severity: critical
            meta: {why: Reps are hunters., fix: Hire hunters alone.}
"""
MARTS_TABLES = """
create schema marts;
create table marts.mart_roles_of_reps_by_pilot_region as select 'r1' as rep_id, '<script>alert(1)</script>' as role;
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = make_settings(
        tmp_path_factory.mktemp("home $x"),
        {"raw/crm.yml": RAW_SUITE, "marts/core.yml": MARTS_SUITE},
        RAW_TABLES + MARTS_TABLES,
    )
    validate(settings, "raw", run_id="yesterday")
    validate(settings, "raw", run_id="today", targets=["raw.crm__deal", "raw.crm__forgotten"])
    validate(settings, "marts", run_id="today")
    return build_data_docs(settings.reports, settings.warehouse)


def test_the_index_lists_the_failures_of_both_rooms_of_the_last_run(index: Path) -> None:
    page = index.read_text(encoding="utf-8")
    assert "today" in page and "yesterday" not in page
    for shown in (
        "raw.crm__deal",
        "gx_stage_is_filled",
        "1 unexpected of 4",
        "Set the stage in the CRM.",
        "marts.mart_roles_of_reps_by_pilot_region",
    ):
        assert shown in page
    assert "there is no table raw.crm__forgotten" in page
    assert "The check itself could not run" in page
    assert "raw.crm__rep" not in page


def test_each_table_links_to_its_page_which_shows_the_failure(index: Path) -> None:
    links = re.findall(r'href="(validations/[^"]+)"', index.read_text(encoding="utf-8"))
    assert len(links) == 2
    page = index.parent.joinpath(next(it for it in links if "crm__deal" in it)).read_text(encoding="utf-8")
    assert "Amount is not negative" in page
    assert "1 unexpected values found" in page


def test_a_tables_page_shows_rule_severity_samples_and_fix_at_its_top(index: Path) -> None:
    [name] = re.findall(r'href="(validations/[^"]+crm__deal[^"]*)"', index.read_text(encoding="utf-8"))
    page = index.parent / name
    text = page.read_text(encoding="utf-8")
    ours = " ".join(re.sub(r"<[^>]+>", " ", text[text.index("<h1>") : text.index("As Great Expectations")]).split())
    assert ours.startswith(
        "raw.crm__deal All checks of the run Stage is filled critical gx_stage_is_filled 1 unexpected"
    )
    assert (
        "For example deal_id d2, stage blank What to do Set the stage in the CRM. Owner team:sales-operations" in ours
    )
    assert "Amount is not negative warning gx_amount_is_not_negative 1 unexpected row; the table has 4" in ours
    [back] = re.findall(r'href="([^"]+)">All checks of the run', text)
    assert (page.parent / back.partition("#")[0]).resolve() == index.resolve()
    assert back.endswith("#raw.crm__deal")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen_and_links_are_tall_enough_to_tap(index: Path, width: int) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(viewport={"width": width, "height": 900})
        wider, low = [], []
        for page in index.parent.rglob("*.html"):
            tab.goto(page.as_uri())
            if tab.evaluate("document.documentElement.scrollWidth") > width:
                wider.append(page.name)
            heights = "links => links.map(link => link.getBoundingClientRect().height)"
            low += [height for height in tab.locator("a:visible").evaluate_all(heights) if height < 24]
        browser.close()
    assert wider == []
    assert low == []


def test_no_page_loads_or_runs_anything(index: Path) -> None:
    for page in index.parent.rglob("*.html"):
        text = unescape(page.read_text(encoding="utf-8"))
        assert "default-src 'none'" in text[: text.index("<title>")]
        assert not re.search(r"<(script|img)[^>]*src=[\"']https?:|<link[^>]*https?:", text)


def test_values_are_escaped_in_the_index(index: Path) -> None:
    page = index.read_text(encoding="utf-8")
    assert "<script>" not in page and "&lt;script&gt;alert(1)" in page


def test_without_any_results_the_index_says_so(tmp_path: Path) -> None:
    settings = SettingsWithOwnSuites(home=tmp_path, landing=tmp_path, warehouse=tmp_path / "kuota.duckdb")
    assert "Nothing has been checked yet" in build_data_docs(settings.reports, settings.warehouse).read_text(
        encoding="utf-8"
    )
