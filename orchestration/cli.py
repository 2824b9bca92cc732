"""The command line `kuota`, thin over Dagster."""

import functools
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from orchestration.errors import ConfigurationError, KuotaError, Stopped
from orchestration.faults import explained_error
from orchestration.no_pandas import without_pandas
from orchestration.settings import Settings

EXIT_CODES = """\b
Exit codes:
  0  published, or nothing new
  1  the machine or an unexpected error; the log file has the trace
  2  configuration: a YAML file, a setting, a register or a folder cannot be used; nothing was written
  3  a critical check failed; nothing was published, the previous version stays
  4  another run holds the lock; nothing was written
130  stopped by Ctrl-C; what was published stays

\b
Environment:
  KUOTA_HOME     all state (default: data/ in the project)
  KUOTA_LANDING  the extracts (default: landing/ in KUOTA_HOME)
  KUOTA_MEMORY_LIMIT    how much memory DuckDB may use (default: 2GB)
  KUOTA_UNPACKED_LIMIT  how large a packed file may be when unpacked (default: 2GB)
  KUOTA_KEEP_VERSIONS   how many publishes are kept (default: 10)
  KUOTA_KEEP_RUNS       of how many runs logs and history are kept (default: 100)

\b
Who is notified of a run that published nothing (test it: kuota notify):
  KUOTA_WEBHOOK_URL  gets the failure as JSON; `text` is what a chat shows
  KUOTA_MAIL_SERVER  smtps://user:password@host or smtp://host:port
  KUOTA_MAIL_FROM    one address
  KUOTA_MAIL_TO      one or more, separated by commas
  KUOTA_REPORT_URL   where people open the ops page (default: its path)
"""


class _AsOf(click.ParamType[date]):
    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a date; write it as YYYY-MM-DD.", param, ctx)


class _OneLinePerFault(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # any other is a bug, whose trace is needed
            if (said := explained_error(error)) is None:
                raise
            _fail(KuotaError(said))


@click.group(cls=_OneLinePerFault, epilog=EXIT_CODES)
@click.version_option(package_name="kuota", prog_name="kuota")
def main() -> None:
    """Sales performance from raw CRM extracts to published marts."""


@main.command(epilog=EXIT_CODES)
@click.option("--rebuild", is_flag=True, help="Read all extracts again and build everything from scratch.")
@click.option("--as-of", type=_AsOf(), help="Publish what was known at the end of that day, only under versions/.")
def run(rebuild: bool, as_of: date | None) -> None:
    """Load what is new, build, check and publish."""
    from orchestration.run import run_refresh
    from orchestration.status import summary

    started = time.monotonic()
    try:
        settings = Settings.from_environment()
        result = run_refresh(settings, rebuild=rebuild, as_of=as_of, report=_timed(started))
    except KuotaError as error:
        _fail(error)
    except KeyboardInterrupt:
        _fail(Stopped("stopped; what was published stays, and `kuota run` continues"))
    for line in summary(settings, result, seconds=time.monotonic() - started, as_of=as_of):
        click.echo(line)
    if result.error is not None:
        _fail(result.error)


@main.command(epilog=EXIT_CODES)
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
def status(as_json: bool) -> None:
    """Show what is published, how old it is, and what needs attention.

    Its exit code is that of the last run.
    """
    from orchestration.status import describe, status_lines

    try:
        settings = Settings.from_environment()
    except KuotaError as error:
        _fail(error)
    described = describe(settings, now=datetime.now().astimezone())
    click.echo(json.dumps(described, indent=2) if as_json else "\n".join(status_lines(described)))
    last = described["last_run"]
    sys.exit(last["exit_code"] or 0 if last else 0)


@main.command(epilog=EXIT_CODES)
@click.argument("publish_id", required=False)
def rollback(publish_id: str | None) -> None:
    """Let readers open an earlier version: the one before the current, or PUBLISH_ID. The next run ends it."""
    from orchestration.publish import rolled_back
    from orchestration.warehouse import writer_lock

    try:
        settings = Settings.from_environment()
        with writer_lock(settings.lock_file):
            before, now = rolled_back(settings.published, publish_id)
    except KuotaError as error:
        _fail(error)
    click.echo(f"published   {now}, before {before}; the next `kuota run` publishes the newest again")


@main.command(epilog=EXIT_CODES)
def clean() -> None:
    """Remove publishes, logs and Dagster's records beyond KUOTA_KEEP_VERSIONS and KUOTA_KEEP_RUNS.

    A run does so too when it ends; this also gives the space back to the disk.
    """
    from orchestration.history import clean_home

    try:
        freed = clean_home(Settings.from_environment())
    except KuotaError as error:
        _fail(error)
    for folder, size in freed.items():
        click.echo(f"{folder:<11} {size / 1e6:,.1f} MB freed")


@main.command(epilog=EXIT_CODES)
def notify() -> None:
    """Send a test message to the webhook and the mail addresses that are set."""
    from orchestration.publish import Notice, send_notice

    try:
        settings = Settings.from_environment()
    except KuotaError as error:
        _fail(error)
    if not settings.channels.is_any_set:
        _fail(ConfigurationError("no channel is set: set KUOTA_WEBHOOK_URL, or KUOTA_MAIL_SERVER, _FROM and _TO."))
    report = settings.channels.report_url or str(settings.reports / "index.html")
    trial = Notice("a test message, nothing failed", "trial", None, (), (), report)
    if problems := send_notice(settings.channels, trial):
        _fail(ConfigurationError("\n".join(problems)))
    click.echo("sent")


@main.command(epilog=EXIT_CODES)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8600, show_default=True, help="On 127.0.0.1; 0: any that is free."
)
def serve(port: int) -> None:
    """Show the ops page and the Data Docs to browsers on this machine, until Ctrl-C (exit code 0).

    Reads only, and works while a run writes.
    """
    from orchestration.serve import serve_reports

    try:
        reports = Settings.from_environment().reports
        serve_reports(reports, port, lambda address: click.echo(f"ops page    {address} (from {reports})"))
    except KuotaError as error:
        _fail(error)


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sample(arguments: tuple[str, ...]) -> None:
    """Fill the empty landing folder with the sample company (see --help for its size)."""
    from sample_company.__main__ import main as generate_sample

    try:
        landing = Settings.from_environment().landing
    except KuotaError as error:
        _fail(error)
    sys.exit(generate_sample(arguments, program="kuota sample", landing=landing))


