"""The same records in other forms: versions 1, 3 and 4 of an API, and the names that connectors give its fields."""

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest import IngestReport, ingest
from orchestration.settings import Settings

STAGE_MAP = "source,pipeline,source_stage,stage,stage_order,is_closed,is_won\nhubspot,,a,A,1,false,false\n"
PROPERTIES = {"dealstage": "closedwon", "amount": "100", "hubspot_owner_id": "501", "dealname": "Deal, 1"}
AS_V1 = {name: {"value": value, "timestamp": 1, "source": "CRM"} for name, value in PROPERTIES.items()}


def _ingested(
    tmp_path: Path, source: str, file: str, content: str, query: str
) -> tuple[list[tuple[object, ...]], IngestReport]:
    """What `query` finds after a run with one file, and the report."""
    settings = Settings(home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "kuota.duckdb")
    for name, text in {"registers/2026-01-01/stage_map.csv": STAGE_MAP, f"{source}/2026-03-31/{file}": content}.items():
        path = settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = ingest(settings, run_id="run")
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall(), report


HUBSPOT = (
    "select id, dealstage, amount, hubspot_owner_id, dealname, company_id, contact_id, archived "
    "from raw.hubspot__opportunity"
)


@pytest.mark.parametrize(
    "deal",
    [
        {"id": "7", "properties": PROPERTIES, "companies": ["301", "302"], "contacts": ["901"]},
        {"id": "7", "properties": PROPERTIES, "companies": [301], "contacts": [{"id": 901}]},
        {
            "_airbyte_ab_id": "x",
            "_airbyte_data": {"id": "7", "properties": PROPERTIES, "companies": [301], "contacts": [901]},
        },
        {
            "_airbyte_raw_id": "x",
            "_airbyte_data": json.dumps({"id": "7", "properties": PROPERTIES, "companies": [301], "contacts": [901]}),
        },
        {"id": "7", "properties": PROPERTIES, "associations": {"companies": ["301"], "contacts": ["901"]}},
        {
            "id": "7",
            "properties": PROPERTIES,
            "associations": {"companies": [{"id": "301"}], "contacts": [{"id": "901"}]},
        },
        {
            "id": 7,
            "properties": PROPERTIES,
            "associations": {
                "companies": {"results": [{"toObjectId": 301, "associationTypes": []}]},
                "contacts": {"results": [{"toObjectId": 901}]},
            },
        },
        {
            "id": "7",
            "properties": PROPERTIES,
            "associations": {
                "companies": {"results": [{"id": "9", "type": "x"}, {"id": "301", "type": "deal_to_company"}]},
                "contacts": {"results": [{"id": "901", "type": "deal_to_contact"}]},
            },
        },
        {
            "dealId": 7,
            "isDeleted": False,
            "properties": AS_V1,
            "associations": {"associatedCompanyIds": [301], "associatedVids": [901], "associatedDealIds": []},
        },
    ],
    ids=["lists", "list of objects", "Airbyte raw", "Airbyte raw text", "v3 lists", "v3 objects", "v4", "v3", "v1"],
)
def test_deals_of_hubspot_as_versions_of_its_api_answer(tmp_path, deal):
    found, report = _ingested(tmp_path, "hubspot", "deals.jsonl", json.dumps(deal) + "\n", HUBSPOT)
    assert [row[:7] for row in found] == [("7", "closedwon", "100", "501", "Deal, 1", "301", "901")]
    assert report.warnings == []


@pytest.mark.parametrize(
    "header",
    [
        "id,properties_dealstage,properties_amount,properties_hubspot_owner_id,properties_dealname,archived",
        "id,properties__dealstage,properties__amount,properties__hubspot_owner_id,properties__dealname,archived",
        "deal_id,deal_pipeline_stage_id,property_amount,owner_id,property_dealname,_fivetran_deleted",
        "dealId,property_dealstage__value,property_amount__value,property_hubspot_owner_id__value,"
        "property_dealname__value,isDeleted",
        "id,properties.dealstage,properties.amount,properties.hubspot_owner_id,properties.dealname,is_deleted",
        "hs_object_id,dealstage,amount,hubspot_owner_id,dealname,archived",
    ],
    ids=["Airbyte", "dlt", "Fivetran", "Singer", "pandas", "plain"],
)
def test_deals_of_hubspot_as_connectors_name_their_columns(tmp_path, header):
    content = f'{header}\n7,closedwon,100,501,"Deal, 1",false\n'
    found, _ = _ingested(tmp_path, "hubspot", "deals.csv", content, HUBSPOT)
    assert found == [("7", "closedwon", "100", "501", "Deal, 1", None, None, "false")]


def test_of_two_names_of_one_column_the_first_that_is_listed_counts(tmp_path):
    header = "id,dealstage,amount,hubspot_owner_id,dealname,is_deleted,_fivetran_deleted"
    found, _ = _ingested(tmp_path, "hubspot", "deals.csv", f'{header}\n7,won,100,501,"Deal, 1",false,true\n', HUBSPOT)
    assert found[0][0] == "7" and found[0][-1] == "true"
    header = "id,stage_name,owner_id,created_date,close_date,is_deleted,_fivetran_deleted"
    row = "006A,Won,005A,2026-01-01,2026-02-01,false,true"
    query = "select isdeleted from raw.salesforce__opportunity"
    assert _ingested(tmp_path, "salesforce", "Opportunity.csv", f"{header}\n{row}\n", query)[0] == [("true",)]


