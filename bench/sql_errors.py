"""Small errors in SQL: where a query has a place for one, the query with it, and a choice of them by a seed."""

import difflib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp


@dataclass(frozen=True)
class Mutant:
    """One error: which kind, and at which of the places in the model where it could be made."""

    model: str
    kind: str
    place: int


def _swap(node: exp.Expr, other: type[exp.Expr]) -> None:
    node.replace(other(**node.args))


def _flip_join(node: exp.Join) -> None:
    node.set("side", None if node.side == "LEFT" else "LEFT")
    node.set("kind", None)


def _count_distinct(node: exp.Count) -> None:
    counted = exp.Literal.number(1) if isinstance(node.this, exp.Star) else node.this
    node.set("this", exp.Distinct(expressions=[counted.copy()]))


def _is_day(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.name.isdigit() and isinstance(node.parent, exp.Add | exp.Sub)


def _is_in_order(node: exp.Expr) -> bool:
    """Whether a window or an aggregate orders by the node. A median does too, and is the same from both ends."""
    group = node.find_ancestor(exp.WithinGroup)
    is_median = group is not None and isinstance(group.this, exp.PercentileCont) and group.this.name == "0.5"
    return not is_median and bool(node.find_ancestor(exp.Window, exp.WithinGroup, exp.AggFunc))


# kind: which nodes could be changed, and how
KINDS: dict[str, tuple[Callable[[Any], bool], Callable[[Any], object]]] = {
    "< becomes <=": (lambda it: isinstance(it, exp.LT), lambda it: _swap(it, exp.LTE)),
    "<= becomes <": (lambda it: isinstance(it, exp.LTE), lambda it: _swap(it, exp.LT)),
    "> becomes >=": (lambda it: isinstance(it, exp.GT), lambda it: _swap(it, exp.GTE)),
    ">= becomes >": (lambda it: isinstance(it, exp.GTE), lambda it: _swap(it, exp.GT)),
    "and becomes or": (
        lambda it: isinstance(it, exp.And) and not it.find_ancestor(exp.Join),
        lambda it: _swap(it, exp.Or),
    ),
    "left join becomes inner, or the other way": (
        lambda it: (
            isinstance(it, exp.Join)
            and bool(it.args.get("on") or it.args.get("using"))
            and it.side in ("", "LEFT")
            and it.kind in ("", "INNER")
        ),
        _flip_join,
    ),
    "sum becomes max": (lambda it: isinstance(it, exp.Sum), lambda it: _swap(it, exp.Max)),
    "count becomes count of distinct": (
        lambda it: isinstance(it, exp.Count) and not isinstance(it.this, exp.Distinct),
        _count_distinct,
    ),
    "where is dropped": (
        lambda it: (
            isinstance(it, exp.Where) and not it.find_ancestor(exp.Filter) and not isinstance(it.this, exp.Boolean)
        ),
        lambda it: it.pop(),
    ),
    "coalesce is dropped": (
        lambda it: isinstance(it, exp.Coalesce) and bool(it.expressions),
        lambda it: it.replace(it.this),
    ),
    "order of a window is reversed": (
        lambda it: isinstance(it, exp.Ordered) and _is_in_order(it),
        lambda it: it.set("desc", not it.args.get("desc")),
    ),
    "a day or a count is one more": (_is_day, lambda it: it.replace(exp.Literal.number(int(it.name) + 1))),
    "true becomes false, or the other way": (
        lambda it: isinstance(it, exp.Boolean) and bool(it.find_ancestor(exp.Case)),
        lambda it: it.set("this", not it.this),
    ),
}


def places(query: exp.Expr, kind: str) -> list[exp.Expr]:
    """Where the error could be made. The rows given to a unit test are no place."""
    return [it for it in query.walk(bfs=False) if KINDS[kind][0](it) and not _is_given(it)]


def _is_given(node: exp.Expr) -> bool:
    found = node.find_ancestor(exp.CTE)
    return found is not None and (found.alias.startswith("__dbt__cte__") or _is_given(found))


def rewritten(query: str) -> str:
    """The query as sqlglot writes it: what a mutant would be without its error."""
    return sqlglot.parse_one(query, read="duckdb").sql(dialect="duckdb", pretty=True)


def mutate(query: str, kind: str, place: int, of: int | None = None) -> str:
    """The query with the error; ValueError where it has no such place, or not the same number `of` places."""
    tree = sqlglot.parse_one(query, read="duckdb")
    found = places(tree, kind)
    if place >= len(found) or (of is not None and of != len(found)):
        raise ValueError(f"no place {place} for '{kind}'")
    KINDS[kind][1](found[place])
    return tree.sql(dialect="duckdb", pretty=True)


def choose(queries: Mapping[str, str], usable: Callable[[Mutant], bool], count: int, seed: int) -> list[Mutant]:
    """`count` mutants, one in a model, kinds in turn, so that rare kinds come up too."""
    draw = random.Random(seed)
    trees = {name: sqlglot.parse_one(query, read="duckdb") for name, query in sorted(queries.items())}
    left = {
        kind: [Mutant(name, kind, place) for name, tree in trees.items() for place in range(len(places(tree, kind)))]
        for kind in KINDS
    }
    for of_kind in left.values():
        draw.shuffle(of_kind)
    chosen: dict[str, Mutant] = {}
    while any(left.values()):
        for kind in KINDS:
            while left[kind] and len(chosen) < count:
                mutant = left[kind].pop()
                if mutant.model not in chosen and usable(mutant):
                    chosen[mutant.model] = mutant
                    break
            if len(chosen) == count:
                return list(chosen.values())
    return list(chosen.values())


def diff(query: str, mutant: Mutant) -> str:
    """What the mutant changes."""
    before, after = rewritten(query), mutate(query, mutant.kind, mutant.place)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:])
