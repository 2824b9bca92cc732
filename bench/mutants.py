"""Mutation check: one small error at a time in the SQL of core models and marts, and whether `make test` notices.

`python -m bench.mutants` makes COUNT mutants (`<=` becomes `<`, a left join an inner one, a sum a maximum …), chosen by
a fixed seed. A mutant is caught where an assertion of `make test` fails: a dbt unit test of the model, a test or a
critical data test on one of the tests' companies, or a property of random companies. Each company is built once; for a
mutant only the models behind it are built again, and not even those where the model's rows are the same. No mutant is
dropped because it changes nothing: it survives, and the report says so.
"""

import argparse
import importlib
import inspect
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any
from unittest import SkipTest

import duckdb
import sqlglot

from bench.sql_errors import Mutant, choose, diff, mutate, places
from orchestration.ingest import ingest
from orchestration.settings import PROJECT, Settings
from sample_company import generate

COUNT = 40
SEED = 13
SECONDS = 120
LAYERS = ("models/core/", "models/marts/")
SOURCES = {
    "generic": "test_generic_extract",
    "hubspot": "test_hubspot_extract",
    "salesforce": "test_salesforce_extract",
    "pipedrive": "test_pipedrive_extract",
    "bridges": "test_bridged_changes",
    "migration": "test_migration",
}
TEST_FOLDERS = ("shared", "transform", "e2e", "sources", *(f"sources/{source}" for source in SOURCES))


