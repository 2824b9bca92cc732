"""The shape of the dbt project: models, depth, lines, checks per run; and a picture of its areas.

`python -m bench.graph` prints the figures and what exceeds a limit; `--picture FILE` writes the areas as SVG. Both
read dbt's manifest, which is parsed where the project has changed.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from orchestration.guard import load_suites
from orchestration.settings import PROJECT, Settings
from orchestration.transform.dbt import ensure_manifest

DBT_PROJECT = PROJECT / "dbt_project"
LIMITS = {
    "models": 200,
    "depth": 22,
    "parents": 9,
    "model lines": 150,
    "checks per run": 300,
    "YAML lines": 11_000,
    "SQL and macro lines": 18_000,
}
# LIMITS are for what existed when they were set; a capability that is new brings what it needs itself (decision 12)
ALLOWED_BY_CAPABILITY = {
    "deal_splits_of_hubspot": {"models": 1, "SQL and macro lines": 25, "YAML lines": 12},
    "fiscal_periods": {"models": 1, "SQL and macro lines": 78, "YAML lines": 80, "checks per run": 1},
    "previous_values_and_steps": {"SQL and macro lines": 120, "YAML lines": 70},
    "trusted_breaks": {"SQL and macro lines": 55},
    "tie_out": {"models": 9, "SQL and macro lines": 1_038, "YAML lines": 335, "checks per run": 7},
}


def limit(figure: str) -> int:
    """What a figure of the whole project may be: its limit and what the new capabilities are allowed."""
    return LIMITS[figure] + sum(allowed.get(figure, 0) for allowed in ALLOWED_BY_CAPABILITY.values())


@dataclass(frozen=True)
class Graph:
    """Models by name, and the seeds and models that each reads."""

    models: dict[str, dict[str, Any]]
    reads: dict[str, list[str]]
    tests: list[dict[str, Any]]

    def depths(self) -> dict[str, int]:
        """Models on the longest path from a raw table to each model, itself included; raw tables and seeds count 0."""
        depths: dict[str, int] = {}
        for name in TopologicalSorter(self.reads).static_order():
            if name in self.models:
                depths[name] = 1 + max((depths.get(parent, 0) for parent in self.reads[name]), default=0)
        return depths

    def parents(self) -> dict[str, int]:
        """How many things each model reads. The staging models of one entity, one per source, count as one."""
        return {
            name: len({re.sub(r"^stg_\w+?__", "stg__", parent) for parent in parents})
            for name, parents in self.reads.items()
        }

    def lines(self) -> dict[str, int]:
        """Lines of each model's file."""
        return {name: _lines(DBT_PROJECT / model["original_file_path"]) for name, model in self.models.items()}

    def areas(self) -> dict[str, set[str]]:
        """The areas (layer/area) that each area reads; staging is one area."""
        area_of = {name: area(model) for name, model in self.models.items()}
        arrows: dict[str, set[str]] = {it: set() for it in area_of.values()}
        for name, parents in self.reads.items():
            arrows[area_of[name]] |= {area_of[it] for it in parents if it in area_of} - {area_of[name]}
        return arrows


