import json

import duckdb
import pytest
from click.testing import CliRunner
from small_company import UNIQUE, at, build, built, checked, settings_in

from orchestration.cli import main
from orchestration.publish import publish_quality
from orchestration.warehouse import connect

FILE = "registers/2017-12-31/quotas.csv"


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path / "home")


def read(settings, query):
    with duckdb.connect(str(settings.published / "kuota_quality.duckdb"), read_only=True) as connection:
        connection.execute("use kuota_quality.quality")
        return connection.execute(query).fetchall()


# any model may hold rows that are set aside: its meta says so
SET_ASIDE_MODEL = {
    "resource_type": "model",
    "schema": "intermediate",
    "name": "int_quota_rows_refused",
    "depends_on": {"nodes": []},
    "config": {"meta": {"holds_set_aside_rows": True}},
}


def deliver_quotas(settings):
    """A register of 10 rows: 2 unreadable; of the 8 kept, two name reps that do not exist, one of them twice over."""
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    settings.dbt_manifest.write_text(json.dumps({"nodes": {"model.k.refused": SET_ASIDE_MODEL}, "sources": {}}))
    with connect(settings.warehouse) as connection:
        connection.execute(
            """
            insert into raw.load_ledger (
                run_id, source, object, source_file, extracted_at, fingerprint, file_size, file_modified_at, is_full,
                rows_read, rows_kept, rows_unchanged, rows_quarantined, values_unparsable, tombstones, warnings,
                loaded_at
            ) values (
                'run-1', 'registers', 'quota', ?, '2017-12-31 23:59:59', 'f', 9, '2017-12-31', true, 10, 8, 0, 2, 0, 0,
                '[]', '2018-01-02 10:00:00'
            )
            """,
            [FILE],
        )
        connection.execute("""
            create or replace table raw.quarantine (
                source varchar, object varchar, source_file varchar, source_row bigint, column_name varchar,
                value varchar, reason varchar, message varchar, row_text varchar, extracted_at timestamp,
                loaded_at timestamp
            )
        """)
        quarantine = """
            insert into raw.quarantine values (
                'registers', 'quota', ?, ?, 'target', '-5', 'below_minimum', 'target is negative', 'rep,Ann,-5',
                '2017-12-31 23:59:59', '2018-01-02 10:00:00'
            )
        """
        connection.executemany(quarantine, [[FILE, 3], [FILE, 4]])
        connection.execute("create schema if not exists intermediate")
        connection.execute("""
            create or replace table intermediate.int_quota_rows_refused (
                source varchar, object varchar, source_file varchar, source_row bigint, column_name varchar,
                value varchar, set_aside_reason varchar, message varchar
            )
        """)
        set_aside = """
            insert into intermediate.int_quota_rows_refused
            values ('registers', 'quota', ?, ?, ?, 'Zoe', 'unknown_reference', 'no rep is called Zoe')
        """
        connection.executemany(set_aside, [[FILE, 6, "assignee"], [FILE, 6, "note"], [FILE, 9, "assignee"]])


def test_before_anything_was_loaded_every_table_is_there_and_empty(settings):
    path = publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-1")
    assert path == settings.published / "kuota_quality.duckdb"
    tables = [name for (name,) in read(settings, "select table_name from information_schema.tables order by 1")]
    assert tables == [
        "check_impact",
        "check_result",
        "collection_break",
        "collection_regime",
        "last_run",
        "load_ledger",
        "quarantine",
        "source",
    ]
    for table in tables:
        assert read(settings, f"select count(*) from {table}") == [(1 if table == "last_run" else 0,)]
    # those of breaks and regimes come from dbt
    assert not read(
        settings,
        """
        select table_name from duckdb_tables() where comment is null and table_name not like 'collection_%'
        union all
        select column_name from duckdb_columns()
        where schema_name = 'quality' and comment is null and table_name not like 'collection_%'
        """,
    )
    assert sorted(path.name for path in settings.published.iterdir()) == ["kuota_quality.duckdb", "quality.duckdb"]
    # until contract version 3 the earlier name opens the same file
    assert (settings.published / "quality.duckdb").samefile(path)


