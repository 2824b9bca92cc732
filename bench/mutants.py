"""Mutation check: one small error at a time in the SQL of core models and marts, and whether a test notices.

`python -m bench.mutants` makes COUNT mutants (`<=` becomes `<`, a left join an inner one, a sum a maximum …), chosen by
a fixed seed. A mutant is caught where a dbt unit test of the model fails, else a property of random companies, else a
test of a company written by hand: what `make test` runs on compiled models in memory. Whole runs of the command line
are not asked, because that takes minutes per mutant. No mutant is dropped because it changes nothing: it survives, and
the report shows it.
"""

import argparse
import importlib
import inspect
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any
from unittest import SkipTest

import duckdb
import sqlglot

from bench.mutant_plugin import FOLDER, MUTANT, Folder
from bench.sql_errors import Mutant, choose, diff, mutate, places, rewritten
from orchestration.settings import PROJECT

COUNT = 40
SEED = 13
LAYERS = ("models/core/", "models/marts/")
COMPANIES = (
    *(f"tests/sources/{name}" for name in ("bridges", "generic", "hubspot", "migration", "pipedrive", "salesforce")),
    *(f"tests/transform/test_{name}.py" for name in ("awkward_company", "quota_plans", "tie_out", "trusted_breaks")),
)
PROPERTIES = ("test_collection_of_marts", "test_properties", "test_explained_numbers")
# an error can make a join endless: a query that takes longer is caught
SECONDS = 20


