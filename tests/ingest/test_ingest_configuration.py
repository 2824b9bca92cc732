"""Errors that a person has to correct stop the run before anything is written; how an extract is dated."""

import os
from datetime import UTC, date, datetime

import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import load_source_configs, preflight
from orchestration.registries import metrics_with_quotas
from orchestration.settings import PROJECT


def refused(bench, message, **options):
    with pytest.raises(ConfigurationError, match=message):
        bench.ingest(**options)
    with pytest.raises(ConfigurationError, match=message):
        preflight(bench.settings, **options)
    assert not bench.settings.warehouse.exists()


def test_a_wrong_key_in_a_source_file_is_named_with_its_line(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text().replace("    extract: full", "    extracts: full"))
    refused(bench, r"shop.yml, line 11: unknown key 'objects.deal.extracts'")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source: shop", "source: shoe", "'source' is 'shoe' but the file is called 'shop.yml'"),
        ("key: [deal_id]", "key: [id]", r"must be declared under 'columns'; not there: \['id'\]"),
        ("owner: team:sales-operations", "owner: somebody", "line 4.*owner"),
        ("kind: crm", "kind: crm\ntime_zones: [{time_zone: Mars/Base}]", "'Mars/Base' is not an IANA time zone"),
        ("type: date}", "type: date, minimum: 1}", "'minimum' belongs to columns of type decimal or integer"),
        ("deal_id: {type: text", 'deal"id: {type: text', "deal"),
        (
            "deal_id: {type: text",
            "deal_id: {type: text, values: {registry: metrik, column: metric}",
            "'metrik' is not a registry; the seeds of the dbt project are activity_types, ",
        ),
        (
            "deal_id: {type: text",
            "deal_id: {type: text, values: {registry: metrics, column: name}",
            "the registry 'metrics' has no column 'name'",
        ),
        (
            "amount: {type: decimal",
            'amount: {type: decimal, format: "1 234,50"',
            "'format' of a decimal is 1.234,50 or",
        ),
        (
            "status: {type: text",
            "status: {type: text, header: Owner",
            "'owner' is the header of both 'owner' and 'status'",
        ),
    ],
)
def test_other_mistakes_in_a_source_file(bench, deals, old, new, message):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text().replace(old, new))
    refused(bench, message)


def test_a_wrong_setting_of_the_company(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.land("settings.yml", "reporting_curency: USD\n")
    refused(bench, "settings.yml, line 1: unknown setting 'reporting_curency'")


def test_an_empty_or_missing_landing_folder(bench):
    refused(bench, "the landing folder does not exist")
    bench.settings.landing.mkdir()
    refused(bench, "the landing folder holds no extract")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shoe/2024-01-01/deals.csv", "unknown source 'shoe'; known are shop"),
        ("shop/january/deals.csv", "'january' is not a date"),
        ("shop/2024-02-30/deals.csv", "'2024-02-30' is not a date"),
        ("shop/2024-01-01T250000Z/deals.csv", "'2024-01-01T250000Z' is not a date"),
    ],
)
def test_folders_with_invalid_names(bench, deals, name, message):
    bench.land(name, deals("a,,,1,,"))
    refused(bench, message)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_a_required_column_is_missing(bench, suffix):
    bench.land(f"shop/2024-01-01/deals.{suffix}", "id,Owner,closed_on\na,,\n")
    refused(bench, rf"deals.{suffix}, line 1: required column 'deal_id' is missing; the file has id, Owner, closed_on")


def test_a_missing_required_column_is_named_as_in_the_files(bench):
    bench.declare("deal_id: {type: text,", 'deal_id: {type: text, header: "Deal - ID",')
    bench.land("shop/2024-01-01/deals.csv", "ID,Owner,closed_on\na,,\n")
    refused(bench, r"line 1: required column 'Deal - ID' is missing; the file has ID, Owner, closed_on")


