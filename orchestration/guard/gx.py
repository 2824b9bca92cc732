"""Great Expectations set up: imported late, quiet, off the network, its results kept in the reports folder."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.guard import duckdb_dialect
from orchestration.guard.findings import SAMPLE_SIZE
from orchestration.guard.suites import Check, Target

SITE = "kuota"


@dataclass(frozen=True)
class Source:
    """An open warehouse: Great Expectations' context, and the data source in it."""

    context: Any
    warehouse: Any


def import_great_expectations() -> Any:
    """The package, imported at its first use because that takes seconds; its analytics are off from the start."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    return great_expectations


def results_of_runs(reports: Path) -> Path:
    """What the Data Docs are made of: a folder for each run kept (the last), holding Great Expectations' results."""
    return reports / ".check_results"


def folder_of_results(reports: Path, run_id: str) -> Path:
    """The folder for the results of this run, made; those of earlier runs are removed."""
    folder = results_of_runs(reports) / run_id
    reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    results_of_runs(reports).mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    for earlier in results_of_runs(reports).iterdir():
        if earlier != folder:
            shutil.rmtree(earlier)
    return folder


def new_context(results: Path, site: Path | None = None) -> Any:
    """A context in memory; its results are read from and written to `results`, its Data Docs to `site`."""
    package = import_great_expectations()
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
    )
    config.stores["validation_results_store"]["store_backend"] = _folder_backend(results)
    if site:
        config.data_docs_sites = {SITE: {"class_name": "SiteBuilder", "store_backend": _folder_backend(site)}}
    return package.get_context(mode="ephemeral", project_config=config)


def _folder_backend(folder: Path) -> dict[str, str]:
    # Great Expectations reads $NAME in its configuration as a variable
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder).replace("$", r"\$")}


def open_warehouse(warehouse: Path, results: Path) -> Source:
    """The warehouse as a read-only data source; `duckdb_dialect.close_connections` ends what this begins."""
    context = new_context(results)
    duckdb_dialect.register()
    source = context.data_sources.add_sql(
        name="warehouse",
        connection_string=f"{duckdb_dialect.NAME}://",
        kwargs={"connect_args": {"database": str(warehouse)}},
    )
    return Source(context, source)


def new_expectation(check: Check) -> Any:
    """The check as an object of Great Expectations; its meta has the name by which its result is found."""
    import_great_expectations()
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    return get_expectation_impl(check.type)(
        **check.kwargs,
        severity=FailureSeverity(check.severity),
        # shown in place of the SQL; the other types describe themselves
        description=check.rule if check.query else None,
        meta={"check_name": check.check_name},
    )


def run(source: Source, target: Target, query: str, run_id: str, checked_at: datetime) -> Any:
    """The result of all expectations of one target over the rows of `query`; stored for the Data Docs as well."""
    package = import_great_expectations()
    expectations = [new_expectation(check) for check in target.expectations]
    asset = source.warehouse.add_query_asset(name=target.target, query=query)
    validation = package.ValidationDefinition(
        name=target.target,
        data=asset.add_batch_definition_whole_table("rows"),
        suite=source.context.suites.add(package.ExpectationSuite(name=target.target, expectations=expectations)),
    )
    return source.context.validation_definitions.add(validation).run(
        run_id=package.RunIdentifier(run_name=run_id, run_time=checked_at.replace(tzinfo=UTC)),
        # the rows that failed are counted in SQL; only a few of them are fetched
        result_format={
            "result_format": "SUMMARY",
            "unexpected_index_column_names": target.key,
            "partial_unexpected_count": SAMPLE_SIZE,
            "include_unexpected_rows": False,
        },
    )
