"""Mutation check: one small error at a time in the SQL of core models and marts, and whether a test notices.

`python -m bench.mutants` makes COUNT mutants (`<=` becomes `<`, a left join an inner one, a sum a maximum, a condition
is dropped …), chosen by a fixed seed, and runs for each the cheapest tests that build the model: the dbt unit tests of
the model first, then the tests that build it in memory. It reports what was caught and by which test, and each
survivor with its diff. Mutants are made of compiled SQL, so dbt runs once. It takes about half an hour.
"""

import argparse
import difflib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from orchestration.settings import PROJECT

COUNT = 40
SEED = 13
PER_MODEL = 1
MUTANT = "KUOTA_TEST_MUTANT"
COMPILED = "KUOTA_TEST_COMPILED"
LAYERS = ("models/core/", "models/marts/")
# cheapest first: the run ends at the first failure
TESTS = (
    "tests/sources/generic",
    "tests/sources/hubspot",
    "tests/sources/salesforce",
    "tests/sources/bridges",
    "tests/sources/migration",
    "tests/transform/test_quota_plans.py",
    "tests/transform/test_explained_numbers.py",
    "tests/transform/test_properties.py",
)


@dataclass(frozen=True)
class Mutant:
    """One error: which kind, and at which of the places in the model where it could be made."""

    model: str
    kind: str
    place: int


def _is_inside(node: exp.Expr, *kinds: type[exp.Expr]) -> bool:
    return node.find_ancestor(*kinds) is not None


def _orders_rows_of_the_result(node: exp.Expr) -> bool:
    return not _is_inside(node, exp.Window, exp.WithinGroup, exp.AggFunc)


def _drop_where(node: exp.Where) -> None:
    node.pop()


def _swap(node: exp.Expr, other: type[exp.Expr]) -> None:
    node.replace(other(**node.args))


def _flip_join(node: exp.Join) -> None:
    node.set("side", None if node.side == "LEFT" else "LEFT")
    node.set("kind", None)


def _flip_order(node: exp.Ordered) -> None:
    node.set("desc", not node.args.get("desc"))


def _raise_number(node: exp.Literal) -> None:
    node.replace(exp.Literal.number(int(node.name) + 1))


# kind: which nodes could be changed, and how
KINDS: dict[str, tuple[Callable[[exp.Expr], bool], Callable[[Any], None]]] = {
    "< becomes <=": (lambda it: isinstance(it, exp.LT), lambda it: _swap(it, exp.LTE)),
    "<= becomes <": (lambda it: isinstance(it, exp.LTE), lambda it: _swap(it, exp.LT)),
    "> becomes >=": (lambda it: isinstance(it, exp.GT), lambda it: _swap(it, exp.GTE)),
    ">= becomes >": (lambda it: isinstance(it, exp.GTE), lambda it: _swap(it, exp.GT)),
    "and becomes or": (
        lambda it: isinstance(it, exp.And) and not _is_inside(it, exp.Join),
        lambda it: _swap(it, exp.Or),
    ),
    "or becomes and": (lambda it: isinstance(it, exp.Or), lambda it: _swap(it, exp.And)),
    "left join becomes inner, or the other way": (
        lambda it: isinstance(it, exp.Join) and it.args.get("on") is not None and it.side in ("", "LEFT"),
        _flip_join,
    ),
    "sum becomes max": (lambda it: isinstance(it, exp.Sum), lambda it: _swap(it, exp.Max)),
    "min becomes max": (lambda it: isinstance(it, exp.Min), lambda it: _swap(it, exp.Max)),
    "max becomes min": (lambda it: isinstance(it, exp.Max), lambda it: _swap(it, exp.Min)),
    "where is dropped": (lambda it: isinstance(it, exp.Where) and not _is_inside(it, exp.Filter), _drop_where),
    "coalesce is dropped": (
        lambda it: isinstance(it, exp.Coalesce) and bool(it.expressions),
        lambda it: it.replace(it.this),
    ),
    "order is reversed": (
        lambda it: isinstance(it, exp.Ordered) and not _orders_rows_of_the_result(it),
        _flip_order,
    ),
    "a day or a count is one more": (
        lambda it: isinstance(it, exp.Literal) and it.name.isdigit() and isinstance(it.parent, exp.Add | exp.Sub),
        _raise_number,
    ),
}


