"""The questions of docs/questions.md: their SQL, and the answers that the page shows.

`python -m tests.e2e.documented_questions DATABASE` writes the answers of a published kuota.duckdb into the page.
"""

import re
import sys
from pathlib import Path

import duckdb

PAGE = Path(__file__).resolve().parents[2] / "docs" / "questions.md"
# a query, and the table below it
BLOCK = re.compile(r"```sql\n(?P<query>.*?)\n```\n(?P<answer>(?:\n\|[^\n]*)*)\n?", re.DOTALL)


def answered(page: str, database: Path) -> str:
    """The page with the answers that the database gives, as tables of Markdown."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"use {database.stem}.marts")
        return BLOCK.sub(lambda block: _with_answer(connection, block), page)


def _with_answer(connection: duckdb.DuckDBPyConnection, block: re.Match[str]) -> str:
    found = connection.sql(block["query"])
    rows = [found.columns, ["---"] * len(found.columns), *found.fetchall()]
    table = "\n".join(f"| {' | '.join('' if value is None else str(value) for value in row)} |" for row in rows)
    return f"```sql\n{block['query']}\n```\n\n{table}\n" + ("" if block["answer"] else "\n")


if __name__ == "__main__":
    PAGE.write_text(answered(PAGE.read_text(encoding="utf-8"), Path(sys.argv[1])), encoding="utf-8")
