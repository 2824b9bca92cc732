"""The part of the sample company that is on Pipedrive: its log agrees with its lists."""

from pathlib import Path

import duckdb
from sample_files import MOVED_AFTER, count, one, read

from sample_company import Truth, generate

LAST = "day = '2026-09-30'"
NEWEST = "arg_max(new_value, change_time) filter (changed_field_key = '{}')"


def test_the_log_replayed_gives_the_deals(small_files: duckdb.DuckDBPyConnection) -> None:
    wrong = f"""
        from (select * from pipedrive_deals where {LAST}) as deal full join (
            select deal_id, {NEWEST.format("status")} as status, {NEWEST.format("stage_id")} as stage_id,
            min(new_value) filter (changed_field_key = 'add_time') as add_time,
            max(change_time) filter (changed_field_key = 'status') as closed_at,
            {NEWEST.format("user_id")} as user_id, {NEWEST.format("value")} as value,
            {NEWEST.format("org_id")} as org_id
            from pipedrive_deal_changes group by deal_id
        ) as log on deal.id = log.deal_id
        where deal.status is distinct from coalesce(log.status, 'open') or deal.add_time is distinct from log.add_time
        or (deal.status = 'open' and deal.stage_id is distinct from log.stage_id)
        or (deal.status <> 'open' and coalesce(deal.won_time, deal.lost_time) is distinct from log.closed_at)
        or deal.user_id is distinct from log.user_id or deal.value::decimal(18, 2) <> log.value::decimal(18, 2)
        or (deal.org_id is not null and deal.org_id is distinct from log.org_id)"""
    assert count(small_files, wrong) == 0


def test_each_change_is_delivered_in_one_export(small_files: duckdb.DuckDBPyConnection) -> None:
    whole_row = "deal_id, change_time, changed_field_key, new_value"
    twice = f"select {whole_row} from pipedrive_deal_changes group by all having count(distinct day) > 1"
    assert count(small_files, f"from ({twice})") == 0
    late = "change_time::timestamp + interval 7 hour >= day::date + 1"
    assert count(small_files, f"from pipedrive_deal_changes where {late}") == 0


def test_the_odd_cases_are_there(whole: tuple[Path, Truth]) -> None:
    with read(whole[0]) as files:
        for case in (
            """from (select deal_id from pipedrive_deal_changes where changed_field_key = 'add_time' group by deal_id
            having count(*) > 1)""",
            "from pipedrive_deal_changes where changed_field_key = 'status' and new_value = 'open'",
            """from pipedrive_deal_changes as moved join pipedrive_deals as deal on deal.id = moved.deal_id
            where moved.changed_field_key = 'stage_id' and moved.change_time > deal.lost_time""",
            f"from pipedrive_deals where user_id = '900' and status <> 'open' and day = '{MOVED_AFTER}'",
            f"from pipedrive_deals where user_id is null and day = '{MOVED_AFTER}'",
            f"from pipedrive_activities where done = '0' and due_to > '2025-12-01' and day = '{MOVED_AFTER}'",
            f"from pipedrive_activities where deal_id is null and day = '{MOVED_AFTER}'",
        ):
            assert count(files, case) > 0, case


def test_reps_of_pipedrive_have_their_teams_and_quotas_by_their_full_id(small_files: duckdb.DuckDBPyConnection) -> None:
    members = small_files.execute(f"""
        select list(rep_id order by rep_id) from team_memberships where team_id like 'T-MKS%' and {LAST}""").fetchall()
    assert members == [(["pipedrive:102", "pipedrive:105", "pipedrive:108", "pipedrive:111"],)]
    users = f"select list(id order by id) from pipedrive_users where {LAST}"
    assert one(small_files, users) == ["102", "105", "108", "111"]
    assert one(small_files, "select count(distinct assignee) from quotas where assignee like 'pipedrive:%'") == 4


def test_each_source_alone(tmp_path: Path) -> None:
    sizes = {"reps": 12, "months": 15, "monthly_extracts": 1, "daily_extracts": 0}
    plain = generate(tmp_path / "plain", sources=("generic",), **sizes)
    assert sorted(path.name for path in (tmp_path / "plain").iterdir()) == ["generic", "registers", "settings.yml"]
    assert set(plain.won_amount_by_rep) == {f"generic:R{number:03d}" for number in range(1, 13)} | {"unassigned"}
    crm = generate(tmp_path / "crm", sources=("pipedrive",), **sizes)
    assert sorted(path.name for path in (tmp_path / "crm").iterdir()) == ["pipedrive", "registers", "settings.yml"]
    assert set(crm.won_amount_by_rep) == {f"pipedrive:{number}" for number in range(101, 113)} | {"unassigned"}
    # Pipedrive has no teams, and no splits: every deal is won by one rep
    assert crm.won_amount_by_team == {}
    assert sum(sum(months.values()) for months in crm.deals_won_by_rep.values()) == crm.won_count
    assert {case.assignee_type for case in crm.quota_cases} == {"rep", "company"}