def places(query: exp.Expr, kind: str) -> list[exp.Expr]:
    """Where the error could be made. The input rows of a unit test are left out."""
    fits, _ = KINDS[kind]
    return [it for it in query.walk(bfs=False) if fits(it) and not _is_given(it)]


def _is_given(node: exp.Expr) -> bool:
    found = node.find_ancestor(exp.CTE)
    while found is not None:
        if found.alias.startswith("__dbt__cte__"):
            return True
        found = found.find_ancestor(exp.CTE)
    return False


def mutate(query: str, kind: str, place: int) -> str:
    """The query with the error; ValueError if it has no such place."""
    tree = sqlglot.parse_one(query, read="duckdb")
    found = places(tree, kind)
    if place >= len(found):
        raise ValueError(f"no place {place} for '{kind}'")
    KINDS[kind][1](found[place])
    return tree.sql(dialect="duckdb", pretty=True)


def mutated_model(name: str, query: str) -> str:
    """The query of a model for the tests: with an error if this process tests a mutant of it."""
    if not (asked := os.environ.get(MUTANT)):
        return query
    mutant = Mutant(**json.loads(asked))
    return mutate(query, mutant.kind, mutant.place) if name == mutant.model else query


def choose(queries: Mapping[str, str], usable: Callable[[Mutant], bool], count: int, seed: int) -> list[Mutant]:
    """`count` mutants in models drawn at random, kinds drawn first, so that rare kinds are drawn too."""
    draw = random.Random(seed)
    trees = {name: sqlglot.parse_one(query, read="duckdb") for name, query in sorted(queries.items())}
    all_mutants = {
        kind: [Mutant(name, kind, place) for name, tree in trees.items() for place in range(len(places(tree, kind)))]
        for kind in KINDS
    }
    for of_kind in all_mutants.values():
        draw.shuffle(of_kind)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(all_mutants.values()):
        for kind in KINDS:
            while all_mutants[kind] and len(chosen) < count:
                mutant = all_mutants[kind].pop()
                taken = sum(it.model == mutant.model for it in chosen)
                if taken < PER_MODEL and usable(mutant):
                    chosen.append(mutant)
                    break
    return chosen


