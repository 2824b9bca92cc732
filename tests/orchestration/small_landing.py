"""A landing folder of two reps and three deals in the plain format: the smallest one that the whole pipeline
publishes."""

from pathlib import Path

import pytest
from compiled_project import SETTINGS, give_parsed_project

from orchestration.settings import Settings

FILES = {
    "generic/2026-06-30/reps.csv": "rep_id,name,team_id\nR1,Ann,T1\nR2,Bob,T1\n",
    "generic/2026-06-30/teams.csv": "team_id,name\nT1,North\n",
    "generic/2026-06-30/opportunities.csv": (
        "opportunity_id,owner_id,stage,created_at,amount,close_date\n"
        "D1,R1,Closed Won,2026-04-01T09:00:00Z,100.00,2026-05-04\n"
        "D2,R2,Closed Lost,2026-04-02T09:00:00Z,50.00,2026-05-05\n"
        "D3,R1,Open,2026-06-01T09:00:00Z,75.00,\n"
    ),
    "registers/2026-06-30/stage_map.csv": (
        "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to\n"
        "generic,,Open,Open,1,false,false,,\n"
        "generic,,Closed Won,Won,2,true,true,,\n"
        "generic,,Closed Lost,Lost,2,true,false,,\n"
    ),
    "settings.yml": SETTINGS,
}


def land(settings: Settings, files: dict[str, str]) -> None:
    """Write files below the landing folder."""
    for name, text in files.items():
        path = settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def settings_in(folder: Path) -> Settings:
    home = folder / "home"
    return Settings(home=home, landing=folder / "landing", warehouse=home / "warehouse" / "kuota.duckdb")


def landed_home(folder: Path, factory: pytest.TempPathFactory) -> Settings:
    """A new home whose landing folder has the files, and which need not parse the dbt project."""
    settings = settings_in(folder)
    land(settings, FILES)
    give_parsed_project(factory, settings, SETTINGS)
    return settings
