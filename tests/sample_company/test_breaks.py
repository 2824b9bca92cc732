"""Each planted break shows in the files from its first day on, and not before; the business changes on its own days."""

from pathlib import Path

import duckdb
import pytest
from sample_files import one

from sample_company import Break, Truth

KINDS = [
    "tracking_started",
    "tracking_stopped",
    "outage",
    "migration",
    "definition_changed",
    "field_fill_changed",
    "unit_or_currency_changed",
    "time_zone_changed",
    "volume_regime_changed",
    "late_or_backdated_entry",
    "duplicate_burst",
    "bulk_edit",
]

# by kind: a share, the rows it is taken of with their day, on which side of the break it is high, and how high
HUBSPOT = " union all ".join(
    f"""select '{kind}', 'hubspot:' || (json -> 'properties' ->> 'hubspot_owner_id'),
    json -> 'properties' ->> 'hs_timestamp', json ->> 'createdAt', null, null, day
    from hubspot_{kind}s where not (json ->> 'archived')::boolean"""
    for kind in ("call", "email", "meeting", "task")
)
ACTIVITIES = f"""(select logs.*, occurred_at::timestamptz as occurred, logged_at::timestamptz as logged,
    (occurred_at::timestamptz at time zone 'Asia/Jakarta')::date as on_day, team_id
    from (select type, rep_id, occurred_at, logged_at, tool, duration_minutes, day from activities union all {HUBSPOT})
    as logs join team_memberships using (rep_id, day)
    where occurred_at[:10] between valid_from and coalesce(valid_to, '9999-12-31'))"""
BY_PIPEDRIVE = """(select *, (due_to::timestamp + interval 7 hour)::date as on_day,
    count(*) over (partition by activity_id) as copies from pipedrive_activities)"""
MEASURES = {
    "migration": (
        "avg((logged = timestamptz '2025-08-10 02:00:00+07')::int)",
        f"(from {ACTIVITIES} where team_id = 'T-JKT1' and tool <> 'phone')",
        "before",
        0.98,
    ),
    "field_fill_changed": (
        "avg((loss_reason is not null)::int)",
        "(select *, close_date::date as on_day from opportunities where stage = 'Lost')",
        "after",
        0.99,
    ),
    "unit_or_currency_changed": (
        "avg((duration_minutes::int >= 180)::int)",
        f"(from {ACTIVITIES} where tool = 'phone' and type = 'call')",
        "after",
        0.95,
    ),
    "time_zone_changed": ("avg((hour(due_to::timestamp) >= 10)::int)", BY_PIPEDRIVE, "after", 0.6),
    "late_or_backdated_entry": (
        "avg((date_diff('day', occurred, logged) >= 10)::int)",
        f"(from {ACTIVITIES} where team_id = 'T-JYP')",
        "within",
        0.9,
    ),
    "duplicate_burst": ("avg((copies = 2)::int)", BY_PIPEDRIVE, "within", 0.99),
}


def planted(truth: Truth, kind: str) -> Break:
    return next(each for each in truth.breaks if each.kind == kind)


def test_each_kind_is_planted_and_three_are_declared_and_a_migration_in_the_crosswalk(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection
) -> None:
    breaks = whole[1].breaks
    assert sorted({each.kind for each in breaks}) == sorted(KINDS)
    declared = {(each.kind, each.object, each.field, each.starts_on) for each in breaks if each.is_declared}
    moves = one(last_files, "select list(distinct valid_from) from crosswalk where entity = 'opportunity'")
    declared.remove(("migration", "opportunity", "rows", "2025-12-01"))
    assert moves == ["2025-12-01"]
    register = "select what_changed, object, field, effective_on from collection_changes"
    assert declared == set(last_files.execute(register).fetchall())
    assert len(declared) == 3
    assert {each.what for each in whole[1].innocent_changes} == {"great_quarter", "new_territory", "peak_season"}


@pytest.mark.parametrize("kind", MEASURES)
def test_a_break_shows_only_on_its_days(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection, kind: str
) -> None:
    measure, rows, side, above = MEASURES[kind]
    found = planted(whole[1], kind)
    # rows of one measure span the whole source, so an open end is after the last extract
    ends = found.ends_on or "2100-01-01"
    inside = {
        "before": f"on_day < '{found.starts_on}'",
        "after": f"on_day >= '{found.starts_on}'",
        "within": f"on_day between '{found.starts_on}' and '{ends}'",
    }[side]
    shown = one(last_files, f"select {measure} from {rows} where {inside}")
    elsewhere = one(last_files, f"select {measure} from {rows} where not ({inside})")
    assert isinstance(shown, float) and isinstance(elsewhere, float)
    assert shown >= above and elsewhere < above / 1.5


