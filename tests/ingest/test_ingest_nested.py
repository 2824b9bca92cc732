"""Nested JSON: what is flattened, what is unnested, and the path of a column."""

import json

import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import check_source, load_source_configs

NESTED = """
source: shop
description: A shop whose export is what its API answers.
owner: team:sales-operations
kind: crm
expected_every_days: 1
objects:
  deal:
    description: One row per deal.
    files: "deals*"
    flatten: [properties]
    extract: full
    key: [id]
    updated_column: updatedat
    columns:
      id: {type: text, required: true}
      stage: {type: text, required: true}
      amount: {type: decimal}
      updatedat: {type: instant, milliseconds: true}
      account_id: {type: text, path: ["links.accounts[kind=main].id", "links.accounts[0].id"]}
      city: {type: text, path: place.address.city}
  change:
    description: One row per value of a deal's property.
    files: "deal*"
    unnest: history.*[]
    extract: delta
    key: [deal_id, property, at]
    columns:
      deal_id: {type: text, required: true, path: [$.id, dealId]}
      property: {type: text, required: true, path: "*"}
      at: {type: instant, required: true, milliseconds: true}
      value: {type: text, required: true, blank_allowed: true}
  stage:
    description: One row per stage.
    files: "pipelines*"
    unnest: stages[]
    extract: full
    key: [id]
    columns:
      id: {type: text, required: true}
      pipeline: {type: text, path: $.label}
      is_closed: {type: boolean, path: meta.closed}
"""


@pytest.fixture
def api(bench):
    (bench.settings.sources / "shop.yml").write_text(NESTED)
    return bench


def lines(*objects):
    return "".join(json.dumps(one) + "\n" for one in objects)


def deal(key, stage="new", **more):
    return {"id": key, "properties": {"stage": stage}} | more


def test_keys_of_a_flattened_object_are_columns_and_the_undeclared_ones_extras(api):
    api.land(
        "shop/2024-01-01/deals.jsonl",
        '{"id": "a", "colour": "red", "properties": '
        '{"Stage": "won", "amount": 1.10, "id": "z", "tier": 12345678901234567890}}\n'
        '{"id": "b", "properties": {"stage": "new", "amount": null}}\n',
    )
    api.ingest()
    # at the top comes first: the id of a is not z
    assert api.state(columns="id, stage, amount, _extras, _source_row") == [
        ("a", "won", "1.10", '{"colour":"red","tier":"12345678901234567890"}', 1),
        ("b", "new", None, None, 2),
    ]
    api.balance()


def test_a_path_leads_to_the_matching_element_else_to_the_next_path(api):
    main, other = {"id": 7, "kind": "main"}, {"id": 9, "kind": "other"}
    api.land(
        "shop/2024-01-01/deals.jsonl",
        lines(
            deal("a", links={"accounts": [other, main]}, place={"address": {"city": "Bandung"}}),
            deal("b", links={"accounts": [other]}, place={"address": None}),
            deal("c", links={"accounts": []}),
            deal("d", links={"accounts": "none"}),
            deal("e"),
        ),
    )
    api.ingest()
    # what a path passes through is not an extra
    assert api.state(columns="id, account_id, city, _extras") == [
        ("a", "7", "Bandung", None),
        ("b", "9", None, None),
        ("c", None, None, None),
        ("d", None, None, None),
        ("e", None, None, None),
    ]


def test_one_file_feeds_the_rows_and_what_is_unnested_from_them(api):
    history = {
        "stage": [{"value": "won", "at": "2024-01-02T09:00:00Z"}, {"value": "new", "at": 1704099600000, "by": "Ann"}],
        "a/b": [{"value": "", "at": "2024-01-03T09:00:00Z"}],
        "none": [],
    }
    api.land("shop/2024-01-05/deals.jsonl", lines(deal("a", "won", history=history), deal("b")))
    report = api.ingest()
    assert report.warnings == []
    assert api.state(columns="id, stage, _extras") == [("a", "won", None), ("b", "new", None)]
    assert api.state("raw.shop__change", 'deal_id, property, "at", value, _extras, _source_row') == [
        ("a", "a/b", "2024-01-03T09:00:00Z", None, None, 1),
        ("a", "stage", "1704099600000", "new", '{"by":"Ann"}', 1),
        ("a", "stage", "2024-01-02T09:00:00Z", "won", None, 1),
    ]
    ledger = "select object, rows_read, rows_kept from raw.load_ledger order by all"
    assert api.query(ledger) == [("change", 3, 3), ("deal", 2, 2)]
    api.balance()


def test_the_same_file_twice_changes_nothing_and_a_shorter_history_removes_nothing(api):
    new, won = {"value": "new", "at": "2024-01-01"}, {"value": "won", "at": "2024-01-02"}
    api.land("shop/2024-01-05/deals.jsonl", lines(deal("a", history={"stage": [won, new]})))
    api.ingest()
    assert (api.ingest().files_read, api.ingest().files_unchanged) == (0, 2)
    api.land("shop/2024-01-06/deals.jsonl", lines(deal("a", history={"stage": [won]})))
    report = api.ingest()
    # a file is read once for each object in it
    assert (report.files_read, report.rows_unchanged, report.tombstones) == (2, 2, 0)
    assert api.state("raw.shop__change", "value") == [("new",), ("won",)]


