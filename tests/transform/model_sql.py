"""A model's SQL without dbt: its template over the project's macros, each ref a table of that name."""

from typing import Any

import duckdb
import jinja2
import pandas as pd
import yaml

from orchestration.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"


def model_sql(name: str) -> str:
    """The query of a model under the default settings."""
    [path] = (DBT_PROJECT / "models").rglob(f"{name}.sql")
    macros = "".join(
        (DBT_PROJECT / "macros" / file).read_text()
        for file in (
            "portable/ctes.sql",
            "portable/dates.sql",
            "portable/fingerprints.sql",
            "portable/instants.sql",
            "portable/numbers.sql",
            "business_time.sql",
            "comparability.sql",
            "comparison.sql",
            "groups.sql",
            "statistics.sql",
        )
    )
    settings: dict[str, Any] = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]
    template = jinja2.Environment().from_string(macros + path.read_text())
    return template.render(
        ref=lambda table: table, var=settings.__getitem__, config=lambda **_: "", is_incremental=lambda: False
    )


def result_of(name: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """The rows of a model on the given tables."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table, rows in tables.items():
            connection.register(table, rows)
        return connection.execute(model_sql(name)).df()