def test_a_required_key_is_in_no_object_of_a_jsonl(bench):
    bench.land("shop/2024-01-01/deals.jsonl", '{"closed_on": "a", "owner": "b"}\n')
    refused(bench, "deals.jsonl, line 1: required column 'deal_id' is missing; the file has closed_on, owner")


def test_a_declared_column_appears_twice(bench):
    bench.land("shop/2024-01-01/deals.csv", "deal_id,owner,closed_on,Owner\na,,,\n")
    refused(bench, "column 'owner' appears twice")


def test_two_objects_claim_one_file(bench, deals):
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text().replace('"calls*"', '"*"'))
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    refused(bench, "both 'deal' and 'call'")


def test_an_object_may_have_several_file_patterns(bench, deals):
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text().replace('files: "deals*"', 'files: [Deal, "deal[-_][0-9]*"]'))
    bench.land("shop/2024-01-01/Deal.csv", deals("a,,,1,,"))
    bench.land("shop/2024-01-01/deal_2.csv", deals("b,,,1,,"))
    bench.land("shop/2024-01-01/deal_history.csv", deals("c,,,1,,"))
    report = bench.ingest()
    assert (report.files_read, report.rows_kept) == (2, 2)
    assert report.warnings == [
        "shop/2024-01-01/deal_history.csv: ignored, because sources/shop.yml knows only Deal, deal[-_][0-9]*, calls*."
    ]


def test_a_link_to_outside_the_landing_folder(bench, deals, tmp_path):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    (tmp_path / "secret.csv").write_text(deals("b,,,1,,"))
    (bench.settings.landing / "shop/2024-01-01/deals_2.csv").symlink_to(tmp_path / "secret.csv")
    refused(bench, "a link that leads out of the landing folder")


def test_stages_need_a_stage_map(bench, deals):
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text() + "needs_stage_map: true\n")
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    refused(bench, "no stage_map.csv, but the stages of 'shop' need one")


def test_what_is_ignored_is_reported(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.land("shop/2024-01-01/.DS_Store", "x")
    bench.land("shop/2024-01-01/deals.ods", "x")
    bench.land("shop/2024-01-01/invoices.csv", "x")
    bench.land("shop/2024-01-01/old/deals.csv", "x")
    bench.land("readme.txt", "x")
    report = bench.ingest()
    assert report.files_read == 1
    assert [warning.split(":")[0] for warning in report.warnings] == [
        "readme.txt",
        "shop/2024-01-01/deals.ods",
        "shop/2024-01-01/invoices.csv",
        "shop/2024-01-01/old",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # The end of the day in Jakarta, UTC+7, and in New York, UTC-5 in winter and UTC-4 in summer.
        ("shop/2024-01-01/deals.csv", {"Asia/Jakarta": "2024-01-01 16:59:59.999999"}),
        ("shop/2024-01-01/deals.csv", {"America/New_York": "2024-01-02 04:59:59.999999"}),
        ("shop/2024-07-01/deals.csv", {"America/New_York": "2024-07-02 03:59:59.999999"}),
        ("shop/2024-01-01T083000Z/deals.csv", {"America/New_York": "2024-01-01 08:30:00"}),
        ("shop/deals_2024-01-01.csv", {"Asia/Jakarta": "2024-01-01 16:59:59.999999"}),
        ("shop/deals-20240101-full.csv", {"UTC": "2024-01-01 23:59:59.999999"}),
        ("shop/deals_99999999_20240101.csv", {"UTC": "2024-01-01 23:59:59.999999"}),
    ],
)
def test_when_an_extract_was_taken(bench, deals, name, expected):
    ((zone, instant),) = expected.items()
    bench.land("settings.yml", f"reporting_time_zone: {zone}\n")
    bench.land(name, deals("a,,,1,,"))
    report = bench.ingest()
    assert bench.query("select _extracted_at from raw.shop__deal") == [(datetime.fromisoformat(instant),)]
    assert bench.query("select * from raw.source_time_zone") == [("shop", zone, None, None)]
    assert report.warnings == []