def read_graph(manifest: Path) -> Graph:
    """The graph that dbt's manifest.json describes."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    models = {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}
    reads = {
        name: [nodes[parent]["name"] for parent in model["depends_on"]["nodes"] if parent in nodes]
        for name, model in models.items()
    }
    return Graph(models, reads, [node for node in nodes.values() if node["resource_type"] == "test"])


def area(model: Mapping[str, Any]) -> str:
    """The area of a model: layer/area; staging is one area."""
    layer, *rest = model["fqn"][1:-1]
    return str(layer) if layer == "staging" else f"{layer}/{'/'.join(rest)}"


def checks_per_run(graph: Graph, expectations: Path) -> dict[str, int]:
    """Checks of a run that finds every source: dbt tests without the tag `build`, and GX expectations."""
    return {
        "dbt": sum("build" not in test["tags"] for test in graph.tests),
        "GX": sum(
            len(target.expectations)
            for room in ("raw", "marts")
            for suite in load_suites(expectations / room)
            for target in suite.targets
        ),
    }


def figures(graph: Graph, expectations: Path) -> dict[str, int]:
    """Each figure that LIMITS bounds."""
    return {
        "models": len(graph.models),
        "depth": max(graph.depths().values()),
        "parents": max(graph.parents().values()),
        "model lines": max(graph.lines().values()),
        "checks per run": sum(checks_per_run(graph, expectations).values()),
        "YAML lines": sum(map(_lines, DBT_PROJECT.rglob("*.yml"))),
        "SQL and macro lines": sum(
            _lines(path) for folder in ("models", "macros") for path in (DBT_PROJECT / folder).rglob("*.sql")
        ),
    }


def deepest_chain(graph: Graph) -> list[str]:
    """The models on one longest path, from raw to the deepest model."""
    depths = graph.depths()
    chain = [max(depths, key=lambda name: depths[name])]
    while before := [it for it in graph.reads[chain[-1]] if it in depths]:
        chain.append(max(before, key=lambda name: depths[name]))
    return chain[::-1]


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _over(values: Mapping[str, int], limit: int) -> list[str]:
    return [f"{name} {value}" for name, value in sorted(values.items(), key=lambda it: -it[1]) if value > limit]


def report(graph: Graph, expectations: Path) -> str:
    """The figures and their limits, what exceeds a limit, and the longest chain."""
    checks = checks_per_run(graph, expectations)
    lines = [
        f"{name:<20} {value:>7,}  (at most {limit(name):,})" for name, value in figures(graph, expectations).items()
    ]
    lines += [f"checks per run: {checks['dbt']} dbt tests and {checks['GX']} GX expectations"]
    for name, values in (("parents", graph.parents()), ("model lines", graph.lines())):
        if over := _over(values, LIMITS[name]):
            lines += [f"over the limit of {name}: " + ", ".join(over)]
    per_area: dict[str, int] = defaultdict(int)
    for model in graph.models.values():
        per_area[area(model)] += 1
    lines += ["models per area: " + ", ".join(f"{it} {count}" for it, count in sorted(per_area.items()))]
    return "\n".join([*lines, "deepest chain: " + " → ".join(deepest_chain(graph))])


def picture(graph: Graph) -> str:
    """The areas as SVG. An area is to the right of everything that it reads; arrows that others imply are left out."""
    arrows = graph.areas()
    order = list(TopologicalSorter(arrows).static_order())
    behind: dict[str, set[str]] = {}
    for it in order:
        behind[it] = set().union(*({read} | behind[read] for read in arrows[it])) if arrows[it] else set()
    shown = {
        it: {read for read in arrows[it] if not any(read in behind[other] for other in arrows[it])} for it in order
    }
    column: dict[str, int] = {}
    for it in order:
        column[it] = 1 + max((column[read] for read in arrows[it]), default=-1)
    counts: dict[str, int] = defaultdict(int)
    for model in graph.models.values():
        counts[area(model)] += 1
    return _svg(column, shown, counts)


def _svg(column: Mapping[str, int], shown: Mapping[str, set[str]], counts: Mapping[str, int]) -> str:
    wide, high, gap_x, gap_y = 128, 40, 48, 22
    rows: dict[int, list[str]] = defaultdict(list)
    for it in sorted(column, key=lambda name: (column[name], name)):
        rows[column[it]].append(it)
    tallest = max(map(len, rows.values()))
    place = {
        it: (
            20 + number * (wide + gap_x),
            20 + ((tallest - len(names)) / 2 + position) * (high + gap_y),
        )
        for number, names in rows.items()
        for position, it in enumerate(names)
    }
    fill = {"staging": "#e8e8e8", "core": "#d7e8f7", "trust": "#fbe3c8", "marts": "#d9f0d9"}
    width, height = 40 + len(rows) * (wide + gap_x) - gap_x, 40 + tallest * (high + gap_y) - gap_y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
        'font-family="sans-serif" font-size="12">',
        "<title>Areas of the dbt project: each reads those to its left that an arrow comes from</title>",
        f'<rect width="{width}" height="{height:.0f}" fill="white"/>',
    ]
    for it, reads in sorted(shown.items()):
        for read in sorted(reads):
            (from_x, from_y), (to_x, to_y) = place[read], place[it]
            start, end, bend = from_x + wide, to_x, gap_x / 2
            from_y, to_y = from_y + high / 2, to_y + high / 2
            parts.append(
                f'<path d="M{start} {from_y:.1f} C{start + bend} {from_y:.1f} '
                f'{end - bend} {to_y:.1f} {end} {to_y:.1f}" fill="none" stroke="#888" stroke-width="1.2"/>'
                f'<path d="M{end - 6} {to_y - 3:.1f} L{end} {to_y:.1f} L{end - 6} {to_y + 3:.1f}" '
                'fill="none" stroke="#888"/>'
            )
    for it, (left, top) in place.items():
        layer, _, name = it.partition("/")
        parts.append(
            f'<rect x="{left}" y="{top:.1f}" width="{wide}" height="{high}" rx="6" fill="{fill[layer]}" stroke="#666"/>'
            f'<text x="{left + wide / 2}" y="{top + 17:.1f}" text-anchor="middle" '
            f'font-weight="bold">{name or layer}</text>'
            f'<text x="{left + wide / 2}" y="{top + 32:.1f}" text-anchor="middle" '
            f'fill="#444">{layer} · {counts[it]} models</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 if one exceeds its limit."""
    parser = argparse.ArgumentParser(description="The shape of the dbt project against its limits.")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="also write the areas and their arrows as SVG")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    graph = read_graph(ensure_manifest(settings))
    print(report(graph, settings.expectations))
    if options.picture:
        options.picture.write_text(picture(graph), encoding="utf-8")
    return int(any(value > limit(name) for name, value in figures(graph, settings.expectations).items()))


if __name__ == "__main__":
    sys.exit(main())
