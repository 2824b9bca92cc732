"""A small company whose files are damaged in every way that loses single rows only; figures are easy to add up."""

from pathlib import Path

DAY = "2026-01-31"
STAGE_MAP = (
    "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to\n"
    "generic,,Open,Open,1,false,false,,\n"
    "generic,,Won,Won,2,true,true,,\n"
    "generic,,Lost,Lost,3,true,false,,\n"
    "crm_sales,,Engaging,Engaging,1,false,false,,\n"
    "crm_sales,,Won,Won,2,true,true,,\n"
)
DEALS = (
    "opportunity_id,owner_id,stage,created_at,amount,currency,close_date\n"
    "O1,R1,Won,2026-01-05T09:00:00Z,100.00,USD,2026-01-20\n"
    "O2,R2,Won,2026-01-06T09:00:00Z,50.50,USD,2026-01-21\n"
    "O3,R1,Lost,2026-01-07T09:00:00Z,10,USD,2026-01-22\n"
)
SETTINGS = "reporting_currency: USD\nreporting_time_zone: UTC\n"

FILES: dict[str, str | bytes] = {
    "settings.yml": SETTINGS + "sources_ended: {crm_sales: 2026-01-30}\n",
    f"registers/{DAY}/stage_map.csv": STAGE_MAP,
    f"registers/{DAY}/quotas.csv": (
        "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from\n"
        "rep,R1,revenue_won,month,2026-01-01,200,USD,\n"
        "rep,R2,revenue_won,month,2026-01-01,-5,USD,\n"
        "rep,Nobody Known,revenue_won,month,2026-01-01,100,USD,\n"
        "rep,Sam Same,revenue_won,month,2026-01-01,100,USD,\n"
    ),
    # of the plain source O1 and O2 are won; the report has 10 more; the last line was read too late
    f"registers/{DAY}/crm_totals.csv": (
        "source,metric,period_type,period_start,scope_type,scope,amount,read_on\n"
        f"generic,revenue_won,month,2026-01-01,company,company,160.50,{DAY}\n"
        f"generic,revenue_won,month,2026-01-01,rep,R1,100.00,{DAY}\n"
        "generic,deals_won,quarter,2026-01-01,company,company,2,2026-03-31\n"
    ),
    f"generic/{DAY}/reps.csv": "rep_id,name,team_id\nR1,Ann Able,T1\nR2,Bob Best,T1\nR3,Sam Same,T1\nR4,Sam Same,T1\n",
    f"generic/{DAY}/teams.csv": "team_id,name\nT1,North\n",
    f"generic/{DAY}/accounts.csv": b"account_id,name\nA1,Warung Satu\nA2,Caf\xe9 Dua\n",
    f"generic/{DAY}/products.csv": "",
    f"generic/{DAY}/opportunities.csv": (
        DEALS + "O4,R1,Open,2026-01-08T09:00:00Z\n"  # row 5: wrong number of fields
        ",R1,Open,2026-01-08T09:00:00Z,1,USD,\n"  # row 6: no key
        'O5,R2,Open,2026-01-09T09:00:00Z,"1.000,50",USD,\n'  # row 7: the amount is not a number
        "O6,Sam Same,Open,2026-01-10T09:00:00Z,70,USD,\n"  # row 8: two reps have this name
    ),
    f"generic/{DAY}/activities.csv": (
        "activity_id,type,rep_id,occurred_at\nV1,call,R1,2026-01-09T09:00:00Z\nV2,call,R"  # cut off
    ),
    f"crm_sales/{DAY}/sales_teams.csv": "sales_agent,manager,regional_office\nCarl Chase,Mona Main,East\n",
    f"crm_sales/{DAY}/products.csv": "product,series,sales_price\nGTX Pro,GTX,4821\n",
    f"crm_sales/{DAY}/sales_pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "P1,Carl Chase,GTXPro,,Won,1/5/2026,1/23/2026,25\n"
        "P2,Carl Chase,GTX Pro,,Won,1/6/2026,31/02/2017,30\n"  # row 3: no such day
    ),
}


def write(landing: Path, files: dict[str, str | bytes] = FILES) -> Path:
    """Write `files` (path below the landing folder: content) and return the folder."""
    for name, content in files.items():
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return landing