def test_an_undated_file_is_dated_by_its_newest_update_or_by_its_own_time_with_a_warning(bench, deals):
    bench.land("shop/calls.csv", "call_id,updated_at\nx,2024-03-01T10:00:00+07:00\ny,2024-02-01\nz,never\n")
    path = bench.land("shop/deals.csv", deals("a,,,1,,"))
    bench.touch(path, 1_700_000_000)
    report = bench.ingest()
    assert bench.query("select _extracted_at from raw.shop__call limit 1") == [(datetime(2024, 3, 1, 3, 0),)]
    assert bench.query("select _extracted_at from raw.shop__deal") == [
        (datetime.fromtimestamp(1_700_000_000, UTC).replace(tzinfo=None),)
    ]
    assert any("shop/deals.csv: nothing dates this extract" in warning for warning in report.warnings)
    os.utime(path, (1_800_000_000, 1_800_000_000))
    assert bench.ingest().files_read == 0


def test_a_changed_reporting_time_zone_reads_everything_again(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.ingest()
    bench.land("settings.yml", "reporting_time_zone: Asia/Jakarta\n")
    assert "time zone" in bench.ingest().rebuilt_because
    assert bench.query("select _extracted_at from raw.shop__deal") == [(datetime(2024, 1, 1, 16, 59, 59, 999999),)]


def test_as_of_an_earlier_day(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.land("shop/2024-01-03/deals.csv", deals("a,,,3,,"))
    bench.ingest(as_of=date(2024, 1, 2))
    assert bench.state() == [("a", "1")]
    bench.ingest(as_of=date(2024, 1, 3))
    assert bench.state() == [("a", "3")]
    # The same build file asked for an earlier day forgets what came later.
    bench.ingest(as_of=date(2024, 1, 1))
    assert bench.state() == [("a", "1")]
    assert bench.query("select count(*) from raw.load_ledger") == [(1,)]
    with pytest.raises(ConfigurationError, match=r"as of 2023-12-31 .* the earliest is shop/2024-01-01/deals.csv"):
        bench.ingest(as_of=date(2023, 12, 31))


def test_an_extract_after_the_end_of_its_source_is_read_and_reported_once(bench, deals):
    bench.land("settings.yml", "reporting_time_zone: Asia/Jakarta\nsources_ended: {shop: 2024-01-31}\n")
    bench.land("shop/2024-01-31/deals.csv", deals("a,,,1,,"))
    assert bench.ingest().warnings == []
    assert bench.query("from raw.source_end") == [
        ("shop", date(2024, 1, 31), datetime(2024, 1, 31, 16, 59, 59, 999999))
    ]
    for day in (2, 3):
        bench.land(f"shop/2024-02-0{day}/deals.csv", deals("a,,,2,,"))
    # nothing was known on the day before
    assert bench.ingest(as_of=date(2024, 2, 1)).warnings == []
    report = bench.ingest()
    assert bench.state() == [("a", "2")]
    assert report.warnings == [
        "shop/2024-02-02/deals.csv and 1 more: extracted after 2024-01-31, the last day of shop in settings.yml; "
        "it was read all the same. Correct the day in sources_ended, or stop the export."
    ]
    bench.land("settings.yml", "reporting_time_zone: Asia/Jakarta\n")
    assert (bench.ingest().warnings, bench.query("from raw.source_end")) == ([], [])


def test_every_declared_object_has_a_table(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.ingest()
    assert bench.query("select * from raw.shop__call") == []
    assert bench.query("select * from raw.source") == [
        ("shop", "crm", "team:sales-operations", 1, None, False, "A shop for these tests.")
    ]


def test_sources_are_loaded_by_name(bench):
    configs = load_source_configs(bench.settings.sources)
    assert configs["shop"].raw_table("deal") == "raw.shop__deal"


def test_the_metrics_that_a_quota_may_name_are_those_of_the_registry() -> None:
    metric = load_source_configs(PROJECT / "sources")["registers"].objects["quota"].columns["metric"]
    assert metric.values == tuple(metrics_with_quotas())
    assert metric.values is not None and "calls" in metric.values and "win_rate" not in metric.values
