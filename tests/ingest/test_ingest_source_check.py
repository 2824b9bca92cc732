"""`kuota sources check` reports how a run would read real files, and writes nothing."""

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.errors import ConfigurationError
from orchestration.ingest import check_lines, check_source


def test_everything_that_does_not_fit_is_reported(bench, deals):
    bench.land(
        "shop/2024-01-01/deals.csv",
        "deal_id,owner,closed_on,amount,Region\na,,,lots,x\na,,,2,\n,,,3,\nb,,31/02/2017,4,\nc,,,few,\n",
    )
    bench.land("shop/2024-01-02/deals.csv", deals("a,,,many,,", "d,,,1,,"))
    bench.land_parquet("shop/2024-01-02/deals_2.parquet", "select 'e' as deal_id, '' as owner, '' as closed_on")
    bench.land("shop/2024-01-02/invoices.csv", "x\n1\n")
    lines = check_lines(check_source(bench.settings, "shop"))
    assert lines == [
        f"shop: {bench.settings.landing}/shop",
        "",
        "file             object  format   files  rows  set aside",
        "deals.csv        deal    csv          2     7          2",
        "deals_2.parquet  deal    parquet      1     1          0",
        "",
        "deal, full, 2 extracts, key deal_id",
        "  missing, optional: due_on (in 2 of 3), status (in 2 of 3), amount (in 1 of 3)",
        "  unknown, kept as extras: Region (in 1 of 3)",
        "  values unusable, amount: 3; first shop/2024-01-01/deals.csv, line 2: 'lots' is not usable; write a number "
        "such as 1234.50, without thousands separators, below 10^14, or set the column's 'format'.",
        "  rows set aside, missing_key deal_id: 1; first shop/2024-01-01/deals.csv, line 4, column 'deal_id': blank; "
        "fill it in.",
        "  rows set aside, unparsable_required closed_on: 1; first shop/2024-01-01/deals.csv, line 5, column "
        "'closed_on': '31/02/2017' is not usable; write a date such as 2017-12-31, or set the column's 'format'.",
        "  keys on several rows: 1; first 'a' in shop/2024-01-01/deals.csv, line 2 and shop/2024-01-01/deals.csv, "
        "line 3",
        "",
        "no file for: call (calls*)",
        "",
        "shop/2024-01-02/invoices.csv: ignored, because sources/shop.yml knows only deals*, calls*.",
        "",
        "shop would load; nothing was written",
    ]
    assert not bench.settings.home.exists()


def test_what_would_stop_a_run_is_reported_for_every_file(bench, deals):
    bench.declare("kind: crm", "kind: crm\nneeds_stage_map: true")
    bench.land("shop/2024-01-01/deals.csv", "id,owner\na,\n")
    bench.land("shop/2024-01-02/deals.csv", "owner,closed_on\na,\n")
    bench.land("shop/2024-01-02/calls.csv", "call_id\nx\n")
    # other sources are not checked
    bench.land("shoe/nowhere/deals.csv", "x")
    check = check_source(bench.settings, "shop")
    assert [error.split("; ")[0].replace(f"{bench.settings.landing}/", "") for error in check.errors] == [
        "registers: no stage_map.csv, but the stages of 'shop' need one",
        "shop/2024-01-01/deals.csv, line 1: required column 'deal_id' is missing",
        "shop/2024-01-02/deals.csv, line 1: required column 'deal_id' is missing",
    ]
    assert check.objects["call"].files == 1
    assert check_lines(check)[-1] == "shop would not load: 3 to correct; nothing was written"


def test_nothing_to_check(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    with pytest.raises(ConfigurationError, match="unknown source 'shoe'; known are shop"):
        check_source(bench.settings, "shoe")
    bench.settings.landing.joinpath("shop/2024-01-01/deals.csv").unlink()
    with pytest.raises(ConfigurationError, match="holds no extract"):
        check_source(bench.settings, "shop")


def test_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("KUOTA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUOTA_LANDING", raising=False)
    folder = tmp_path / "elsewhere" / "registers" / "2024-01-01"
    folder.mkdir(parents=True)
    header = "date,region,name\n"
    (folder / "holidays.csv").write_text(header + "2024-01-01,,New Year\n")
    good = CliRunner().invoke(main, ["sources", "check", "registers", "--landing", str(tmp_path / "elsewhere")])
    assert good.exit_code == 0
    assert "holidays.csv  holiday  csv         1     1          0" in good.output
    (folder / "holidays.csv").write_text("region,name\n,New Year\n")
    bad = CliRunner().invoke(main, ["sources", "check", "registers", "--landing", str(tmp_path / "elsewhere")])
    assert bad.exit_code == 2
    assert "error: registers/2024-01-01/holidays.csv, line 1: required column 'date' is missing" in bad.output
    unknown = CliRunner().invoke(main, ["sources", "check", "shoe"])
    assert (unknown.exit_code, "unknown source 'shoe'" in unknown.output) == (2, True)
    listed = CliRunner().invoke(main, ["sources", "list"])
    assert listed.exit_code == 0
    assert any(line.split()[:2] == ["registers", "register"] for line in listed.output.splitlines())
    assert not (tmp_path / "home").exists()