@pytest.mark.parametrize(
    "header",
    [
        "Id,StageName,OwnerId,CreatedDate,CloseDate,Loss_Reason__c,IsWon,SystemModstamp",
        "id,stage_name,owner_id,created_date,close_date,loss_reason_c,is_won,system_modstamp",
        "id,stage_name,owner_id,created_date,close_date,loss_reason__c,is_won,system_modstamp",
    ],
    ids=["Airbyte and Singer", "Fivetran", "dlt"],
)
def test_opportunities_of_salesforce_as_connectors_name_their_columns(tmp_path, header):
    row = "006A,Won,005A,2026-01-01,2026-02-01,Price,true,2026-02-01T00:00:00Z"
    query = "select id, stagename, ownerid, closedate, loss_reason__c, iswon, _extras from raw.salesforce__opportunity"
    found, _ = _ingested(tmp_path, "salesforce", "Opportunity.csv", f"{header}\n{row}\n", query)
    assert found == [("006A", "Won", "005A", "2026-02-01", "Price", "true", None)]


@pytest.mark.parametrize(
    ("user", "organization"),
    [(11, 7), ({"id": 11, "name": "Eva", "value": 11}, {"name": "Acme", "value": 7}), (11, None)],
    ids=["ids", "objects of version 1", "no organization"],
)
def test_deals_of_pipedrive_with_objects_in_place_of_ids(tmp_path, user, organization):
    deal = {"id": 5, "stage_id": 1, "status": "won", "user_id": user, "org_id": organization}
    query = "select id, user_id, org_id from raw.pipedrive__opportunity"
    found, report = _ingested(tmp_path, "pipedrive", "deals.jsonl", json.dumps(deal) + "\n", query)
    assert found == [("5", "11", organization and "7")]
    assert report.warnings == []


def test_json_that_nothing_reads_is_named_with_its_path(tmp_path):
    content = (
        'id,dealstage,tickets,quotes,note,dealname\n7,won,"[""301""]","[{""id"": 1}]",[x],"{""a"": 1}"\n'
        '8,won,"[""302""]",,,x\n'
    )
    _, report = _ingested(tmp_path, "hubspot", "deals.csv", content, HUBSPOT)
    assert report.warnings == [
        "hubspot/2026-03-31/deals.csv, line 2: texts that hold JSON are not read (4 in this file), at dealname.a, "
        "quotes[0].id, tickets[0]; export what you need of them as columns of their own, or as JSONL and declare "
        "the column's 'path'."
    ]


def _v4(*, text: bool = False, types: bool = True) -> object:
    """Companies as version 4 answers: 302 comes first, and 301 is the primary one."""
    other = {"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}
    primary = {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}
    companies = [{"toObjectId": 302, "associationTypes": [other]}, {"toObjectId": 301, "associationTypes": [other]}]
    if types:
        companies[1]["associationTypes"] = [other, primary]
    return json.dumps(companies) if text else companies


@pytest.mark.parametrize(
    "deal",
    [
        {"associations": {"companies": {"results": _v4()}}},
        {"associations": {"companies": _v4()}},
        {"companies": _v4()},
        {"companies": _v4(text=True)},
        {"associations": json.dumps({"companies": {"results": _v4()}})},
        {"companies": '["301"]'},
        {"companies": "[301, 302]"},
    ],
)
def test_the_primary_company_is_found_in_every_form(tmp_path, deal):
    line = json.dumps({"id": "7", "properties": PROPERTIES} | deal)
    found, report = _ingested(tmp_path, "hubspot", "deals.jsonl", line + "\n", HUBSPOT)
    assert [(row[0], row[5]) for row in found] == [("7", "301")]
    assert report.warnings == []


@pytest.mark.parametrize("companies", ["[301]", '["301", "302"]', '[{"id": "301"}]', _v4(text=True)])
def test_a_list_in_a_csv_is_read(tmp_path, companies):
    text = str(companies).replace('"', '""')
    content = f'id,dealstage,amount,hubspot_owner_id,companies,tags\n7,a,100,501,"{text}","[""x""]"\n'
    found, report = _ingested(tmp_path, "hubspot", "deals.csv", content, HUBSPOT)
    assert [(row[0], row[5]) for row in found] == [("7", "301")]
    # what nothing reads is named
    assert [warning for warning in report.warnings if "JSON" in warning] == [
        "hubspot/2026-03-31/deals.csv, line 2: texts that hold JSON are not read (1 in this file), at tags[0]; export "
        "what you need of them as columns of their own, or as JSONL and declare the column's 'path'."
    ]


DEALS = [{"id": str(number), "properties": PROPERTIES, "companies": [301]} for number in (7, 8)]


@pytest.mark.parametrize(
    ("source", "file", "page", "query"),
    [
        ("hubspot", "deals.jsonl", {"results": DEALS, "paging": {"next": {"after": "8"}}}, HUBSPOT),
        ("hubspot", "deals.jsonl", {"total": 2, "results": DEALS}, HUBSPOT),
        (
            "pipedrive",
            "deals.jsonl",
            {"success": True, "data": [{"id": n, "status": "open", "stage_id": 1, "user_id": 5} for n in (7, 8)]},
            "select id from raw.pipedrive__opportunity",
        ),
        (
            "salesforce",
            "Opportunity.jsonl",
            {
                "totalSize": 2,
                "done": True,
                "records": [{"Id": str(n), "StageName": "A", "OwnerId": "5"} for n in (7, 8)],
            },
            "select id from raw.salesforce__opportunity",
        ),
    ],
)
def test_the_whole_answer_of_an_api_in_a_line_is_its_records(tmp_path, source, file, page, query):
    found, _ = _ingested(tmp_path, source, file, json.dumps(page) + "\n", query)
    assert sorted(row[0] for row in found) == ["7", "8"]