class Tests:
    """The compiled models and unit tests, and a warehouse on which a mutant must still run."""

    def __init__(self, folder: Path) -> None:
        sys.path[:0] = [str(PROJECT / "tests" / name) for name in ("shared", "transform")]
        from compiled_project import (  # type: ignore[import-not-found]
            build_models,
            compile_project,
            home_settings,
        )
        from memory_warehouse import SETTINGS  # type: ignore[import-not-found]

        from orchestration.ingest import ingest
        from orchestration.settings import Settings

        self.folder = folder
        project = compile_project(folder / "bare", SETTINGS)
        landing = PROJECT / "tests" / "sources" / "generic" / "landing"
        warehouse = folder / "built" / "kuota.duckdb"
        ingest(Settings(home=warehouse.parent, landing=landing, warehouse=warehouse), run_id="mutants")
        self.connection = duckdb.connect(str(warehouse))
        build_models(self.connection, project)
        nodes = json.loads((home_settings(folder / "bare").dbt_target / "manifest.json").read_text())["nodes"].values()
        self.queries = {
            node["name"]: node["compiled_code"]
            for node in nodes
            if node["resource_type"] == "model"
            and node["original_file_path"].startswith(LAYERS)
            and node.get("language") == "sql"
            and node.get("compiled_code")
        }
        self.unit_tests = _unit_tests(folder / "bare", project)
        self._same: dict[str, bool] = {}

    def usable(self, mutant: Mutant) -> bool:
        """Whether the mutant runs, and the query that it is made of means the same after sqlglot has written it."""
        query = self.queries[mutant.model]
        if mutant.model not in self._same:
            written = sqlglot.parse_one(query, read="duckdb").sql(dialect="duckdb")
            try:
                self._same[mutant.model] = not self.connection.execute(
                    f"(({query}) except all ({written})) union all (({written}) except all ({query}))"
                ).fetchall()
            except duckdb.Error:
                self._same[mutant.model] = False
        try:
            self.connection.execute(f"explain {mutate(query, mutant.kind, mutant.place)}")
        except (duckdb.Error, ValueError):
            return False
        return self._same[mutant.model]

    def caught_by(self, mutant: Mutant) -> str | None:
        """The first test that fails; None if none fails."""
        for name, unit_test in self.unit_tests.get(mutant.model, {}).items():
            try:
                query = mutate(unit_test.query, mutant.kind, mutant.place)
            except ValueError:
                continue
            if not unit_test.passes(self.connection, query):
                return name
        return self._failed_pytest(mutant)

    def _failed_pytest(self, mutant: Mutant) -> str | None:
        own = {MUTANT: json.dumps(asdict(mutant)), COMPILED: str(self.folder / "compiled"), "PYTHONPATH": str(PROJECT)}
        for test in TESTS:
            ended = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", test],
                cwd=PROJECT,
                env=os.environ | own,
                capture_output=True,
                text=True,
                check=False,
            )
            if ended.returncode == 1:
                failed = [line for line in ended.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
                return failed[0].split(" - ")[0] if failed else test
            if ended.returncode:
                raise SystemExit(f"pytest ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return None

    def diff(self, mutant: Mutant) -> str:
        """What the mutant changes."""
        query = self.queries[mutant.model]
        before = sqlglot.parse_one(query, read="duckdb").sql(dialect="duckdb", pretty=True)
        after = mutate(query, mutant.kind, mutant.place)
        return "\n".join(list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:])


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


def _unit_tests(home: Path, project: Any) -> dict[str, dict[str, UnitTest]]:
    """The unit tests by model and name, those whose query gives the expected rows before any error is made."""
    from compiled_project import home_settings
    from dbt_child import dbt  # type: ignore[import-not-found]

    settings = home_settings(home)
    # the relations of the parents must be there, so that dbt knows the types of the rows that a test gives
    built = dbt(settings, "build", "--empty", "--exclude-resource-type", "test", "unit_test")
    assert built.returncode == 0, built.stdout
    dbt(settings, "test", "--select", "test_type:unit")
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text())
    results = json.loads((settings.dbt_target / "run_results.json").read_text())["results"]
    tests: dict[str, dict[str, UnitTest]] = {}
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        for result in results:
            node = manifest["unit_tests"].get(result["unique_id"])
            if node is None or not result.get("compiled_code") or not isinstance(node["expect"]["rows"], list):
                continue
            unit_test = UnitTest(result["compiled_code"], node["expect"]["rows"])
            if unit_test.passes(connection, unit_test.query):
                tests.setdefault(node["model"], {})[node["name"]] = unit_test
    return tests


def _outcomes(tests: Tests, mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, str | None]]:
    for number, mutant in enumerate(mutants, start=1):
        caught = tests.caught_by(mutant)
        print(f"{number:>3}  {mutant.model}: {mutant.kind} ({mutant.place}): {caught or 'SURVIVED'}", flush=True)
        yield mutant, caught


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the result of each mutant; 1 if more than one in twenty survived."""
    parser = argparse.ArgumentParser(description="How many small errors in the models a test notices.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        tests = Tests(Path(folder))
        mutants = choose(tests.queries, tests.usable, options.count, options.seed)
        survivors = [mutant for mutant, caught in _outcomes(tests, mutants) if caught is None]
        print(f"\n{len(mutants) - len(survivors)} of {len(mutants)} mutants caught")
        for mutant in survivors:
            print(f"\n{mutant.model}: {mutant.kind}\n{tests.diff(mutant)}")
    return int(len(survivors) * 20 > len(mutants))


if __name__ == "__main__":
    sys.exit(main())