@dataclass(frozen=True)
class UnitTest:
    """A dbt unit test as one query, and the rows that it expects: as rows, or as a query."""

    query: str
    expected: Sequence[Mapping[str, Any]] | str

    def passes(self, connection: duckdb.DuckDBPyConnection, query: str) -> bool:
        """Whether the query gives the expected rows, compared in the types of the query, as dbt does."""
        timer = _interrupting(connection)
        try:
            types = {name: kind for name, kind, *_ in connection.execute(f"describe {query}").fetchall()}
            expected = self._expected(connection, types)
            columns = ", ".join(f'"{column[0]}"' for column in connection.execute(f"describe {expected}").fetchall())
            found = connection.execute(f"select {columns} from ({query}) order by all").fetchall()
            return found == connection.execute(f"from ({expected}) order by all").fetchall()
        except (duckdb.Error, KeyError):
            return False
        finally:
            timer.cancel()

    def _expected(self, connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> str:
        if isinstance(self.expected, str):
            given = [column[0] for column in connection.execute(f"describe {self.expected}").fetchall()]
            listed = ", ".join(f'cast("{name}" as {types[name]}) as "{name}"' for name in given)
            return f"select {listed} from ({self.expected})"
        columns = list(dict.fromkeys(name for row in self.expected for name in row)) or list(types)
        rows = [
            ", ".join(f'cast({_literal(row.get(name))} as {types[name]}) as "{name}"' for name in columns)
            for row in self.expected
        ]
        nothing = ", ".join(f'cast(null as {types[name]}) as "{name}"' for name in columns)
        return " union all ".join(f"select {row}" for row in rows) or f"select {nothing} where false"


def _interrupting(connection: duckdb.DuckDBPyConnection) -> Timer:
    timer = Timer(SECONDS, connection.interrupt)
    timer.start()
    return timer


def _literal(value: Any) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"


class UnitTests:
    """The unit tests by model and name, those that pass before any error is made, and a warehouse to run them on."""

    def __init__(self, folder: Path) -> None:
        from compiled_project import build_models, compiled_home, compiled_project
        from dbt_child import dbt

        unit = Folder(folder / "unit")
        settings = compiled_home(unit)
        tested = unit.path / "tested"
        if not tested.exists():
            # the relations of the parents must be there, so that dbt knows the types of the rows that a test gives
            with duckdb.connect(str(settings.warehouse)) as connection:
                build_models(connection, compiled_project(unit))
            dbt(settings, "test", "--select", "test_type:unit")
            tested.touch()
        manifest = json.loads((settings.dbt_target / "manifest.json").read_text())
        self.sql_models = {
            node["name"]
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
            and node["original_file_path"].startswith(LAYERS)
            and node.get("language") == "sql"
        }
        self.connection = duckdb.connect(str(settings.warehouse), read_only=True)
        self.connection.execute("set TimeZone = 'UTC'")
        self.by_model: dict[str, dict[str, UnitTest]] = {}
        for result in json.loads((settings.dbt_target / "run_results.json").read_text())["results"]:
            node = manifest["unit_tests"].get(result["unique_id"])
            if node and result.get("compiled_code"):
                test = UnitTest(result["compiled_code"], node["expect"]["rows"] or [])
                if test.passes(self.connection, rewritten(test.query)):
                    self.by_model.setdefault(node["model"], {})[node["name"]] = test
                else:
                    print(f"does not pass without an error and is not asked: {node['name']}", flush=True)

    def caught_by(self, mutant: Mutant, place_count: int) -> str | None:
        """The first unit test of the model that fails."""
        for name, test in self.by_model.get(mutant.model, {}).items():
            try:
                query = mutate(test.query, mutant.kind, mutant.place, of=place_count)
            except ValueError:
                continue
            if not test.passes(self.connection, query):
                return f"unit test {name}"
        return None


class Companies:
    """The tests that build companies written by hand, each in a session of pytest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def caught_by(self, mutant: Mutant | None) -> str | None:
        """The first test that fails."""
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "bench.mutant_plugin", *COMPANIES],
            cwd=PROJECT,
            env=os.environ | {MUTANT: json.dumps(asdict(mutant) if mutant else None), FOLDER: str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        failed = [line for line in finished.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        assert (finished.returncode == 0) == (not failed), finished.stdout + finished.stderr
        return f"test {failed[0].split()[1].partition('::')[2]}" if failed else None


class Properties:
    """The properties of random companies, those that build the model."""

    def __init__(self, folder: Path) -> None:
        from compiled_project import SETTINGS, compiled_project
        from memory_warehouse import MemoryWarehouse

        class Warehouse(MemoryWarehouse):
            """One that skips what has nothing to do with the model."""

            model = ""

            def build(self, company: Any, *marts: str, instead: Mapping[str, str] | None = None) -> None:
                if self.model and self.model not in {each.name for each in self.project.needed_for(*marts)}:
                    raise SkipTest(self.model)
                timer = _interrupting(self.connection)
                try:
                    super().build(company, *marts, instead=instead)
                except duckdb.Error:
                    self.connection.rollback()
                    raise
                finally:
                    timer.cancel()

        self.project = compiled_project(Folder(folder), SETTINGS)
        self.warehouse = Warehouse

    def hold_without_an_error(self) -> None:
        """Stop where a property fails on the models as they are: it would catch every mutant."""
        failed = self._failures(self.warehouse(self.project))
        assert not failed, f"these fail without an error: {failed}"

    def caught_by(self, mutant: Mutant) -> str | None:
        """The first property that does not hold."""
        model = self.project.models[mutant.model]
        with_error = replace(model, query=mutate(model.query, mutant.kind, mutant.place))
        try:
            warehouse = self.warehouse(replace(self.project, models=self.project.models | {mutant.model: with_error}))
        except duckdb.Error as error:
            return f"properties: cannot be built: {str(error).splitlines()[0]}"
        warehouse.model = mutant.model
        return next(iter(self._failures(warehouse, at_most=1)), None)

    def _failures(self, warehouse: Any, at_most: int | None = None) -> list[str]:
        failed: list[str] = []
        for name, call in _properties(warehouse):
            try:
                call()
            except SkipTest:
                continue
            except Exception as error:
                failed.append(f"property {name}: {type(error).__name__}")
            if len(failed) == at_most:
                break
        warehouse.connection.close()
        return failed


def _properties(warehouse: object) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each property, once for each of its parameters."""
    for module in (importlib.import_module(name) for name in PROPERTIES):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            marks = getattr(function, "pytestmark", [])
            if not name.startswith("test_") or "warehouse" not in inspect.signature(function).parameters:
                continue
            # `make test` does not run them
            if any(mark.name == "slow" for mark in marks):
                continue
            cases: list[dict[str, Any]] = [{}]
            for mark in marks:
                if mark.name == "parametrize":
                    names = mark.args[0].split(", ") if isinstance(mark.args[0], str) else mark.args[0]
                    rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
                    cases = [dict(zip(names, row, strict=True)) for row in rows]
            for case in cases:
                yield f"{name} {case or ''}".strip(), partial(function, warehouse=warehouse, **case)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what became of each mutant; 1 where more than one in twenty survived."""
    parser = argparse.ArgumentParser(description="How many small errors in the models a test notices.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, help="what is compiled and tested; used again, so not after a change")
    parser.add_argument("--unit-tests-only", action="store_true", help="ask nothing else, which is quick")
    options = parser.parse_args(arguments)
    sys.path[:0] = [str(PROJECT / "tests" / name) for name in ("shared", "transform")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        unit_tests = UnitTests(folder)
        properties, companies = Properties(folder), Companies(folder)
        if not options.unit_tests_only:
            properties.hold_without_an_error()
            assert not companies.caught_by(None), "a test of a company fails without an error"
        queries = {name: properties.project.models[name].query for name in unit_tests.sql_models}

        def runs(mutant: Mutant) -> bool:
            try:
                query = mutate(queries[mutant.model], mutant.kind, mutant.place)
                return bool(unit_tests.connection.execute(f"explain {query}"))
            except (duckdb.Error, ValueError):
                return False

        survivors = 0
        mutants = choose(queries, runs, options.count, options.seed)
        for number, mutant in enumerate(mutants, start=1):
            place_count = len(places(sqlglot.parse_one(queries[mutant.model], read="duckdb"), mutant.kind))
            caught = unit_tests.caught_by(mutant, place_count)
            if not caught and not options.unit_tests_only:
                caught = properties.caught_by(mutant) or companies.caught_by(mutant)
            print(f"{number:>3}  {mutant.model}: {mutant.kind} ({mutant.place}): {caught or 'SURVIVED'}", flush=True)
            if not caught:
                survivors += 1
                print(diff(queries[mutant.model], mutant), flush=True)
        print(f"\n{len(mutants) - survivors} of {len(mutants)} caught; {time.process_time():.0f} s of CPU")
    return int(survivors * 20 > len(mutants))


if __name__ == "__main__":
    sys.exit(main())
