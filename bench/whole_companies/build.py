"""From a seed and a shape to the breaks that the pipeline lists and those that were planted."""

import contextlib
import io
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.errors import KuotaError
from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.transform.dbt import dbt_command, dbt_environment
from sample_company import Truth, generate

FOUR = ("generic", "hubspot", "pipedrive", "salesforce")


@dataclass(frozen=True)
class Shape:
    """The kind of sample company."""

    reps: int
    months: int
    sources: tuple[str, ...]
    with_breaks: bool = True

    def __str__(self) -> str:
        return f"{self.reps} reps, {self.months} months, {'+'.join(self.sources)}" + (
            "" if self.with_breaks else ", no breaks"
        )


# small ones first; after the last shape the first one comes again, with the next seed
SHAPES = (
    Shape(12, 15, ("generic",)),
    Shape(25, 24, FOUR),
    Shape(25, 15, ("generic", "pipedrive"), with_breaks=False),
    Shape(12, 24, ("pipedrive", "hubspot")),
    Shape(40, 24, FOUR),
    Shape(25, 24, FOUR, with_breaks=False),
    Shape(40, 15, ("salesforce",)),
    Shape(12, 24, FOUR),
    Shape(40, 24, ("pipedrive", "salesforce"), with_breaks=False),
    Shape(25, 24, ("generic", "hubspot")),
    Shape(40, 24, ("generic",)),
    Shape(12, 15, ("hubspot",), with_breaks=False),
)


@dataclass(frozen=True)
class Built:
    """A company with what was planted into it, the breaks that the pipeline lists, and its profile."""

    shape: Shape
    seed: int
    truth: Truth
    listed: pd.DataFrame
    profile: pd.DataFrame
    seconds: float


def build(shape: Shape, seed: int, home: Path) -> Built:
    """Make a company in the new folder `home`, ingest it and build the models up to collection_break.

    Its register of collection changes is left out: whatever was declared there has to be detected.
    """
    started = time.monotonic()
    settings = Settings(home=home, landing=home / "landing", warehouse=home / "warehouse" / "kuota.duckdb")
    truth = generate(
        settings.landing,
        seed=seed,
        reps=shape.reps,
        months=shape.months,
        sources=shape.sources,
        daily_extracts=2,
        with_breaks=shape.with_breaks,
    )
    for register in settings.landing.glob("registers/*/collection_changes.csv"):
        register.unlink()
    settings.warehouse.parent.mkdir(parents=True)
    with contextlib.redirect_stdout(io.StringIO()):
        ingest(settings, run_id=f"bench-{seed}")
    finished = subprocess.run(
        [
            *dbt_command(settings, "build", "--select", "+collection_break"),
            *("--resource-type", "model", "--resource-type", "seed"),
        ],
        env=dbt_environment(settings),
        cwd=settings.warehouse.parent,
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise KuotaError(f"dbt could not build {shape}, seed {seed}:\n{finished.stdout}{finished.stderr}")
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        return Built(
            shape,
            seed,
            truth,
            warehouse.sql("select * from quality.collection_break").df(),
            warehouse.sql("select * from intermediate.int_collection_profiles_counted").df(),
            time.monotonic() - started,
        )