class Company:
    """A company of the tests, built, and the tests on it that pass before any error is made."""

    def __init__(
        self,
        name: str,
        landing: Path,
        folder: Path,
        module: str,
        fixture: str,
        *marts: str,
        data_tests: str = "",
        given: Any = None,
    ) -> None:
        from compiled_project import build_models, failed_tests  # type: ignore[import-not-found]

        self.name = name
        settings_file = landing / "settings.yml"
        self.project = _project(folder, settings_file.read_text() if settings_file.exists() else "")
        self.models = self.project.needed_for(*(marts or self.project.models))
        warehouse = folder / name / "kuota.duckdb"
        if not warehouse.exists():
            ingest(Settings(home=warehouse.parent, landing=landing, warehouse=warehouse), run_id="mutants")
            with duckdb.connect(str(warehouse)) as connection:
                build_models(connection, self.project, *marts)
        self.connection = duckdb.connect(str(warehouse), config={"threads": 1, "memory_limit": "4GB"})
        self.connection.execute("set TimeZone = 'UTC'")
        # `make test` runs all data tests on the company, or those whose names begin so
        fails = failed_tests(self.connection, self.project, data_tests)
        self.data_tests = {
            test: query
            for test, query in self.project.data_tests.items()
            if test.startswith(data_tests) and test not in fails
        }
        home = SimpleNamespace(
            home=warehouse.parent, landing=landing, marts=self._in("marts"), quality=self._in("quality")
        )
        arguments = {"kuota": home, "sample": (home, given)}
        self.tests: dict[str, Callable[[], object]] = {}
        for test, call in _test_functions(module, fixture, arguments.get(fixture), self._query):
            if _error(call) is None:
                self.tests[test] = call
        print(f"{name}: {len(self.tests)} tests, {len(self.data_tests)} data tests", flush=True)

    def _query(self, _: object, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def _in(self, schema: str) -> Callable[[str], list[tuple[Any, ...]]]:
        return lambda sql: self._query(self.connection.execute(f"use kuota.{schema}"), sql)

    def caught_by(self, model: str, query: str) -> tuple[str | None, bool]:
        """The first test that fails, and whether the error changes any row of the model."""
        relation = self.project.models[model].relation
        if model not in {each.name for each in self.models}:
            return None, False
        self.connection.execute("use kuota.marts")
        # an error can make a join endless
        timer = Timer(SECONDS, self.connection.interrupt)
        timer.start()
        try:
            different = f"(({query}) except all (from {relation})) union all ((from {relation}) except all ({query}))"
            if not self.connection.execute(f"from ({different}) limit 1").fetchall():
                return None, False
            self.connection.execute("begin")
            return self._failed(model, query), True
        except duckdb.Error as error:
            return f"{self.name}: cannot be built: {str(error).splitlines()[0]}", True
        finally:
            timer.cancel()
            with suppress(duckdb.TransactionException):
                self.connection.execute("rollback")

    def _failed(self, model: str, query: str) -> str | None:
        built = {model}
        for each in self.models:
            if each.name == model or built.intersection(each.parents):
                built.add(each.name)
                sql = query if each.name == model else each.query
                kind = "view" if each.is_view else "table"
                self.connection.execute(f"create or replace {kind} {each.relation} as {sql}")
        for test, sql in self.data_tests.items():
            if any(name in sql for name in built) and self.connection.execute(f"from ({sql}) limit 1").fetchall():
                return f"{self.name}: {test}"
        return next((f"{self.name}: {test}" for test, call in self.tests.items() if _error(call)), None)


def _error(call: Callable[[], object]) -> str | None:
    """What the test complains of; one that cannot run here complains too, and is then not counted among the tests."""
    try:
        call()
    except SkipTest:
        return None
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _test_functions(
    module_name: str, fixture: str, given: object, query: Callable[..., object]
) -> Iterator[tuple[str, Callable[[], object]]]:
    """The module's tests that take this fixture, once for each of their parameters."""
    module = importlib.import_module(module_name)
    for name, function in inspect.getmembers(module, inspect.isfunction):
        marks = {mark.name: mark for mark in getattr(function, "pytestmark", [])}
        first, *others = [*inspect.signature(function).parameters, ""]
        if not name.startswith("test_") or "slow" in marks or first != fixture:
            continue
        cases = marks["parametrize"].args[1] if "parametrize" in marks else [None]
        for number, case in enumerate(cases):

            def call(function: Any = function, others: list[str] = others[:-1], case: object = case) -> None:
                # the modules of the sources ask a warehouse by its path
                if hasattr(module, "query"):
                    vars(module)["query"] = query
                function(**{fixture: given} | {other: case for other in others})

            yield f"{name}[{number}]" if len(cases) > 1 else name, call


def _project(folder: Path, settings_text: str) -> Any:
    from compiled_project import compiled_project

    return compiled_project(SimpleNamespace(getbasetemp=lambda: folder), settings_text)


def _companies(folder: Path, with_sample: bool) -> Iterator[Company]:
    """Those of the tests, the quickest first."""
    for source, module in SOURCES.items():
        yield Company(source, PROJECT / "tests" / "sources" / source / "landing", folder, module, "warehouse")
    plans = importlib.import_module("test_quota_plans")
    for name, files in (("plain", plans.PLAIN), ("prorated", plans.PRORATED)):
        for file, text in files.items():
            path = folder / name / "landing" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        marts = ("mart_quota_attainment", "mart_quota_history", "fct_quota_contributions")
        yield Company(name, folder / name / "landing", folder, plans.__name__, name, *marts, data_tests="assert_quota_")
    if crm_sales := os.environ.get("KUOTA_TEST_CRM_SALES"):
        yield Company("crm", Path(crm_sales), folder, "test_worked_example", "kuota")
    if not with_sample:
        return
    landing = folder / "sample" / "landing"
    shutil.rmtree(landing, ignore_errors=True)
    yield Company("sample", landing, folder, "test_sample_company_run", "sample", given=generate(landing))


class Properties:
    """The properties of random companies, those that build the model."""

    modules = ("test_properties", "test_explained_numbers")

    def __init__(self, folder: Path) -> None:
        from memory_warehouse import SETTINGS, MemoryWarehouse  # type: ignore[import-not-found]

        class Warehouse(MemoryWarehouse):  # type: ignore[misc]
            """One that skips what has nothing to do with the model."""

            model = ""

            def build(self, company: Any, *marts: str) -> None:
                if self.model not in {each.name for each in self.project.needed_for(*marts)}:
                    raise SkipTest(self.model)
                super().build(company, *marts)

        self.project = _project(folder, SETTINGS)
        self.warehouse = Warehouse

    def caught_by(self, model: str, query: str) -> str | None:
        """The first property that does not hold."""
        with_error = replace(self.project.models[model], query=query)
        try:
            warehouse = self.warehouse(replace(self.project, models=self.project.models | {model: with_error}))
        except duckdb.Error as error:
            return f"properties: cannot be built: {str(error).splitlines()[0]}"
        warehouse.model = model
        try:
            for module in self.modules:
                for name, call in _test_functions(module, "warehouse", warehouse, warehouse.rows):
                    if _error(call):
                        return f"properties: {name}"
        finally:
            warehouse.connection.close()
        return None


@dataclass(frozen=True)
class UnitTest:
    """A dbt unit test as one query, and the rows that it expects."""

    query: str
    expected: Sequence[Mapping[str, Any]]

    def passes(self, connection: duckdb.DuckDBPyConnection, query: str) -> bool:
        """Whether the query gives the expected rows, compared in the types of the query, as dbt does."""
        try:
            types = {name: kind for name, kind, *_ in connection.execute(f"describe {query}").fetchall()}
            columns = list(self.expected[0]) if self.expected else list(types)
            listed = ", ".join(f'"{name}"' for name in columns)
            found = connection.execute(f"select {listed} from ({query}) order by all").fetchall()
            rows = [
                "select " + ", ".join(f'cast({_literal(row[name])} as {types[name]}) as "{name}"' for name in columns)
                for row in self.expected
            ]
            expected = connection.execute(f"from ({' union all '.join(rows)}) order by all").fetchall() if rows else []
        except (duckdb.Error, KeyError):
            return False
        return found == expected


def _literal(value: Any) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"


def _unit_tests(folder: Path) -> tuple[dict[str, dict[str, UnitTest]], duckdb.DuckDBPyConnection]:
    """The unit tests by model and name that pass before any error is made, and the warehouse to run them on."""
    from compiled_project import compiled_home
    from dbt_child import dbt  # type: ignore[import-not-found]

    settings = compiled_home(SimpleNamespace(getbasetemp=lambda: folder / "unit"))
    tested = folder / "unit" / "tested"
    if not tested.exists():
        # the relations of the parents must be there, so that dbt knows the types of the rows that a test gives
        built = dbt(settings, "build", "--empty", "--exclude-resource-type", "test", "unit_test")
        assert built.returncode == 0, built.stdout
        dbt(settings, "test", "--select", "test_type:unit")
        tested.touch()
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text())
    connection = duckdb.connect(str(settings.warehouse), read_only=True)
    tests: dict[str, dict[str, UnitTest]] = {}
    for result in json.loads((settings.dbt_target / "run_results.json").read_text())["results"]:
        node = manifest["unit_tests"].get(result["unique_id"])
        if node and result.get("compiled_code") and isinstance(node["expect"]["rows"], list):
            unit_test = UnitTest(result["compiled_code"], node["expect"]["rows"])
            if unit_test.passes(connection, unit_test.query):
                tests.setdefault(node["model"], {})[node["name"]] = unit_test
    return tests, connection