def test_each_element_of_a_list_has_the_line_of_the_list(api):
    stages = [{"id": 1, "meta": {"closed": "false"}}, {"id": 2, "meta": {"closed": True}, "colour": "red"}]
    api.land("shop/2024-01-05/pipelines.jsonl", lines({"label": "Sales", "stages": stages}, {"label": "Empty"}))
    api.ingest()
    assert api.state("raw.shop__stage", "id, pipeline, is_closed, _extras, _source_row") == [
        ("1", "Sales", "false", None, 1),
        ("2", "Sales", "true", '{"colour":"red"}', 1),
    ]
    # the next export was read whole and no longer has stage 1
    api.land("shop/2024-01-06/pipelines.jsonl", lines({"label": "Sales", "stages": stages[1:]}))
    assert api.ingest().tombstones == 1


def test_a_line_that_has_nothing_to_unnest_is_a_row_where_it_has_the_columns(api):
    api.land(
        "shop/2024-01-05/deal_history.jsonl",
        lines(
            {"dealId": 5, "property": "stage", "value": "new", "at": "2024-01-01"},
            {"id": "6", "history": {"stage": [{"value": "won", "at": "2024-01-02"}]}},
            {"id": "7", "remark": "no value at all"},
        ),
    )
    api.ingest()
    assert api.state("raw.shop__change", "deal_id, property, value, _source_row") == [
        ("5", "stage", "new", 1),
        ("6", "stage", "won", 2),
    ]


def test_a_file_without_any_row_of_its_object_is_reported(api):
    api.land("shop/2024-01-05/deal_history.jsonl", lines({"id": "7", "remark": "no value at all"}))
    api.land("shop/2024-01-05/deals.jsonl", lines(deal("7")))
    assert api.ingest().warnings == [
        "shop/2024-01-05/deal_history.jsonl: no line contains the data of 'change', so none of its rows were loaded."
    ]


def test_rows_that_are_set_aside_name_their_line(api):
    bad = {"stage": [{"value": "won", "at": "yesterday"}, {"value": "new"}]}
    api.land("shop/2024-01-05/deals.jsonl", lines(deal("a"), deal("b", history=bad)) + '{"id": broken\n')
    report = api.ingest()
    assert api.query("select object, source_row, column_name, value, reason from raw.quarantine order by all") == [
        ("change", 2, "at", "yesterday", "unparsable_required"),
        ("change", 2, "at", None, "missing_key"),
        ("change", 3, None, None, "invalid_json"),
        ("deal", 3, None, None, "invalid_json"),
    ]
    assert any("deals.jsonl, line 2, column 'at': 'yesterday' is not usable" in line for line in report.warnings)
    api.balance()


def test_milliseconds_date_an_extract_and_other_numbers_are_not_instants(api):
    # 1704412800000 is 2024-01-05 00:00 UTC; seconds and years are not understood
    at = [{"updatedAt": "1704412800000"}, {"updatedAt": "1704412800"}, {"updatedAt": 2024}]
    api.land("shop/deals.jsonl", lines(*(deal(str(key), **one) for key, one in enumerate(at))))
    report = api.ingest()
    assert report.values_unparsable == 2
    assert api.query("select distinct extracted_at::varchar from raw.load_ledger") == [("2024-01-05 00:00:00",)]


def test_a_flat_file_of_another_format_has_only_its_rows(api):
    api.land("shop/2024-01-05/deals.csv", "id,stage,amount\na,new,5\n")
    api.ingest()
    assert api.state(columns="id, stage, amount") == [("a", "new", "5")]
    assert api.query("select object from raw.load_ledger") == [("deal",)]


def test_a_missing_required_nested_column_is_reported_before_anything_is_read(api):
    api.land("shop/2024-01-05/deals.jsonl", lines({"id": "a", "properties": {"amount": 5}}))
    with pytest.raises(ConfigurationError, match="required column 'stage' is missing; the file has id, amount"):
        api.ingest()


def test_the_check_of_a_source_shows_each_object_of_a_shared_file(api):
    api.land("shop/2024-01-05/deals.jsonl", lines(deal("a", history={"stage": [{"value": "new", "at": "2024-01-01"}]})))
    check = check_source(api.settings, "shop")
    assert [(found.object, found.rows) for found in check.files.values()] == [("deal", 1), ("change", 1)]
    assert check.errors == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("path: place.address.city", "path: place..city", "'place..city' is not a path"),
        ("path: place.address.city", 'path: "a[k=1].b[k=2].c"', "searches for two elements"),
        ("path: place.address.city", "path: $.city", "belongs to objects with 'unnest'"),
        ("path: place.address.city", 'path: "*"', "belongs to objects with 'unnest'"),
        ("unnest: stages[]", "unnest: stages", "does not name elements"),
        ("stage: {type: text", "stage: {type: text, milliseconds: true", "belongs to columns of type instant"),
    ],
)
def test_mistakes_in_the_declaration_of_nested_objects(api, old, new, message):
    api.declare(old, new)
    with pytest.raises(ConfigurationError, match=message.replace("[", r"\[")):
        load_source_configs(api.settings.sources)


def test_two_objects_that_claim_the_rows_of_one_file_are_refused(api):
    api.declare('files: "pipelines*"\n    unnest: stages[]', 'files: "deals*"')
    api.declare("path: $.label", "path: label")
    api.land("shop/2024-01-05/deals.jsonl", lines(deal("a")))
    with pytest.raises(ConfigurationError, match="both 'deal' and 'stage' of sources/shop"):
        api.ingest()