def test_rows_that_the_models_set_aside_move_from_kept_to_quarantined_and_every_file_balances(settings):
    build(settings)
    deliver_quotas(settings)
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-1")
    assert read(
        settings, "select object, rows_read, rows_kept, rows_unchanged, rows_quarantined from load_ledger order by all"
    ) == [("opportunity", 5, 3, 0, 2), ("quota", 10, 6, 0, 4)]
    assert read(settings, "select source_row, room, reason, column_name from quarantine order by all") == [
        (3, "ingest", "below_minimum", "target"),
        (4, "ingest", "below_minimum", "target"),
        (6, "transform", "unknown_reference", "assignee"),
        (6, "transform", "unknown_reference", "note"),
        (9, "transform", "unknown_reference", "assignee"),
    ]
    assert read(settings, "select distinct loaded_at from quarantine") == [(at("10:00"),)]


def test_a_file_that_was_read_twice_loses_its_set_aside_rows_once(settings):
    build(settings)
    deliver_quotas(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("""
            insert into raw.load_ledger by name
            select * replace (
                'run-2' as run_id, 0 as rows_kept, 8 as rows_unchanged, '2018-01-03 10:00:00'::timestamp as loaded_at
            )
            from raw.load_ledger where object = 'quota'
        """)
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-2")
    balances = "select run_id, rows_read, rows_kept, rows_unchanged, rows_quarantined from load_ledger"
    assert read(settings, f"{balances} where object = 'quota' order by all") == [
        ("run-1", 10, 6, 0, 4),
        ("run-2", 10, 0, 8, 2),
    ]


def test_breaks_that_the_models_built_are_carried_over(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("""
            create table quality.collection_break as
            select 'break-1' as break_id, 'tracking_started' as kind, date '2017-03-01' as starts_on
        """)
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-1")
    assert len(read(settings, "from collection_break")) == 1


def test_a_result_holds_until_its_table_is_built_again_or_its_check_runs_again(settings):
    build(settings)
    checked(settings, UNIQUE, "failed", at("10:04"), run_id="run-2", unexpected_count=1)
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-2")
    current = "select status from check_result where check_name = 'unique_fct_credits' and is_current"
    assert read(settings, current) == [("failed",)]
    built(settings, "marts.fct_credits", at("11:00"))
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-3")
    assert read(settings, current) == []
    assert read(settings, "select count(*) from check_result where check_name = 'unique_fct_credits'") == [(2,)]


def test_the_newest_hundred_runs_are_kept(settings):
    build(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("""
            insert into quality.check_result by name
            select
                'run of minute ' || minute as run_id, timestamp '2018-02-01' + to_minutes(minute) as checked_at,
                'raw' as room, 'raw.crm__opportunity' as target, 'rows' as check_name, 'warning' as severity,
                'passed' as status
            from range(100) as minutes(minute)
        """)
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-101")
    # and what still holds of one before them
    assert read(settings, "select count(distinct run_id), min(run_id) from check_result") == [(101, "run of minute 0")]
    assert read(settings, "select bool_and(is_current) from check_result where run_id not like 'run of%'") == [(True,)]


def test_a_home_with_a_quote_and_a_space_in_its_name_works(tmp_path):
    settings = settings_in(tmp_path / "Ann's home")
    build(settings)
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-1")
    assert read(settings, "select count(*) from load_ledger") == [(1,)]


@pytest.mark.parametrize(("outcome", "exit_code"), [("blocked", 3), ("failed", 2), ("published", 0)])
def test_status_ends_with_the_code_of_the_last_run(settings, monkeypatch, outcome, exit_code):
    publish_quality(
        settings.warehouse,
        settings.published,
        settings.dbt_manifest,
        run_id="run-1",
        outcome=outcome,
        exit_code=exit_code,
    )
    monkeypatch.setenv("KUOTA_HOME", str(settings.home))
    shown = CliRunner().invoke(main, ["status"])
    assert shown.exit_code == exit_code
    assert f"last run    {outcome}: run-1" in shown.output