class Suite:
    """What of `make test` can notice an error in a model."""

    def __init__(self, folder: Path, with_sample: bool) -> None:
        sys.path[:0] = [str(PROJECT / "tests" / name) for name in TEST_FOLDERS]
        from compiled_project import compiled_home

        self.unit_tests, self.unit_connection = _unit_tests(folder)
        self.companies = list(_companies(folder, with_sample))
        self.properties = Properties(folder)
        home = compiled_home(SimpleNamespace(getbasetemp=lambda: folder / "unit"))
        nodes = json.loads((home.dbt_target / "manifest.json").read_text())["nodes"].values()
        compiled = self.companies[0].project.models
        self.queries = {
            node["name"]: compiled[node["name"]].query
            for node in nodes
            if node["resource_type"] == "model"
            and node["original_file_path"].startswith(LAYERS)
            and node.get("language") == "sql"
        }

    def usable(self, mutant: Mutant) -> bool:
        """Whether the mutant runs, and its query without the error means the same after sqlglot has written it."""
        query = self.queries[mutant.model]
        written = sqlglot.parse_one(query, read="duckdb").sql(dialect="duckdb")
        connection = self.companies[0].connection
        try:
            connection.execute(f"explain {mutate(query, mutant.kind, mutant.place)}")
            return not connection.execute(
                f"(({query}) except all ({written})) union all (({written}) except all ({query})) limit 1"
            ).fetchall()
        except (duckdb.Error, ValueError):
            return False

    def caught_by(self, mutant: Mutant) -> tuple[str | None, list[str]]:
        """The first test that fails, and the companies until then in which the error changes rows of the model."""
        place_count = len(places(sqlglot.parse_one(self.queries[mutant.model], read="duckdb"), mutant.kind))
        for name, unit_test in self.unit_tests.get(mutant.model, {}).items():
            try:
                query = mutate(unit_test.query, mutant.kind, mutant.place, of=place_count)
            except ValueError:
                continue
            if not unit_test.passes(self.unit_connection, query):
                return f"unit test {name}", []
        changed = []
        for company in (*self.companies, None):
            if company is None:
                query = mutate(self.properties.project.models[mutant.model].query, mutant.kind, mutant.place)
                caught = self.properties.caught_by(mutant.model, query)
            else:
                query = mutate(company.project.models[mutant.model].query, mutant.kind, mutant.place)
                caught, changes = company.caught_by(mutant.model, query)
                changed += [company.name] if changes else []
            if caught:
                return caught, changed
        return None, changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what became of each mutant; 1 where more than one in twenty survived."""
    parser = argparse.ArgumentParser(description="How many small errors in the models a test notices.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, help="where companies are built; used again, so not after a change")
    parser.add_argument("--with-sample", action="store_true", help="ask the sample company's tests too: much slower")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        suite = Suite(options.folder or Path(temporary), options.with_sample)
        survivors = []
        mutants = choose(suite.queries, suite.usable, options.count, options.seed)
        for number, mutant in enumerate(mutants, start=1):
            caught, changed = suite.caught_by(mutant)
            print(f"{number:>3}  {mutant.model}: {mutant.kind} ({mutant.place}): {caught or 'SURVIVED'}", flush=True)
            if caught is None:
                where = f"changes rows in {', '.join(changed)}" if changed else "changes no row in any company"
                survivors.append(f"{mutant.model}: {mutant.kind}: {where}\n{diff(suite.queries[mutant.model], mutant)}")
                print(survivors[-1], flush=True)
        print(f"\n{len(mutants) - len(survivors)} of {len(mutants)} caught; {time.process_time():.0f} s of CPU")
    return int(len(survivors) * 20 > len(mutants))


if __name__ == "__main__":
    sys.exit(main())
