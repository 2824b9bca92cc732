from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import SourceConfig
from orchestration.settings import Settings, company_settings, reporting_time_zone
from orchestration.yaml_file import load_model, load_yaml
from tests.orchestration.small_landing import land, settings_in


def complaint(settings: Settings, text: str) -> str:
    land(settings, {"settings.yml": text})
    with pytest.raises(ConfigurationError) as raised:
        company_settings(settings)
    return str(raised.value).replace(f"{settings.landing}/", "")


def test_a_company_sets_some_and_the_defaults_apply_to_the_rest(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    land(settings, {"settings.yml": "reporting_time_zone: Asia/Jakarta\n"})
    company = company_settings(settings)
    assert (company["reporting_time_zone"], company["fiscal_year_start_month"]) == ("Asia/Jakarta", 1)
    assert reporting_time_zone(settings).key == "Asia/Jakarta"


def test_without_settings_or_with_an_empty_file_the_defaults_apply(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    defaults = company_settings(settings)
    land(settings, {"settings.yml": "# nothing yet\n"})
    assert company_settings(settings) == defaults


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "# ours\nreporting_curency: IDR\n",
            "settings.yml, line 2: unknown setting 'reporting_curency'. Did you mean 'reporting_currency'?",
        ),
        (
            "reporting_time_zone: Jakarta\n",
            "settings.yml, line 1: 'reporting_time_zone' is 'Jakarta'; write an IANA time zone, such as Asia/Jakarta.",
        ),
        (
            "reporting_currency: rupiah\n",
            "settings.yml, line 1: 'reporting_currency' is 'rupiah'; write a three-letter ISO 4217 code, such as IDR.",
        ),
        (
            "fiscal_year_start_month: 13\n",
            "settings.yml, line 1: 'fiscal_year_start_month' is 13; write a month from 1 to 12.",
        ),
        (
            "trusted_break_confidence: 90\n",
            "settings.yml, line 1: 'trusted_break_confidence' is 90; write a confidence from 0 to 1, such as 0.9.",
        ),
        (
            "fiscal_year_start_month: April\n",
            "settings.yml, line 1: 'fiscal_year_start_month' is 'April'; write a value of the form 1.",
        ),
        (
            "business_day_starts_at: nine\n",
            "settings.yml, line 1: 'business_day_starts_at' is 'nine'; write a time of day, such as \"09:00\".",
        ),
        (
            'business_day_ends_at: "08:30"\n',
            "settings.yml: the business day starts at 09:00 and ends at 08:30; let it end later.",
        ),
        (
            "sources_ended: {pipedrive: 2025-12-31,\n  hubspt: 2025-12-31}\n",
            "settings.yml, line 2: 'sources_ended' names the unknown source 'hubspt'. Did you mean 'hubspot'?",
        ),
        (
            "sources_ended:\n  pipedrive: last year\n",
            "settings.yml, line 2: 'sources_ended' of 'pipedrive' is 'last year'; write its last day, "
            "such as 2025-12-31.",
        ),
        (
            "sources_ended: pipedrive\n",
            "settings.yml, line 1: 'sources_ended' is 'pipedrive'; write each source with its last day, "
            "such as {pipedrive: 2025-12-31}.",
        ),
        ("just words\n", "settings.yml, line 1: expected lines of the form 'name: value'."),
    ],
)
def test_a_wrong_setting_is_named_with_file_line_and_fix(tmp_path: Path, text: str, line: str) -> None:
    assert complaint(settings_in(tmp_path), text) == line


def test_every_wrong_setting_gets_its_own_line(tmp_path: Path) -> None:
    text = "fiscal_year_start_month: 13\nreporting_currency: x\n"
    assert len(complaint(settings_in(tmp_path), text).splitlines()) == 2


def test_the_environment_names_home_and_landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUOTA_WAREHOUSE", raising=False)
    monkeypatch.delenv("KUOTA_LANDING", raising=False)
    monkeypatch.setenv("KUOTA_HOME", str(tmp_path))
    assert Settings.from_environment() == Settings(
        home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "warehouse" / "kuota.duckdb"
    )
    monkeypatch.setenv("KUOTA_LANDING", str(tmp_path / "elsewhere"))
    assert Settings.from_environment().landing == tmp_path / "elsewhere"


def test_a_key_that_appears_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "twice.yml"
    path.write_text("a: 1\nb: {c: 1}\na: 2\n")
    with pytest.raises(
        ConfigurationError, match=r"line 3: the key 'a' appears twice; the first is on line 1\. Keep one"
    ):
        load_yaml(path)


@pytest.mark.parametrize(
    ("content", "words"), [(b"a: [1\n", "twice.yml, line 2: not valid YAML"), (b"a: \xff\n", "not readable as UTF-8")]
)
def test_a_file_that_is_not_yaml_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "twice.yml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words):
        load_yaml(path)


def test_what_is_missing_unknown_or_wrong_in_a_yaml_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text("source: shop\nkind: crn\nowner: team:ops\ncolour: red\n")
    with pytest.raises(ConfigurationError) as raised:
        load_model(path, SourceConfig)
    lines = str(raised.value).replace(f"{path}, ", "").splitlines()
    assert "line 1: 'description' is required; add it." in lines
    assert "line 2: 'kind' cannot be used: Input should be 'crm' or 'register'." in lines
    assert "line 4: unknown key 'colour': remove it or correct its spelling." in lines
