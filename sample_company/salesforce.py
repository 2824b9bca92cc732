"""What Salesforce showed at the end of a day, as its data export: objects in full; histories, tasks and events since
the last export. Records from Pipedrive begin on the day on which they were created again."""

from typing import Any

import numpy as np
import pandas as pd

from sample_company.deals import LOST, NEGOTIATION, PROPOSAL, PROSPECTING, QUALIFIED, WON
from sample_company.extract import (
    Company,
    account_ids,
    cutoff_of,
    expected_on,
    leads_known,
    named,
    owner_ids,
    reps_known,
)
from sample_company.migration import imported_at, is_of_before, names_in_salesforce
from sample_company.people import or_blank
from sample_company.story import REPORTING_OFFSET, moved_at
from sample_company.systems import PIPEDRIVE, SALESFORCE, native_ids, salesforce_ids
from sample_company.working_days import local_day

# in the order of `deals.STAGES`
STAGE_NAMES = np.array(
    ["Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost"]
)
PIPELINE = "sales"
DEAL_TYPES = {"new_business": "New Business", "repeat_business": "Existing Business"}
_LEAD_STATUSES = {
    "new": "Open - Not Contacted",
    "contacted": "Working - Contacted",
    "qualified": "Working - Contacted",
    "rejected": "Closed - Not Converted",
    "converted": "Closed - Converted",
}
_FORECASTS = {
    PROSPECTING: "Pipeline",
    QUALIFIED: "Pipeline",
    PROPOSAL: "Best Case",
    NEGOTIATION: "Commit",
    LOST: "Omitted",
}
_RECORD_TYPE = "0125g0000000001AAA"
_SPLIT_TYPE = "1445g0000000001AAA"
_QUEUE = "00G5g0000000001EAA"
# the user of the import: owns nothing and is not exported
_IMPORTER = "0055g0000000999AAA"
_HANDED_OVER = np.timedelta64(15, "h")


