import json
import os
import shutil
import stat
from dataclasses import replace

import duckdb
import pandas
import pytest
import sqlalchemy
from small_company import CHECKS, CREDITS, MODELS, RAW_KEYS, TIES, UNIQUE, at, build, built, checked, settings_in

from orchestration.errors import ConfigurationError, CriticalCheckFailed
from orchestration.publish import publish_marts, rolled_back
from orchestration.warehouse import connect


def publish(settings, run_id="run-1", **options):
    return publish_marts(
        settings.warehouse, settings.published, run_id=run_id, models=MODELS, critical_checks=CHECKS, **options
    )


def read(settings, query):
    with duckdb.connect(str(settings.published / "kuota.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def files_below(folder):
    """Each file's bytes and time of change, which show whether anything was written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def settings(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    return settings


def test_readers_find_the_marts_sorted_described_and_named(settings):
    report = publish(settings)
    assert (report.tables, report.rows, report.as_of_date.isoformat()) == (3, 5, "2017-12-31")
    assert report.publish_id.startswith("2017-12-31-") and not report.unchanged
    assert report.path == settings.published / "kuota.duckdb"
    assert [str(amount) for _, _, amount in read(settings, "from marts.fct_credits")] == [
        "100.00",
        "250.50",
        "33.33",
    ]
    assert read(settings, "select publish_id from marts.publication") == [(report.publish_id,)]
    assert read(settings, "select comment from duckdb_tables() where comment is not null") == [
        ("What each rep's share is",)
    ]
    assert read(settings, "select column_name, comment from duckdb_columns() where comment is not null") == [
        ("rep_id", "Who gets the credit")
    ]


def test_one_file_has_the_marts_and_the_evidence_of_breaks_and_every_name_works_as_it_is_written(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("create schema if not exists quality")
        connection.execute("create table quality.collection_break as select 'b1' as break_id, 'calls' as field")
        connection.execute("comment on table quality.collection_break is 'A change of how records are collected'")
    built(settings, "quality.collection_break", at("10:02"))
    models = MODELS | {"quality.collection_break": ["marts.fct_credits"]}
    publish_marts(settings.warehouse, settings.published, run_id="run-1", models=models, critical_checks=CHECKS)
    assert read(settings, "from quality.collection_break") == [("b1", "calls")]
    # what every run writes again is not part of a publish
    assert read(settings, "select table_name from duckdb_tables() where schema_name = 'quality'") == [
        ("collection_break",)
    ]
    assert ("A change of how records are collected",) in read(settings, "select comment from duckdb_tables()")
    # until contract version 3 the earlier name opens the same file
    assert (settings.published / "marts.duckdb").samefile(settings.published / "kuota.duckdb")


def test_the_manifest_has_what_was_published_and_from_what(settings):
    checked(settings, UNIQUE, "failed", at("10:04"), severity="warning", unexpected_count=1)
    checked(settings, UNIQUE, "passed", at("10:05"))
    report = publish(settings, run_id="run-7")
    manifest = json.loads((settings.published / "manifest.json").read_text())
    assert manifest["publish_id"] == report.publish_id
    assert manifest["run_id"] == "run-7"
    assert manifest["as_of_at"] == "2017-12-31T23:59:59+00:00"
    assert manifest["contract_version"] == "1"
    assert manifest["checks"] == {"passed": 3, "warned": 0, "failed": 0}
    assert {name: entry["rows"] for name, entry in manifest["tables"].items()} == {
        "fct_credits": 3,
        "mart_win_rate": 1,
        "publication": 1,
    }
    version = settings.versions / report.publish_id
    assert names_in(version) == [
        "fct_credits.parquet",
        "kuota.duckdb",
        "manifest.json",
        "mart_win_rate.parquet",
        "publication.parquet",
    ]
    assert json.loads((version / "manifest.json").read_text()) == manifest


def test_only_the_owner_may_read_what_is_published(settings):
    publish(settings)
    for path in settings.published.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert names_in(settings.published) == ["kuota.duckdb", "manifest.json", "marts.duckdb", "versions"]


def test_the_same_rows_in_another_order_give_the_same_bytes_and_the_same_name(tmp_path):
    homes = [settings_in(tmp_path / "first"), settings_in(tmp_path / "second")]
    build(homes[0], CREDITS)
    build(homes[1], CREDITS[::-1])
    reports = [publish(home, run_id=f"run of {home.home.name}") for home in homes]
    assert reports[0].publish_id == reports[1].publish_id
    folders = [home.versions / reports[0].publish_id for home in homes]
    for name in ("fct_credits.parquet", "mart_win_rate.parquet", "publication.parquet"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_the_columns_up_to_the_grain_sort_as_all_columns_do(tmp_path):
    credits = [("crm:2", "crm:cy", "1.00"), ("crm:1", "crm:bob", "2.00"), ("crm:1", "crm:ann", "3.00")]
    homes = [settings_in(tmp_path / name) for name in ("by_all", "by_grain")]
    unique = replace(UNIQUE, unique_columns=("rep_id", "opportunity_id"))
    for home, check in zip(homes, (UNIQUE, unique), strict=True):
        build(home, credits)
        checks = [check, TIES, RAW_KEYS]
        publish_marts(home.warehouse, home.published, run_id="1", models=MODELS, critical_checks=checks)
    versions = [home.versions / next(path.name for path in home.versions.iterdir()) for home in homes]
    assert versions[0].name == versions[1].name
    assert (versions[0] / "fct_credits.parquet").read_bytes() == (versions[1] / "fct_credits.parquet").read_bytes()
    assert [rep for _, rep, _ in read(homes[1], "from marts.fct_credits")] == ["crm:ann", "crm:bob", "crm:cy"]


def test_publishing_the_same_content_again_writes_nothing(settings):
    first = publish(settings)
    before = files_below(settings.published)
    second = publish(settings, run_id="run-2")
    assert second.unchanged and second.publish_id == first.publish_id
    assert files_below(settings.published) == before


def test_other_content_gets_another_name_and_replaces_what_readers_open(settings):
    first = publish(settings)
    build(settings, [*CREDITS, ("crm:4", "crm:bob", "1.00")])
    second = publish(settings)
    assert second.publish_id != first.publish_id
    assert read(settings, "select count(*) from marts.fct_credits") == [(4,)]
    build(settings)
    third = publish(settings)
    assert third.publish_id == first.publish_id and not third.unchanged
    assert read(settings, "select count(*) from marts.fct_credits") == [(3,)]


def test_a_failed_critical_check_leaves_the_previous_publish_as_it_was(settings):
    publish(settings)
    before = files_below(settings.published)
    build(settings, CREDITS[:1])
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    with pytest.raises(CriticalCheckFailed, match=r"unique_fct_credits failed .* \(3 rows\): Remove the second credit"):
        publish(settings)
    assert files_below(settings.published) == before


def test_a_company_that_delivered_nothing_publishes_nothing_and_sees_why(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("update marts.publication set as_of_date = null")
    with pytest.raises(CriticalCheckFailed, match="deliver at least one extract"):
        publish(settings)
    assert not (settings.published / "kuota.duckdb").exists()


def test_the_table_of_a_model_that_was_removed_is_not_published(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("create table marts.mart_of_last_year as select 1 as value")
    lines = []
    assert publish(settings, progress=lines.append).tables == 3
    assert "marts.mart_of_last_year no longer belongs to a model: not published" in lines


def test_a_reader_keeps_the_file_that_it_has_open_and_a_new_one_sees_the_new(settings):
    publish(settings)
    with (settings.published / "kuota.duckdb").open("rb") as reader:
        first_bytes = reader.read(4096)
        build(settings, CREDITS[:1])
        publish(settings)
        reader.seek(0)
        assert reader.read(4096) == first_bytes
    with duckdb.connect(str(settings.published / "kuota.duckdb"), read_only=True) as reader:
        build(settings)
        publish(settings)
        assert reader.execute("select count(*) from marts.fct_credits").fetchall() == [(1,)]
    assert read(settings, "select count(*) from marts.fct_credits") == [(3,)]


@pytest.mark.parametrize("replacement", [1, 2, 3])
def test_a_crash_at_any_replacement_leaves_a_publish_to_read_and_the_next_run_publishes(
    settings, monkeypatch, replacement
):
    publish(settings)
    build(settings, CREDITS[:1])
    calls = []
    replace = os.replace

    def crash(*arguments, **options):
        calls.append(arguments)
        if len(calls) == replacement:
            raise KeyboardInterrupt
        return replace(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            publish(settings)
    # the third replacement is the manifest's: by then, readers open the new marts
    assert read(settings, "select count(*) from marts.fct_credits") == [(1 if replacement == 3 else 3,)]
    report = publish(settings)
    assert not report.unchanged
    assert read(settings, "select count(*) from marts.fct_credits") == [(1,)]
    assert json.loads((settings.published / "manifest.json").read_text())["publish_id"] == report.publish_id
    assert names_in(settings.published) == ["kuota.duckdb", "manifest.json", "marts.duckdb", "versions"]
    assert len(names_in(settings.versions)) == 2


def test_what_a_killed_run_left_is_removed(settings):
    left = settings.versions / ".new-0-draft"
    left.mkdir(parents=True)
    (left / "kuota.duckdb").write_text("half a file")
    (settings.published / ".new-0-kuota.duckdb").write_text("half a file")
    report = publish(settings)
    assert names_in(settings.versions) == [report.publish_id]
    assert names_in(settings.published) == ["kuota.duckdb", "manifest.json", "marts.duckdb", "versions"]


@pytest.mark.parametrize("damage", ["shortened", "removed", "manifest cut off", "log next to it"])
def test_a_damaged_publish_is_replaced_though_its_content_did_not_change(settings, damage):
    report = publish(settings)
    marts = settings.published / "kuota.duckdb"
    if damage == "shortened":
        marts.write_bytes(marts.read_bytes()[:100])
    elif damage == "removed":
        marts.unlink()
    elif damage == "manifest cut off":
        (settings.published / "manifest.json").write_text('{"publish_id": "2017')
    else:
        (settings.published / "kuota.duckdb.wal").write_text("a reader opened it to write")
    again = publish(settings)
    assert again.publish_id == report.publish_id and not again.unchanged
    assert read(settings, "select count(*) from marts.fct_credits") == [(3,)]
    assert publish(settings).unchanged


def test_a_version_that_somebody_removed_comes_back(settings):
    report = publish(settings)
    shutil.rmtree(settings.versions / report.publish_id)
    publish(settings)
    assert names_in(settings.versions) == [report.publish_id]


def test_only_the_newest_versions_are_kept_and_never_the_current_one_removed(settings):
    ids = []
    for number in range(1, 4):
        build(settings, CREDITS[:number])
        ids.append(publish(settings, keep=2).publish_id)
    assert names_in(settings.versions) == sorted(ids[1:])
    build(settings, CREDITS[:2])
    assert publish(settings, keep=1).publish_id == ids[1]
    assert names_in(settings.versions) == [ids[1]]


def test_a_run_as_of_an_earlier_day_writes_a_version_and_nothing_that_readers_open(settings):
    publish(settings)
    before = {name: content for name, content in files_below(settings.published).items() if "versions" not in name}
    build(settings, CREDITS[:2], as_of_date="2017-06-30")
    report = publish(settings, versions_only=True)
    assert report.path == settings.versions / report.publish_id / "kuota.duckdb"
    assert report.publish_id.startswith("2017-06-30-") and report.path.exists()
    after = {name: content for name, content in files_below(settings.published).items() if "versions" not in name}
    assert after == before
    assert publish(settings, versions_only=True).unchanged


def test_a_home_with_a_quote_and_a_space_in_its_name_works(tmp_path):
    settings = settings_in(tmp_path / "Ann's home; drop [x]*")
    build(settings)
    publish(settings)
    assert read(settings, "select count(*) from marts.fct_credits") == [(3,)]


def test_a_file_system_without_hard_links_gets_a_copy(settings, monkeypatch):
    def refuse(*arguments):
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    publish(settings)
    assert read(settings, "select count(*) from marts.fct_credits") == [(3,)]
    assert publish(settings).unchanged


def test_a_table_that_did_not_change_shares_its_file_with_the_version_before(settings):
    first = settings.versions / publish(settings).publish_id
    build(settings, list(reversed(CREDITS)), as_of_date="2018-01-01")
    second = settings.versions / publish(settings).publish_id
    shared = {name for name in names_in(first) if (first / name).samefile(second / name)}
    assert shared == {"fct_credits.parquet", "mart_win_rate.parquet"}
    assert read(settings, "select count(*), typeof(any_value(credited_amount)) from marts.fct_credits") == read(
        settings, "select 3, 'DECIMAL(18,2)'"
    )
    build(settings, CREDITS[:2], as_of_date="2018-01-01")
    third = settings.versions / publish(settings).publish_id
    assert not (third / "fct_credits.parquet").samefile(second / "fct_credits.parquet")
    assert [
        duckdb.read_parquet(str(each / "fct_credits.parquet")).count("*").fetchall() for each in (second, third)
    ] == [
        [(3,)],
        [(2,)],
    ]


def test_a_version_is_the_same_with_and_without_one_before_it(tmp_path):
    after, alone = settings_in(tmp_path / "after"), settings_in(tmp_path / "alone")
    build(after)
    publish(after)
    for settings in (after, alone):
        build(settings, as_of_date="2018-01-01")
        publish(settings)
    ids = [json.loads((settings.published / "manifest.json").read_text())["publish_id"] for settings in (after, alone)]
    assert ids[0] == ids[1]
    for path in (alone.versions / ids[0]).glob("*.parquet"):
        assert path.read_bytes() == (after.versions / ids[0] / path.name).read_bytes()


def test_a_damaged_file_is_not_shared(settings):
    first = settings.versions / publish(settings).publish_id
    (first / "fct_credits.parquet").write_bytes(b"damaged")
    build(settings, as_of_date="2018-01-01")
    second = settings.versions / publish(settings).publish_id
    assert duckdb.read_parquet(str(second / "fct_credits.parquet")).count("*").fetchall() == [(3,)]


def test_a_rollback_shows_readers_the_version_before_and_the_next_publish_the_new_one_again(settings):
    first = publish(settings)
    build(settings, CREDITS[:1])
    second = publish(settings)
    assert rolled_back(settings.published, None) == (second.publish_id, first.publish_id)
    assert read(settings, "select count(*), (select publish_id from marts.publication) from marts.fct_credits") == [
        (3, first.publish_id)
    ]
    assert json.loads((settings.published / "manifest.json").read_text())["publish_id"] == first.publish_id
    assert names_in(settings.versions) == sorted([first.publish_id, second.publish_id])
    again = publish(settings)
    assert (again.publish_id, again.unchanged) == (second.publish_id, False)
    assert read(settings, "select count(*) from marts.fct_credits") == [(1,)]
    assert rolled_back(settings.published, second.publish_id) == (second.publish_id, second.publish_id)


@pytest.mark.parametrize("asked", [None, "2016-01-01-000000000000", "../versions", ".new-0-draft"])
def test_a_rollback_to_no_version_changes_nothing_and_says_which_there_are(settings, asked):
    report = publish(settings)
    before = files_below(settings.published)
    with pytest.raises(ConfigurationError, match=r"no earlier version|is not a version that is kept") as error:
        rolled_back(settings.published, asked)
    assert asked is None or report.publish_id in str(error.value)
    assert files_below(settings.published) == before


def test_a_damaged_version_is_not_rolled_back_to(settings):
    first = publish(settings)
    build(settings, CREDITS[:1])
    publish(settings)
    (settings.versions / first.publish_id / "fct_credits.parquet").write_bytes(b"damaged")
    before = files_below(settings.published)
    with pytest.raises(ConfigurationError, match="damaged"):
        rolled_back(settings.published, first.publish_id)
    assert files_below(settings.published) == before


def test_pandas_and_sqlalchemy_find_tables_columns_and_comments(settings):
    publish(settings)
    engine = sqlalchemy.create_engine(
        f"duckdb:///{settings.published / 'kuota.duckdb'}", connect_args={"read_only": True}
    )
    assert "mart_win_rate" in sqlalchemy.inspect(engine).get_table_names(schema="marts")
    columns = {
        column["name"]: column for column in sqlalchemy.inspect(engine).get_columns("fct_credits", schema="marts")
    }
    read = pandas.read_sql_table("fct_credits", engine, schema="marts")
    assert list(read.columns) == list(columns) and len(read) == 3
    assert columns["rep_id"]["comment"] == "Who gets the credit"
    engine.dispose()
