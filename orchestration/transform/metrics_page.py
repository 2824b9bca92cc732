"""docs/metrics.md: what each published column means, from the descriptions of the marts."""

from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT, Settings
from orchestration.yaml_file import load_yaml

PAGE = PROJECT / "docs" / "metrics.md"
PUBLISHED = ("dim_", "fct_", "bridge_", "mart_", "publication")
OPENING = """\
# What is published, column by column

Made by `make docs` from the descriptions in `dbt_project/models/`: change them there. The tables are those of the
schema `marts` in `published/kuota.duckdb`, where every table and column carries the same text as a comment.

Ratios are fractions (0.63, not 63). Null means "cannot be known" and 0 "known to be none". Ids are `<source>:<id>`; the
company's id is `company`. To see what a number is made of: `kuota explain`.
"""


def metrics_page(models: Path) -> str:
    """The page about the published tables whose YAML is below `models`, one folder per area."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(models.glob("*/*/*.yml")):
        for model in load_yaml(path)[0].get("models", []):
            if model["name"].startswith(PUBLISHED):
                areas.setdefault(path.parent.name, []).append(model)
    lines = [OPENING]
    for area, marts in areas.items():
        lines.append(f"- {area}: " + ", ".join(f"[{mart['name']}](#{mart['name']})" for mart in marts))
    for marts in areas.values():
        for mart in marts:
            lines += ["", *_section(mart)]
    return "\n".join(lines) + "\n"


def _section(mart: dict[str, Any]) -> list[str]:
    grain = next(test["one_row_per"]["arguments"]["columns"] for test in mart["data_tests"] if "one_row_per" in test)
    return [
        f"## {mart['name']}",
        "",
        f"{mart['description'].strip()} One row for each {', '.join(grain)}.",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
        *(
            f"| {column['name']} | {column['data_type']} | {_cell(column['description'])} |"
            for column in mart["columns"]
        ),
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(metrics_page(Settings.from_environment().dbt_project / "models"), encoding="utf-8")


if __name__ == "__main__":
    main()
