"""The ops page as people see it: in a real browser, on a phone, in the dark, on paper, without a network."""

import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from busy_company import block, make_busy, write_manifest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import sync_playwright
from served_reports import served
from small_company import settings_in

from orchestration.publish import publish_quality, write_ops_report
from orchestration.settings import PROJECT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (360, 390, 768, 1280)
SECTIONS = ("to-do", "warnings", "checks", "breaks", "restated", "freshness", "quarantine", "loaded", "publishes")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium is installed, and CI does not ask for it"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The page of a good run, of a blocked one, and of an empty home; a path by name."""
    homes = {name: settings_in(tmp_path_factory.mktemp(name) / "home") for name in ("good", "blocked", "empty")}
    for name in ("good", "blocked"):
        make_busy(homes[name])
        write_manifest(homes[name])
        write_data_docs(homes[name].reports / "data_docs")
    block(homes["blocked"])
    written = {}
    for name, outcome in (("good", "published"), ("blocked", "blocked"), ("empty", "failed")):
        run_id = "run-2" if name == "blocked" else "run-1"
        publish_quality(homes[name].warehouse, homes[name].published, homes[name].dbt_manifest, run_id=run_id)
        written[name] = write_ops_report(
            homes[name].published, homes[name].reports, run_id=run_id, outcome=outcome, details=["one line", "another"]
        )
    return written


def write_data_docs(folder):
    """The index of the Data Docs from its own template; importing Great Expectations for it would take seconds."""
    templates = PROJECT / "orchestration" / "guard" / "templates"
    index = Environment(loader=FileSystemLoader(templates), autoescape=True).get_template("data_docs_index.html.j2")
    check = {"target": "raw.crm__opportunity", "status": "failed", "severity": "warning", "check_name": "owner_known"}
    check |= {"rule": "Owner is known", "observed": "1 unexpected of 4", "element_count": 4}
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(
        index.render(
            policy="default-src 'none'; style-src 'unsafe-inline'",
            style=(templates / "data_docs.css").read_text(encoding="utf-8"),
            run_id="run-1",
            rooms={"raw": {check["target"]: [check]}},
            pages={check["target"]: None},
        ),
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Tab:
    """A page that has no network, with its requests and its console errors."""

    def __init__(self, context):
        self.asked, self.complained = [], []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complained.append(message.text))
        self.page.on("pageerror", lambda error: self.complained.append(str(error)))

    def open(self, path):
        self.page.goto(path.as_uri())
        return self.page


@pytest.fixture
def tab(browser):
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    context.route(re.compile(r"^(?!file:)"), lambda route: route.abort())
    yield Tab(context)
    context.close()


@pytest.mark.parametrize("name", ["good", "blocked", "empty"])
def test_it_requests_nothing_but_itself_and_logs_no_error(pages, tab, name):
    tab.open(pages[name])
    assert tab.asked == [pages[name].as_uri()] and tab.complained == []


@pytest.mark.parametrize("name", ["good", "blocked", "empty"])
def test_no_width_scrolls_the_page_sideways_and_no_drawing_leaves_its_sheet(pages, tab, name):
    page = tab.open(pages[name])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for opened in (False, True):
            page.evaluate("open => document.querySelectorAll('details').forEach(it => it.open = open)", opened)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, opened)
        assert outside(page, width) == []


def outside(page, width):
    """The drawings, labels and headings outside the width, and labels of a scale that overlap."""
    return page.evaluate(
        """width => [...document.querySelectorAll('.strip svg[role=img], .strip p, .strip text, h1, h2, h3, .tile')]
            .map(it => [it.textContent.trim().slice(0, 40), it.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.left < -1 || box.right > width + 1))
            .map(([text, box]) => [text, box.left, box.right])
            .concat([...document.querySelectorAll('.strip svg[aria-hidden]')].flatMap(it => {
                const boxes = [...it.querySelectorAll('text')].map(text => text.getBoundingClientRect())
                const overlaps = boxes.slice(1).filter((box, place) => box.left < boxes[place].right)
                return overlaps.map(box => ['overlap', box.left])
            }))""",
        width,
    )


@pytest.mark.parametrize("name", ["good", "blocked", "empty"])
def test_every_link_on_the_page_leads_somewhere(pages, tab, name):
    page = tab.open(pages[name])
    links = page.eval_on_selector_all("a", "all => all.map(it => it.getAttribute('href'))")
    assert {"#to-do", "#breaks", "#restated"} <= set(links)
    for link in links:
        file, _, anchor = link.partition("#")
        assert not file or (pages[name].parent / file).is_file(), link
        assert file or page.locator(f"[id='{anchor}']").count() == 1, link


