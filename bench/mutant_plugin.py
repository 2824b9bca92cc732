"""A plugin of pytest: the tests that build companies from the compiled project find the error of a mutant in it.

`bench.mutants` names the mutant, and the folder in which the project is compiled, in the environment.
"""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.sql_errors import mutate

MUTANT, FOLDER = "KUOTA_BENCH_MUTANT", "KUOTA_BENCH_COMPILED"


@dataclass(frozen=True)
class Folder:
    """Where the project is compiled: pytest's folder of a session, without pytest."""

    path: Path

    def getbasetemp(self) -> Path:
        """The folder itself."""
        return self.path


def pytest_configure() -> None:
    """Called by pytest before it collects tests."""
    import compiled_project

    read, compiled_home = compiled_project._read, compiled_project.compiled_home
    # a folder below, because the workers of a session share the one above theirs
    folder = Folder(Path(os.environ[FOLDER]) / "session")
    mutant = json.loads(os.environ[MUTANT])

    def read_with_error(settings: Any) -> Any:
        project = read(settings)
        if not mutant:
            return project
        model = project.models[mutant["model"]]
        with_error = replace(model, query=mutate(model.query, mutant["kind"], mutant["place"]))
        return replace(project, models=project.models | {model.name: with_error})

    compiled_project._read = read_with_error
    compiled_project.compiled_home = lambda factory, settings_text="": compiled_home(folder, settings_text)
