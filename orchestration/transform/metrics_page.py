"""docs/metrics.md: what each published column means, from the descriptions of the marts."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT, Settings
from orchestration.yaml_file import load_yaml

PAGE = PROJECT / "docs" / "metrics.md"
QUESTIONS = PROJECT / "docs" / "questions.md"
HEAD = ("| column | type | meaning |", "| --- | --- | --- |")
PUBLISHED = ("dim_", "fct_", "bridge_", "mart_", "publication")
OPENING = """\
# What is published, column by column

Made by `make docs` from the descriptions in `dbt_project/models/`: change them there. The tables are those of the
schema `marts` in `published/kuota.duckdb`, where every table and column carries the same text as a comment.

Ratios are fractions (0.63, not 63). Null means "cannot be known" and 0 "known to be none". Ids are `<source>:<id>`; the
company's id is `company`. To see what a number is made of: `kuota explain`. Queries, with their answers, are in
[questions.md](questions.md).
"""
# a column that means the same in so many tables is described once
SHARED_BY = 9
SHARED = "Columns that many tables have"


def metrics_page(models: Path) -> str:
    """The page about the published tables whose YAML is below `models`, one folder per area."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(models.glob("*/*/*.yml")):
        for model in load_yaml(path)[0].get("models", []):
            if model["name"].startswith(PUBLISHED):
                areas.setdefault(path.parent.name, []).append(model)
    counts = Counter(_row(column) for marts in areas.values() for mart in marts for column in mart["columns"])
    shared = {row for row, count in counts.items() if count >= SHARED_BY}
    questions = _questions(QUESTIONS.read_text(encoding="utf-8"))
    lines = [OPENING]
    for area, marts in areas.items():
        lines.append(f"- {area}: " + ", ".join(f"[{mart['name']}](#{mart['name']})" for mart in marts))
    if shared:
        lines += ["", f"## {SHARED}", "", *HEAD, *(row for row in counts if row in shared)]
    for marts in areas.values():
        for mart in marts:
            lines += ["", *_section(mart, shared, questions)]
    return "\n".join(lines) + "\n"


def _questions(page: str) -> dict[str, list[str]]:
    """By table, links to the questions whose SQL reads it."""
    found: dict[str, list[str]] = {}
    for title, query in re.findall(r"^## ([^\n]+)\n\n```sql\n(.*?)```", page, re.DOTALL | re.MULTILINE):
        anchor = re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for table in re.findall(r"\bfrom (\w+)", query):
            found.setdefault(table, []).append(f"[{title}](questions.md#{anchor})")
    return found


def _section(mart: dict[str, Any], shared: set[str], questions: dict[str, list[str]]) -> list[str]:
    grain = next(test["one_row_per"]["arguments"]["columns"] for test in mart["data_tests"] if "one_row_per" in test)
    return [
        f"## {mart['name']}",
        "",
        f"{mart['description'].strip()} One row for each {', '.join(grain)}.",
        *(["", f"Answers: {' '.join(questions[mart['name']])}"] if mart["name"] in questions else []),
        "",
        *HEAD,
        *(_row(column, _row(column) in shared) for column in mart["columns"]),
    ]


def _row(column: dict[str, Any], is_shared: bool = False) -> str:
    meaning = f"[{SHARED}](#{SHARED.lower().replace(' ', '-')})" if is_shared else _cell(column["description"])
    return f"| {column['name']} | {column['data_type']} | {meaning} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(metrics_page(Settings.from_environment().dbt_project / "models"), encoding="utf-8")


if __name__ == "__main__":
    main()