def test_the_data_docs_are_a_click_away_and_lead_back(pages, tab):
    page = tab.open(pages["blocked"])
    page.click("text=gx_opportunity_id_is_filled >> xpath=ancestor::article >> text=Data Docs")
    assert page.url.endswith("data_docs/index.html#raw.crm__opportunity")
    assert page.locator("[id='raw.crm__opportunity']").is_visible()
    page.click("text=Back to the operations page")
    assert page.url == pages["blocked"].as_uri() and tab.complained == []


def test_served_over_http_it_has_its_style_and_its_links_lead_to_the_data_docs_and_back(pages, browser):
    with served(pages["blocked"].parent.parent) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        tab = Tab(context)
        tab.page.goto(server.address)
        paper = "getComputedStyle(document.body).backgroundColor"
        styled = tab.page.evaluate(paper)
        tab.page.click("text=gx_opportunity_id_is_filled >> xpath=ancestor::article >> text=Data Docs")
        assert tab.page.url == f"{server.address}/data_docs/index.html#raw.crm__opportunity"
        assert tab.page.locator("[id='raw.crm__opportunity']").is_visible()
        tab.page.click("text=Back to the operations page")
        assert tab.page.url == f"{server.address}/index.html" and tab.complained == []
        assert tab.page.evaluate(paper) == styled != "rgba(0, 0, 0, 0)"
        context.close()


@pytest.mark.parametrize("name", ["good", "blocked", "empty"])
def test_headings_are_in_order(pages, tab, name):
    page = tab.open(pages[name])
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(it => Number(it.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
    sections = page.eval_on_selector_all("h2", "all => all.map(it => it.id)")
    assert [it for it in sections if it != "health"] == list(SECTIONS)


def test_a_warning_opens_with_the_keyboard_and_what_scrolls_can_be_reached(pages, tab):
    page = tab.open(pages["blocked"])
    page.set_viewport_size({"width": 390, "height": 844})
    warning = page.locator("details.card").first
    assert not warning.locator("dl").is_visible()
    warning.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert warning.locator("dl").is_visible()
    assert "opportunity_id 1, owner_id blank" in warning.inner_text()
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    unreachable = page.evaluate(
        """[...document.querySelectorAll('*')].filter(it =>
            it.scrollWidth > it.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(it).overflowX)
            && it.tabIndex < 0).map(it => it.outerHTML.slice(0, 80))"""
    )
    assert unreachable == []
    nameless = "it => it.tabIndex >= 0 && it.matches('.scroll') && !it.getAttribute('aria-label')"
    assert page.evaluate(f"[...document.querySelectorAll('.scroll')].filter({nameless}).length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["good", "blocked"])
def test_every_text_has_contrast_with_its_background(pages, tab, name, scheme):
    page = tab.open(pages[name])
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(paper) < 0.1) == (scheme == "dark")
    seen = page.evaluate(
        """() => {
            const bed = it => { for (; it; it = it.parentElement) {
                const color = getComputedStyle(it).backgroundColor
                if (!color.endsWith(', 0)')) return color } }
            const texts = [...document.querySelectorAll('main *')].filter(it =>
                [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()) && !it.closest('title'))
            return [...new Map(texts.map(it => {
                const style = getComputedStyle(it)
                const color = it.ownerSVGElement ? style.fill : style.color
                return [color + bed(it), [color, bed(it), it.textContent.trim().slice(0, 40)]]
            })).values()]
        }"""
    )
    assert len(seen) > 8
    faint = [(text, color, bed) for color, bed, text in seen if contrast(color, bed) < 4.5]
    assert faint == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_have_contrast_with_their_background(pages, tab, scheme):
    page = tab.open(pages["good"])
    page.emulate_media(color_scheme=scheme)
    marks = page.evaluate(
        """[...document.querySelectorAll('.legend svg .mark')].slice(0, 4).map(it => getComputedStyle(it).fill)"""
    )
    sheet = page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor")
    assert len(set(marks)) == 4 and all(contrast(mark, sheet) >= 3 for mark in marks)


def luminance(color):
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The ratio of WCAG 2: texts need 4.5, marks 3."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_on_paper_everything_is_open_also_in_dark_mode_and_nothing_is_cut(pages, tab, tmp_path):
    page = tab.open(pages["blocked"])
    # the width of A4 between margins of 1 cm, in pixels of CSS
    page.set_viewport_size({"width": 718, "height": 1047})
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for section in SECTIONS:
        assert page.locator(f"h2#{section}").is_visible(), section
    hidden = "it => !it.checkVisibility({contentVisibilityAuto: true})"
    assert page.evaluate(f"[...document.querySelectorAll('dl, table, figure')].filter({hidden}).length") == 0
    assert outside(page, 718) == []
    cut = "it => it.getBoundingClientRect().right > 719"
    assert page.evaluate(f"[...document.querySelectorAll('table')].filter({cut}).map(it => it.innerText)") == []
    page.pdf(path=tmp_path / "page.pdf", format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "1cm"))
    pdf = Path(tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