@main.group()
def explain() -> None:
    """Show what a published number is made of, down to the source file and row.

    Reads only what is published, and works while a run writes. Exit code 1 if the listed rows do not add up to it.
    """


PERIOD_HELP = "A fiscal year or quarter (2026, 2026-Q3), month or week (2026-W14)."
_period = click.option("--period", required=True, help=PERIOD_HELP)


def _explained(command: Callable[..., Any]) -> Callable[..., None]:
    """The options that every explanation has besides its period, and how it is printed."""

    @click.option("--assignee", required=True, help="A rep or team by id or unique name, or company.")
    @click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
    @click.option("--limit", default=40, show_default=True, help="Rows to show of each list.")
    @functools.wraps(command)
    def explained(assignee: str, period: str | None, as_json: bool, limit: int, **asked: Any) -> None:
        from orchestration.explain import (
            explanation_json,
            explanation_lines,
            find_period,
            find_segment,
            published_marts,
        )

        try:
            with without_pandas(), published_marts(Settings.from_environment()) as connection:
                segment = find_segment(connection, assignee)
                found = find_period(connection, period) if period else None
                explanation = command(connection, segment, found, **asked)
        except KuotaError as error:
            _fail(error)
        lines = [explanation_json(explanation)] if as_json else explanation_lines(explanation, limit=limit)
        click.echo("\n".join(lines))
        if explanation.differences:
            _fail(KuotaError("\n".join(explanation.differences)))

    return explained


@explain.command("attainment")
@click.option("--metric", default="revenue_won", show_default=True, help="What is counted.")
@_period
@_explained
def attainment_made_of(connection: Any, segment: Any, period: Any, metric: str) -> Any:
    """Quota and actual: the credits, the quota rows, and what is excluded."""
    from orchestration.explain import explain_attainment

    return explain_attainment(connection, segment, period, metric)


@explain.command("win-rate")
@click.option("--definition", default="won_of_closed_count", show_default=True, help="Which of the win rates.")
@_period
@_explained
def win_rate_made_of(connection: Any, segment: Any, period: Any, definition: str) -> Any:
    """The deals of numerator and denominator."""
    from orchestration.explain import explain_win_rate

    return explain_win_rate(connection, segment, period, definition)


@explain.command("funnel")
@click.option("--pipeline", help="The pipeline; leads for the head of the funnel.")
@click.option("--from-stage", help="The stage that was reached.")
@click.option("--to-stage", help="The stage that follows.")
@_period
@_explained
def funnel_made_of(connection: Any, segment: Any, period: Any, **step: str | None) -> Any:
    """The deals or leads that reached a stage, and how they ended (cohort view)."""
    from orchestration.explain import explain_funnel

    return explain_funnel(connection, segment, period, **step)


@explain.command("tie-out")
@click.option("--metric", default="revenue_won", show_default=True, help="What the total is of.")
@click.option("--source", help="The CRM whose report was read, where several were.")
@click.option("--step", help="List the records of this step only.")
@click.option("--period", help=f"{PERIOD_HELP} Leave it out for open_pipeline, or where only one total was read.")
@_explained
def tie_out_made_of(connection: Any, segment: Any, period: Any, **asked: Any) -> Any:
    """Why the CRM's own total differs from Kuota's: eight steps, and the records of each."""
    from orchestration.explain import explain_tie_out

    return explain_tie_out(connection, segment, period, **asked)


@main.group()
def sources() -> None:
    """The declared sources, and whether their files would load."""


@sources.command("list")
def list_sources() -> None:
    """One line per source."""
    from orchestration.ingest import load_source_configs, source_lines

    try:
        configs = load_source_configs(Settings.from_environment().sources)
    except KuotaError as error:
        _fail(error)
    click.echo("\n".join(source_lines(configs)))


@sources.command("check")
@click.argument("name")
@click.option(
    "--landing",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    help="The folder that holds <source>/<YYYY-MM-DD>/<files>, instead of KUOTA_LANDING.",
)
def check_one_source(name: str, landing: Path | None) -> None:
    """Read the landed files of source NAME, as a run would, and show what fits and what does not.

    Writes nothing. Exit code 0 if they would load, 2 if a run would stop.
    """
    from orchestration.ingest import check_lines, check_source

    try:
        settings = Settings.from_environment()
        check = check_source(replace(settings, landing=landing) if landing else settings, name)
    except KuotaError as error:
        _fail(error)
    click.echo("\n".join(check_lines(check)))
    if check.errors:
        _fail(ConfigurationError("\n".join(check.errors)))


def _timed(started: float) -> Callable[[str], None]:
    return lambda line: click.echo(f"{time.monotonic() - started:6.1f} s  {line}", err=True)


def _fail(error: KuotaError) -> None:
    for line in str(error).splitlines():
        click.echo(f"error: {line}", err=True)
    sys.exit(error.exit_code)