def extract_salesforce(
    company: Company, since: np.datetime64 | None, day: np.datetime64, known_deals: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The frames of the export of `day`, by file name without its ending, without tasks and events; the histories are
    those after the export of the day `since`. `known_deals` is `deals_known` of that day."""
    cutoff = cutoff_of(day)
    begin = cutoff_of(since) if since is not None else np.datetime64("1970-01-01", "s")
    deals = known_deals[known_deals["salesforce_id"].notna().to_numpy() & _is_there(company, known_deals, day)]
    deal_ids, user_ids = company.deals["salesforce_id"], company.reps["salesforce_id"]
    is_known = np.zeros(len(company.deals), dtype=bool)
    is_known[deals.index] = True
    lines = company.lines[is_known[company.lines["deal"]]]
    splits = company.splits[is_known[company.splits["deal"]]]
    frames = {
        "Opportunity": _opportunities(company, deals),
        "OpportunityHistory": _between(_stage_history(company, deals), begin, cutoff),
        "OpportunityFieldHistory": _between(_owner_history(company, deals), begin, cutoff),
        "User": _users(company, day),
        "Account": _accounts(company, cutoff),
        "Lead": _leads(company, cutoff, day),
        "RecordType": pd.DataFrame({"Id": [_RECORD_TYPE], "Name": PIPELINE, "SobjectType": "Opportunity"}),
        "Product2": company.products.assign(
            Id=native_ids(SALESFORCE, "product", company.products.index, len(company.products)),
            Name=company.products["name"],
            ProductCode=company.products["product_id"],
            Family=company.products["family"],
            IsActive="true",
            IsDeleted="false",
        ),
        "OpportunityLineItem": lines.assign(
            Id=native_ids(SALESFORCE, "line", lines.index, len(company.lines)),
            OpportunityId=named(deal_ids, lines["deal"]),
            Product2Id=named(native_ids(SALESFORCE, "product", company.products.index, 0), lines["product"]),
            Quantity=lines["quantity"],
            UnitPrice=lines["unit_price"],
            Discount=lines["discount_rate"],
            IsDeleted="false",
        ),
        "OpportunitySplit": splits.assign(
            Id=native_ids(SALESFORCE, "split", splits.index, len(company.splits)),
            OpportunityId=named(deal_ids, splits["deal"]),
            SplitOwnerId=named(user_ids, splits["rep"]),
            SplitPercentage=splits["share"],
            SplitTypeId=_SPLIT_TYPE,
            IsDeleted="false",
        ),
        "OpportunitySplitType": pd.DataFrame(
            {"Id": [_SPLIT_TYPE], "MasterLabel": "Revenue", "SplitField": "Amount", "IsTotalValidated": "true"}
        ),
    }
    unused = {"OpportunitySplit", "OpportunitySplitType"} if company.splits.empty or not _has_splits(company) else set()
    return {name: frame for name, frame in frames.items() if name not in unused}


def _has_splits(company: Company) -> bool:
    return bool((company.deals["source"].loc[company.splits["deal"]] == SALESFORCE).any())


def _is_there(company: Company, rows: pd.DataFrame, day: np.datetime64) -> Any:
    """Which rows already exist in Salesforce."""
    return ~rows["moves"].to_numpy() | bool(day >= company.story.crm_changed)


def _anew(company: Company, moves: Any, instants: Any) -> Any:
    """When Salesforce says that something was created."""
    return np.where(moves, imported_at(company.story), instants)


def _between(rows: pd.DataFrame, begin: np.datetime64, end: np.datetime64) -> pd.DataFrame:
    return rows[(rows["CreatedDate"] >= begin) & (rows["CreatedDate"] < end)]


def _opportunities(company: Company, deals: pd.DataFrame) -> pd.DataFrame:
    stage, moves = deals["stage_code"], deals["moves"].to_numpy()
    is_closed = stage.isin([WON, LOST])
    user_ids = company.reps["salesforce_id"].to_numpy(dtype=object)
    changed_at = np.maximum(deals["updated_at"].to_numpy(), _anew(company, moves, deals["created_at"].to_numpy()))
    return deals.assign(
        Id=deals["salesforce_id"],
        IsDeleted="false",
        AccountId=account_ids(company, deals, SALESFORCE),
        RecordTypeId=_RECORD_TYPE,
        Name=deals["name"],
        StageName=STAGE_NAMES[stage],
        Amount=deals["amount"],
        Probability=deals["probability"],
        CloseDate=deals["close_date"],
        Type=deals["type"].map(DEAL_TYPES),
        ForecastCategoryName=stage.map(_FORECASTS).fillna("Closed"),
        IsClosed=is_closed.map({True: "true", False: "false"}),
        IsWon=(stage == WON).map({True: "true", False: "false"}),
        CurrencyIsoCode=deals["currency"],
        OwnerId=owner_ids(company, deals, SALESFORCE),
        CreatedDate=_anew(company, moves, deals["created_at"].to_numpy()),
        CreatedById=np.where(moves, _IMPORTER, user_ids[deals["creator"]]),
        LastModifiedDate=changed_at,
        SystemModstamp=changed_at,
        Loss_Reason__c=deals["loss_reason"],
    )


def _stage_history(company: Company, deals: pd.DataFrame) -> pd.DataFrame:
    """One row per stage; for a deal that was created again the first row is the stage that it had then."""
    is_known = np.zeros(len(company.deals), dtype=bool)
    is_known[deals.index] = True
    events = company.events[is_known[company.events["deal"]]]
    before = company.deals["moves"].to_numpy()[events["deal"]] & is_of_before(company, events["changed_at"].to_numpy())
    stood = events[before].drop_duplicates("deal", keep="last")
    rows = pd.concat(
        [
            stood.assign(
                number=len(company.events) + stood["deal"], changed_at=imported_at(company.story), CreatedById=_IMPORTER
            ),
            events[~before].assign(
                number=events.index[~before],
                CreatedById=named(company.reps["salesforce_id"], events["changed_by"][~before]),
            ),
        ]
    )
    of_deal = company.deals.loc[rows["deal"]]
    changed_on = local_day(rows["changed_at"].to_numpy().astype("datetime64[s]"), REPORTING_OFFSET)
    hoped_on = expected_on(of_deal["created_at"].to_numpy(), of_deal["hoped_days"].to_numpy(), changed_on)
    closes = rows["to_stage"].isin([WON, LOST])
    return pd.DataFrame(
        {
            "Id": salesforce_ids("008", rows["number"] + 1),
            "IsDeleted": "false",
            "OpportunityId": of_deal["salesforce_id"].to_numpy(dtype=object),
            "CreatedById": rows["CreatedById"],
            "CreatedDate": rows["changed_at"],
            "StageName": STAGE_NAMES[rows["to_stage"]],
            "Amount": of_deal["amount"].to_numpy(),
            "CloseDate": np.where(closes, changed_on.astype("datetime64[s]"), hoped_on),
        }
    ).sort_values(["CreatedDate", "Id"])


def _owner_history(company: Company, deals: pd.DataFrame) -> pd.DataFrame:
    """Two rows for each deal whose owner left: with the ids and with the names."""
    given = deals[((deals["owner"] >= 0) & (deals["owner"] != deals["worker"])).to_numpy()]
    left_at = company.reps["ended_on"].to_numpy().astype("datetime64[s]")[given["worker"]] + _HANDED_OVER
    given = given[~(given["moves"].to_numpy() & is_of_before(company, left_at))]
    at = company.reps["ended_on"].to_numpy().astype("datetime64[s]")[given["worker"]] + _HANDED_OVER
    rows = pd.DataFrame(
        {"IsDeleted": "false", "OpportunityId": given["salesforce_id"], "CreatedDate": at, "Field": "Owner"}
    )
    parts = []
    for order, (kind, name) in enumerate((("EntityId", "salesforce_id"), ("Text", "name"))):
        names = company.reps[name].to_numpy(dtype=object)
        ids = salesforce_ids("017", pd.Series(given.index * 2 + order + 1, given.index))
        old, new = names[given["worker"]], names[given["owner"]]
        parts.append(rows.assign(Id=ids, DataType=kind, OldValue=old, NewValue=new, CreatedById=_IMPORTER))
    return pd.concat(parts)


def _users(company: Company, day: np.datetime64) -> pd.DataFrame:
    """All users of the regions on Salesforce, also those who left; some typed their address with capitals."""
    reps = reps_known(company.reps, day)
    reps = reps[
        (reps["source"] == SALESFORCE) | ((reps["source"] == PIPEDRIVE) & bool(day >= company.story.crm_changed))
    ]
    names = reps["name"].str.split(" ", n=1)
    leader = company.reps["salesforce_id"].to_numpy(dtype=object)[company.reps["team"].to_numpy()[reps.index]]
    return reps.assign(
        Id=reps["salesforce_id"],
        Username=reps["email"] + ".crm",
        FirstName=names.str[0],
        LastName=names.str[1],
        Name=reps["name"],
        Email=reps["email"].where(reps.index % 2 == 0, reps["email"].str.title()),
        Title=reps["role"],
        ManagerId=or_blank(reps.index >= 6, leader),
        IsActive=reps["ended_on"].isna().map({True: "true", False: "false"}),
        UserType="Standard",
        Country="Indonesia",
        TimeZoneSidKey=reps["time_zone"],
        SystemModstamp=reps["hired_on"],
    )


def _accounts(company: Company, cutoff: Any) -> pd.DataFrame:
    is_moved = (company.accounts["source"] == PIPEDRIVE) & bool(cutoff > moved_at(company.story))
    there = is_moved | ((company.accounts["source"] == SALESFORCE) & (company.accounts["created_at"] < cutoff))
    accounts = company.accounts[there]
    created_at = _anew(company, is_moved[there].to_numpy(), accounts["created_at"].to_numpy())
    return accounts.assign(
        Id=accounts["salesforce_id"],
        IsDeleted="false",
        Name=names_in_salesforce(company)[there],
        ParentId=named(company.accounts["salesforce_id"], accounts["parent"]),
        BillingCountry="Indonesia",
        Industry=accounts["industry"],
        OwnerId=named(company.reps["salesforce_id"], accounts["owner"]),
        CreatedDate=created_at,
        SystemModstamp=created_at,
    )


def _leads(company: Company, cutoff: Any, day: np.datetime64) -> pd.DataFrame:
    leads = company.leads[company.leads["salesforce_id"].notna() & (company.leads["created_at"] < cutoff)]
    leads = leads_known(leads[_is_there(company, leads, day)], company.deals["salesforce_id"], cutoff)
    is_converted = leads["converted_at"].notna()
    contact_ids = native_ids(SALESFORCE, "contact", leads.index, len(company.leads))
    created_at = _anew(company, leads["moves"].to_numpy(), leads["created_at"].to_numpy())
    owner = np.append(company.reps["salesforce_id"].to_numpy(dtype=object), _QUEUE)[leads["owner"]]
    converted_on = local_day(leads["converted_at"].to_numpy(), REPORTING_OFFSET).astype("datetime64[s]")
    return leads.assign(
        Id=leads["salesforce_id"],
        IsDeleted="false",
        LastName="Enquiry " + leads["salesforce_id"].str[5:15],
        LeadSource=leads["lead_source"],
        Status=leads["status"].map(_LEAD_STATUSES),
        OwnerId=owner,
        IsConverted=is_converted.map({True: "true", False: "false"}),
        ConvertedDate=converted_on,
        ConvertedContactId=or_blank(is_converted, contact_ids),
        ConvertedOpportunityId=leads["opportunity_id"],
        CreatedDate=created_at,
        SystemModstamp=np.where(is_converted, leads["converted_at"], created_at),
    )