def test_one_team_starts_logging_and_another_stops(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection
) -> None:
    span = f"select [min(on_day)::varchar, max(on_day)::varchar] from {ACTIVITIES} where team_id = "
    # a day or two after the first of the month, and until its last working day
    assert one(last_files, span + "'T-JYP'") == ["2025-01-02", "2026-09-30"]
    # a rep from Papua continues to log in HubSpot
    stopped = one(last_files, span + "'T-JKT2' and not starts_with(rep_id, 'hubspot:')")
    assert isinstance(stopped, list) and stopped[0] < "2024-10-10" and stopped[1] == "2026-05-29"
    assert planted(whole[1], "tracking_started").starts_on == "2025-01-01"
    assert planted(whole[1], "tracking_stopped").starts_on == "2026-06-01"


def test_the_telephone_system_multiplies_the_calls_and_is_silent_for_two_weeks(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection
) -> None:
    calls = f"select count(*) from {ACTIVITIES} where type = 'call' and rep_id[1] = 'R' and on_day between "
    before = one(last_files, calls + "date '2025-03-01' and date '2025-05-31'")
    after = one(last_files, calls + "date '2025-06-01' and date '2025-08-31'")
    assert isinstance(before, int) and isinstance(after, int) and after > 2 * before
    outage = planted(whole[1], "outage")
    assert (outage.starts_on, outage.ends_on) == ("2026-01-08", "2026-01-21")
    assert one(last_files, calls + "date '2026-01-08' and date '2026-01-21'") == 0
    assert one(last_files, calls + "date '2026-01-22' and date '2026-01-31'") != 0


def test_a_script_edits_the_deals_of_a_team_at_one_instant(
    whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection
) -> None:
    edited = "from opportunities where updated_at = '2025-10-12T03:00:00+07:00'"
    assert planted(whole[1], "bulk_edit").starts_on == "2025-10-12"
    assert one(last_files, f"select count(*) > 300 {edited}") is True
    assert one(last_files, f"select list(distinct type) {edited}") == ["repeat_business"]
    assert one(last_files, f"select max(created_at) < '2025-10-12' {edited}") is True


def test_a_source_and_a_stage_get_other_names(whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection) -> None:
    first_whatsapp = "select min(created_at)[:7] from leads where source = 'whatsapp'"
    assert one(last_files, first_whatsapp) == "2025-05"
    named = last_files.execute("""
        select to_stage, min(changed_at)[:10] >= '2025-07-01', max(changed_at)[:10] < '2025-07-01' from stage_events
        where to_stage in ('Qualified', 'Discovery') group by 1 order by 1""").fetchall()
    assert named == [("Discovery", True, False), ("Qualified", False, True)]
    both = [each.starts_on for each in whole[1].breaks if each.kind == "definition_changed"]
    assert both == ["2025-05-01", "2025-07-01"]


def test_the_business_changes_too(whole: tuple[Path, Truth], last_files: duckdb.DuckDBPyConnection) -> None:
    great, territory, first_peak, _ = whole[1].innocent_changes
    won = "select count(*) from opportunities where stage = 'Won' and close_date between "
    before = one(last_files, won + "'2026-01-01' and '2026-03-31'")
    during = one(last_files, won + "'2026-04-01' and '2026-06-30'")
    assert isinstance(before, int) and isinstance(during, int) and during > 1.4 * before
    assert (great.starts_on, great.ends_on) == ("2026-04-01", "2026-06-30")
    hired = "select min(valid_from) from team_memberships where team_id = 'T-SRG'"
    assert one(last_files, hired) == territory.starts_on == "2025-12-01"
    # Lebaran: 42 busy days before the lull of 28 March to 7 April 2025, in which no deal is created
    assert (first_peak.starts_on, first_peak.ends_on) == ("2025-02-14", "2025-03-27")
    lull = "select count(*) from opportunities where created_at[:10] between '2025-03-28' and '2025-04-07'"
    assert one(last_files, lull) == 0
