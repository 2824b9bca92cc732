"""Which object a file is by its name, for the names that real exports have and that resemble each other."""

from zoneinfo import ZoneInfo

import pytest

from orchestration.ingest import load_source_configs
from orchestration.ingest.landing import scan_landing
from orchestration.settings import PROJECT, Settings

CONFIGS = load_source_configs(PROJECT / "sources")


@pytest.mark.parametrize(
    ("source", "name", "objects"),
    [
        ("hubspot", "deals.jsonl", ["opportunity", "opportunity_change"]),  # with the history inside
        ("hubspot", "deals_archived.jsonl", ["opportunity", "opportunity_change"]),
        ("hubspot", "deal_property_history.jsonl", ["opportunity_change"]),
        ("hubspot", "deals_property_history.jsonl", ["opportunity_change"]),
        ("hubspot", "deals_history.csv", ["opportunity_change"]),
        ("hubspot", "contacts_property_history.jsonl", []),
        ("hubspot", "contacts_2025-06-30.jsonl", ["lead"]),
        ("salesforce", "Opportunity.csv", ["opportunity"]),
        ("salesforce", "OpportunityHistory.csv", ["opportunity_history"]),
        ("salesforce", "OpportunityLineItem_1.csv", ["opportunity_line"]),
        ("salesforce", "OpportunityLineItemSchedule.csv", []),
        ("salesforce", "OpportunitySplitType.csv", ["opportunity_split_type"]),
        ("salesforce", "RecordTypeLocalization.csv", []),
        ("salesforce", "UserRole.csv", ["team"]),
        ("pipedrive", "deals.csv", ["opportunity"]),
        ("pipedrive", "deal_changes_2.csv", ["opportunity_change"]),
        ("pipedrive", "deals_changes.csv", ["opportunity_change"]),
        ("generic", "teams.csv", ["team"]),
        ("generic", "team_memberships.csv", ["team_membership"]),
        ("generic", "opportunity_lines.csv", ["opportunity_line"]),
    ],
)
def test_a_file_is_what_its_name_says(tmp_path, source, name, objects):
    found = landed(tmp_path, source, name)
    assert [file.object for file in found.files if file.source == source] == objects
    assert [warning for warning in found.warnings if "ignored" in warning and name in warning] or objects


@pytest.mark.parametrize("source", CONFIGS)
def test_no_name_of_one_object_is_also_that_of_another(source):
    """Every pattern's own name, alone or with more behind it, is that of the rows of one object."""
    config = CONFIGS[source]
    stems = [
        pattern.replace("[-_ ][0-9]*", "_1").rstrip("*")
        for it in config.objects.values()
        for pattern in it.file_patterns
    ]
    for stem in stems:
        for name in (stem, f"{stem}_2", f"{stem}-2025-06-30", f"{stem}_export"):
            claiming = [key for key, it in config.objects.items() if it.unnest is None and it.claims(name.lower())]
            assert len(claiming) <= 1, name


def landed(tmp_path, source, name):
    settings = Settings(home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "kuota.duckdb")
    for path in (f"{source}/2025-06-30/{name}", "registers/2025-06-30/holidays.csv"):
        file = settings.landing / path
        file.parent.mkdir(parents=True)
        file.write_text("")
    return scan_landing(settings.landing, CONFIGS, ZoneInfo("UTC"))
