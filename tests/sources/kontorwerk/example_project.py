"""A copy of the project with the example of docs/examples laid over it, as the page for newcomers says."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from orchestration.settings import PROJECT, Settings

EXAMPLE = PROJECT / "docs" / "examples" / "kontorwerk"
CODE = ("sources", "dbt_project", "expectations")


@dataclass(frozen=True)
class ExampleSettings(Settings):
    """Settings whose project is the copy."""

    project: Path = PROJECT

    @property
    def sources(self) -> Path:
        return self.project / "sources"

    @property
    def expectations(self) -> Path:
        return self.project / "expectations"

    @property
    def dbt_project(self) -> Path:
        return self.project / "dbt_project"


def lay_out(folder: Path, *further: str) -> ExampleSettings:
    """Copy the project's sources, models and expectations to `folder`, and whatever else is named, and add the example.

    Nothing of the project is replaced, and one line is added: the one in README.md.
    """
    project, landing = folder / "project", folder / "landing"
    for name in (*CODE, *further):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (PROJECT / name).is_dir() else shutil.copyfile)(PROJECT / name, project / name)
    added = [path.relative_to(EXAMPLE) for name in CODE for path in (EXAMPLE / name).rglob("*") if path.is_file()]
    assert not [path for path in added if (project / path).exists()]
    for path in added:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(EXAMPLE / path, project / path)
    listed = re.search(r"^ *'kontorwerk': \[.*\n", (EXAMPLE / "README.md").read_text(), re.MULTILINE)
    assert listed
    macros = project / "dbt_project" / "macros" / "staging" / "entities.sql"
    before, sources, after = macros.read_text().partition("{% macro entities_by_source() -%}\n    {{ return({\n")
    assert sources
    macros.write_text(before + sources + listed[0] + after)
    shutil.copytree(EXAMPLE / "landing", landing)
    return ExampleSettings(folder / "home", landing, folder / "home" / "warehouse" / "kuota.duckdb", project)


def without_a_stage(settings: Settings) -> None:
    """Land a stage map a day earlier that does not know the stage Verhandlung, instead of the whole one."""
    whole = settings.landing / "registers" / "2025-06-30" / "stage_map.csv"
    lines = whole.read_text().splitlines(keepends=True)
    earlier = settings.landing / "registers" / "2025-06-29" / "stage_map.csv"
    earlier.parent.mkdir()
    earlier.write_text("".join(line for line in lines if "Verhandlung" not in line))
    whole.unlink()


def with_every_stage(settings: Settings) -> None:
    """Land the whole stage map."""
    shutil.copyfile(
        EXAMPLE / "landing" / "registers" / "2025-06-30" / "stage_map.csv",
        settings.landing / "registers" / "2025-06-30" / "stage_map.csv",
    )
