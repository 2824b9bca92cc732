"""`python -m bench.cost [--scale S]`: what a full run, a run with nothing new and one more day cost, against the floor.

The floor is plain SQL from the same files to the four core marts, without history, checks and trust. Floor and runs are
measured in one sitting, because machines differ and are noisy: read the ratios.
"""

import argparse
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from bench.cost.company import SIZES, Size, build_company, write_extracts, write_registers
from bench.cost.measure import FLOOR, RunCost, copy_of_project, run_floor, run_kuota, slowest_nodes
from orchestration.settings import PROJECT

# the objects of which many systems deliver only what changed
DELTAS = ("lead", "opportunity", "stage_event", "activity")


def main() -> None:
    """Measure and print one table, the seconds of each room, and the slowest models and tests of the full run."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost")
    parser.add_argument("--scale", choices=SIZES, default="S", help="how large the company is (default S)")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory(prefix="kuota-cost-") as folder:
        costs = measure(SIZES[scale], Path(folder))
        print("\n".join(table(scale, costs)))
        print("\n".join(["", "slowest of the full run", *slowest_nodes(Path(folder) / "home", 10)]))


def measure(size: Size, folder: Path) -> dict[str, RunCost]:
    """The cost of the floor and of each kind of run, by its name; everything is written into `folder`."""
    with duckdb.connect() as company:
        build_company(company, size)
        landing, home = folder / "landing", folder / "home"
        _land(company, landing, size.last_day)
        costs = {FLOOR: run_floor(landing, size.last_day)}
        costs["full"] = run_kuota(PROJECT, home, landing)
        costs["nothing new"] = run_kuota(PROJECT, home, landing)
        write_extracts(company, landing, size.next_day)
        costs["next day, full extracts"] = run_kuota(PROJECT, home, landing)

        project = copy_of_project(folder / "project", DELTAS)
        landing, home = folder / "landing_of_deltas", folder / "home_of_deltas"
        _land(company, landing, size.last_day)
        run_kuota(project, home, landing)
        write_extracts(company, landing, size.next_day, only_changes=True)
        costs["next day, deltas"] = run_kuota(project, home, landing)
    return costs


def _land(company: duckdb.DuckDBPyConnection, landing: Path, day: date) -> None:
    write_registers(company, landing, day)
    write_extracts(company, landing, day)


def table(scale: str, costs: dict[str, RunCost]) -> list[str]:
    """The lines of the table: a row per kind of run, with its ratio to the floor and to the full run."""
    lines = [
        f"{scale:<26}{'CPU s':>9}{'wall s':>9}{'peak GB':>9}{'rows':>13}{'of floor':>10}{'of full':>9}  rooms, wall s",
    ]
    for name, cost in costs.items():
        rooms = ", ".join(f"{room} {seconds:.0f}" for room, seconds in cost.rooms.items())
        of_floor = cost.cpu_seconds / costs[FLOOR].cpu_seconds
        of_full = cost.cpu_seconds / costs["full"].cpu_seconds
        lines.append(
            f"{name:<26}{cost.cpu_seconds:>9.1f}{cost.wall_seconds:>9.1f}{cost.peak_bytes / 1e9:>9.2f}{cost.rows:>13,}"
            f"{of_floor:>10.1f}{of_full:>9.2f}  {rooms}"
        )
    return lines


if __name__ == "__main__":
    main()
