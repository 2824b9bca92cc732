"""The part of the sample company that is on HubSpot: its history agrees with its objects."""

import duckdb
from sample_files import count, one

LAST = "day = '2026-09-30'"
DEAL = "(select json ->> 'id' as id, json -> 'properties' as deal, day from hubspot_deals)"


def test_the_history_replayed_gives_the_deals(all_files: duckdb.DuckDBPyConnection) -> None:
    newest = "arg_max(json ->> 'value', json ->> 'timestamp') filter ((json ->> 'property') = '{}')"
    wrong = f"""
        from (from {DEAL} where {LAST}) as now full join (
            select json ->> 'dealId' as id, {newest.format("dealstage")} as stage, {newest.format("amount")} as amount,
            {newest.format("hubspot_owner_id")} as owner, {newest.format("closedate")} as closed_at,
            min(json ->> 'timestamp') as created_at
            from hubspot_deal_property_history group by 1
        ) as log using (id)
        where (now.deal ->> 'dealstage') is distinct from log.stage
        or (now.deal ->> 'hubspot_owner_id') is distinct from log.owner
        or (now.deal ->> 'amount')::decimal(18, 2) is distinct from log.amount::decimal(18, 2)
        or (now.deal ->> 'createdate') is distinct from log.created_at
        or (starts_with(log.stage, 'closed') and (now.deal ->> 'closedate') is distinct from log.closed_at)"""
    assert count(all_files, wrong) == 0
    assert count(all_files, f"from {DEAL} where {LAST}") > 1000


def test_each_value_is_delivered_in_one_export_and_not_before_it_was_set(all_files: duckdb.DuckDBPyConnection) -> None:
    twice = "select json::varchar from hubspot_deal_property_history group by 1 having count(distinct day) > 1"
    assert count(all_files, f"from ({twice})") == 0
    late = "(json ->> 'timestamp')::timestamptz at time zone 'Asia/Jakarta' >= day::date + 1"
    assert count(all_files, f"from hubspot_deal_property_history where {late}") == 0
    for name in ("deals", "contacts", "companies", "calls", "emails", "meetings", "tasks"):
        late = "(json ->> 'createdAt')::timestamptz at time zone 'Asia/Jakarta' >= day::date + 1"
        assert count(all_files, f"from hubspot_{name} where {late}") == 0, name


def test_merged_and_archived_objects_are_still_delivered(all_files: duckdb.DuckDBPyConnection) -> None:
    for survivors, merged in (("deals", "deals_archived"), ("companies", "companies"), ("contacts", "contacts")):
        lost = f"""from hubspot_{survivors} as left_over
            join hubspot_{merged} as merged on merged.day = left_over.day
            and (merged.json ->> 'id') = (left_over.json -> 'properties' ->> 'hs_merged_object_ids')
            where merged.{LAST} and (merged.json ->> 'archived')::boolean"""
        assert count(all_files, lost) > 1, survivors
    won_tests = "where (json -> 'properties' ->> 'dealstage') = 'closedwon'"
    assert count(all_files, f"from hubspot_deals_archived {won_tests} and {LAST}") > 3
    assert count(all_files, f"from hubspot_calls where (json ->> 'archived')::boolean and {LAST}") > 3
    assert one(all_files, f"select count(*) from hubspot_deals where (json ->> 'archived')::boolean and {LAST}") == 0
