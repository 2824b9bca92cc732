"""Paths, environment and the settings of the company: read once and passed on as a value."""

import difflib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from orchestration.errors import ConfigurationError
from orchestration.limits import refuse_unusable_limits
from orchestration.yaml_file import Location, load_yaml

CODE_FOLDER = Path(__file__).resolve().parent
IS_CHECKOUT = (CODE_FOLDER.parent / "dbt_project").is_dir()
# a wheel has the dbt project, the sources and the expectations among its code
PROJECT = CODE_FOLDER.parent if IS_CHECKOUT else CODE_FOLDER / "project"
SETTINGS_FILE = "settings.yml"
"""What a company sets, in the landing folder."""


@dataclass(frozen=True)
class Channels:
    """Where people are notified of a run that published nothing. The addresses hold secrets and are never shown."""

    webhook_url: str | None = field(default=None, repr=False)
    mail_server: str | None = field(default=None, repr=False)
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()
    report_url: str | None = None
    """Where people open the ops page; None: its path on this machine."""

    @property
    def is_any_set(self) -> bool:
        """Whether anybody is notified."""
        return bool(self.webhook_url or self.mail_server)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Channels":
        """`KUOTA_WEBHOOK_URL`; `KUOTA_MAIL_SERVER`, `KUOTA_MAIL_FROM` and `KUOTA_MAIL_TO`; `KUOTA_REPORT_URL`.

        Raises ConfigurationError for one that cannot be used; the message does not show its value.
        """
        webhook, server, sender, recipients, report = (
            environment.get(f"KUOTA_{name}", "").strip()
            for name in ("WEBHOOK_URL", "MAIL_SERVER", "MAIL_FROM", "MAIL_TO", "REPORT_URL")
        )
        mail_to = tuple(address for each in recipients.split(",") if (address := each.strip()))
        complaints = []
        if webhook and not _is_address(webhook, ("http", "https")):
            complaints.append("KUOTA_WEBHOOK_URL is not an address; write https://host/path.")
        if server and not _is_address(server, ("smtp", "smtps")):
            complaints.append(
                "KUOTA_MAIL_SERVER is not an address; write smtps://user:password@host or smtp://host:port."
            )
        if (server or sender or mail_to) and not (server and sender and mail_to):
            complaints.append("KUOTA_MAIL_SERVER, KUOTA_MAIL_FROM and KUOTA_MAIL_TO go together; set all or none.")
        for address in (sender, *mail_to):
            if address and not _MAIL_ADDRESS.fullmatch(address):
                complaints.append(f"'{address}' is not a mail address; separate several in KUOTA_MAIL_TO by commas.")
        if complaints:
            raise ConfigurationError("\n".join(complaints))
        return cls(webhook or None, server or None, sender, mail_to, report or None)


_MAIL_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """Where everything lives. `home` holds all state, `landing` the extracts; the rest is the project's own."""

    home: Path
    landing: Path
    warehouse: Path
    """The private build file. It lies under `home`; a run as of an earlier day has a file of its own."""
    channels: Channels = field(default=Channels(), kw_only=True)
    keep_versions: int = field(default=10, kw_only=True)
    """How many publishes stay in published/versions/, the current one among them."""
    keep_runs: int = field(default=100, kw_only=True)
    """Of how many runs the log and Dagster's records stay."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """`KUOTA_HOME` (default: data/ in the project), `KUOTA_LANDING` (default: landing/ in the home); channels;
        `KUOTA_KEEP_VERSIONS`, `KUOTA_KEEP_RUNS`.

        Raises ConfigurationError for one that cannot be used, or if an installed package has no KUOTA_HOME.
        """
        named = os.environ.get("KUOTA_HOME")
        if not named and not IS_CHECKOUT:
            raise ConfigurationError("KUOTA_HOME is not set; set it to the folder that is to hold all state.")
        home = Path(named or PROJECT / "data").expanduser().resolve()
        landing = Path(os.environ.get("KUOTA_LANDING") or home / "landing").expanduser().resolve()
        warehouse = Path(os.environ.get("KUOTA_WAREHOUSE") or home / "warehouse" / "kuota.duckdb").resolve()
        refuse_unusable_limits(os.environ)
        return cls(
            home=home,
            landing=landing,
            warehouse=warehouse,
            channels=Channels.from_environment(os.environ),
            keep_versions=_number_to_keep("KUOTA_KEEP_VERSIONS", cls.keep_versions),
            keep_runs=_number_to_keep("KUOTA_KEEP_RUNS", cls.keep_runs),
        )

    @property
    def published(self) -> Path:
        """What readers open: kuota.duckdb, kuota_quality.duckdb, manifest.json, versions/."""
        return self.home / "published"

    @property
    def versions(self) -> Path:
        """One folder per publish, named by its publish_id."""
        return self.published / "versions"

    @property
    def reports(self) -> Path:
        """The ops page (index.html) and the Data Docs (data_docs/index.html)."""
        return self.home / "reports"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME of the command line and of `make dev`."""
        return self.home / "dagster"

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest and parse state, next to the warehouse that it builds."""
        return self.warehouse.parent / "dbt"

    @property
    def dbt_manifest(self) -> Path:
        """dbt's manifest, if it has parsed the project: see `ensure_manifest`."""
        return self.dbt_target / "manifest.json"

    @property
    def logs(self) -> Path:
        """One file per run."""
        return self.home / "logs"

    @property
    def lock_file(self) -> Path:
        """The lock of the one process that writes."""
        return self.home / "kuota.lock"

    @property
    def sources(self) -> Path:
        """One YAML per source: what its extracts look like."""
        return PROJECT / "sources"

    @property
    def expectations(self) -> Path:
        """GX suites as YAML: raw/ and marts/."""
        return PROJECT / "expectations"

    @property
    def dbt_project(self) -> Path:
        """The dbt project."""
        return PROJECT / "dbt_project"


def _number_to_keep(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ConfigurationError(f"{name} is '{text}'; write a whole number of 1 or more, such as {default}.")
    return int(text)


_EXAMPLE_DAY = "2025-12-31"
_EXAMPLE_EXTRACT = f"{{source: pipedrive, object: opportunity, date: {_EXAMPLE_DAY}}}"
SHARES = {"held_back_share": "share", "set_aside_share": "share", "trusted_break_confidence": "confidence"}
"""Settings from 0 to 1, each with what it is called."""
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def company_settings(settings: Settings) -> dict[str, Any]:
    """The business settings: the defaults of dbt_project.yml, replaced by those in landing/settings.yml.

    Raises ConfigurationError for a name that dbt_project.yml does not have, or a value of another type.
    """
    defaults = default_settings(settings)
    return defaults | company_overrides(settings, defaults)


def default_settings(settings: Settings) -> dict[str, Any]:
    """The business settings as dbt_project.yml has them."""
    path = settings.dbt_project / "dbt_project.yml"
    stat = path.stat()
    return dict(_defaults_of(path, stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=2)
def _defaults_of(path: Path, size: int, modified_ns: int) -> dict[str, Any]:
    """Kept while the file is the same: a run asks for its settings a dozen times."""
    project, _ = load_yaml(path)
    defaults: dict[str, Any] = project["vars"]
    return defaults


def company_overrides(settings: Settings, defaults: dict[str, Any]) -> dict[str, Any]:
    """What landing/settings.yml sets, checked against the defaults; empty if there is no such file."""
    path = settings.landing / SETTINGS_FILE
    if not path.exists():
        return {}
    content, lines = load_yaml(path)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path}, line 1: expected lines of the form 'name: value'.")
    complaints = [
        f"{path}, line {lines.get(place, lines.get(place[:1], 1))}: {complaint}"
        for place, complaint in _complaints(settings.sources, content, defaults)
    ]
    starts_at, ends_at = ((defaults | content)[f"business_day_{end}_at"] for end in ("starts", "ends"))
    if not complaints and starts_at >= ends_at:
        complaints = [f"{path}: the business day starts at {starts_at} and ends at {ends_at}; let it end later."]
    if complaints:
        raise ConfigurationError("\n".join(complaints))
    return content


def _complaints(sources: Path, content: dict[Any, Any], defaults: dict[str, Any]) -> Iterator[tuple[Location, str]]:
    for name, value in content.items():
        if name == "sources_ended" and isinstance(value, dict):
            yield from _complaints_of_ends(sources, value)
        elif name == "accepted_extracts" and isinstance(value, list):
            yield from _complaints_of_accepted(sources, value)
        elif complaint := _complaint(str(name), value, defaults):
            yield (str(name),), complaint


def _complaints_of_ends(sources: Path, ended: dict[Any, Any]) -> Iterator[tuple[Location, str]]:
    known = sorted(path.stem for path in sources.glob("*.yml"))
    for source, day in ended.items():
        place = ("sources_ended", str(source))
        if source not in known:
            yield place, f"'sources_ended' names the unknown source '{source}'. {_hint(str(source), known)}"
        elif type(day) is not date:
            yield place, f"'sources_ended' of '{source}' is {str(day)!r}; write its last day, such as {_EXAMPLE_DAY}."


def _complaints_of_accepted(sources: Path, accepted: list[Any]) -> Iterator[tuple[Location, str]]:
    place = ("accepted_extracts",)
    known = sorted(path.stem for path in sources.glob("*.yml"))
    for extract in accepted:
        if not isinstance(extract, dict) or set(extract) != {"source", "object", "date"}:
            yield place, f"'accepted_extracts' has {extract!r}; write lines of the form {_EXAMPLE_EXTRACT}."
            continue
        source, object_name, day = str(extract["source"]), str(extract["object"]), extract["date"]
        if source not in known:
            yield place, f"'accepted_extracts' names the unknown source '{source}'. {_hint(source, known)}"
            continue
        content, _ = load_yaml(sources / f"{source}.yml")
        if object_name not in (objects := content["objects"]):
            yield place, f"'accepted_extracts' names the unknown object '{object_name}'. {_hint(object_name, objects)}"
        elif type(day) is not date:
            yield place, f"'accepted_extracts' has the date {str(day)!r}; write a day, such as {_EXAMPLE_DAY}."


def _hint(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known are: {', '.join(sorted(known))}."


def _complaint(name: str, value: Any, defaults: dict[str, Any]) -> str | None:
    if name not in defaults:
        return f"unknown setting '{name}'. {_hint(name, defaults)}"
    if name == "sources_ended":
        return f"'{name}' is {value!r}; write each source with its last day, such as {{pipedrive: {_EXAMPLE_DAY}}}."
    if name == "accepted_extracts":
        return f"'{name}' is {value!r}; write a list such as [{_EXAMPLE_EXTRACT}]."
    if name in SHARES and (not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1):
        return f"'{name}' is {value!r}; write a {SHARES[name]} from 0 to 1, such as {defaults[name]!r}."
    if name in SHARES:
        return None
    expected = type(defaults[name])
    if not isinstance(value, expected) or isinstance(value, bool) != (expected is bool):
        return f"'{name}' is {value!r}; write a value of the form {defaults[name]!r}."
    if name == "reporting_time_zone" and value not in available_timezones():
        return f"'{name}' is {value!r}; write an IANA time zone, such as Asia/Jakarta."
    if name == "reporting_currency" and not (len(value) == 3 and value.isalpha() and value.isupper()):
        return f"'{name}' is {value!r}; write a three-letter ISO 4217 code, such as IDR."
    if name == "fiscal_year_start_month" and not 1 <= value <= 12:
        return f"'{name}' is {value!r}; write a month from 1 to 12."
    if name in ("business_day_starts_at", "business_day_ends_at") and not _TIME_OF_DAY.fullmatch(value):
        return f"'{name}' is {value!r}; write a time of day, such as \"09:00\"."
    return None


def sources_ended(settings: Settings) -> dict[str, date]:
    """The retired sources, each with the last day on which an extract of it is expected."""
    ended: dict[str, date] = company_settings(settings)["sources_ended"]
    return ended


def accepted_extracts(settings: Settings) -> frozenset[tuple[str, str, date]]:
    """Source, object and day of the extracts that a person accepts, however much they lose or have set aside."""
    accepted = company_settings(settings)["accepted_extracts"]
    return frozenset((str(it["source"]), str(it["object"]), it["date"]) for it in accepted)


def loss_limits(settings: Settings) -> tuple[float, int]:
    """The share and the number of records that must be missing from a full extract for it to be held back."""
    values = company_settings(settings)
    return float(values["held_back_share"]), values["held_back_rows"]


def fiscal_year_start_month(settings: Settings) -> int:
    """The month with which a fiscal year begins, 1 to 12."""
    month: int = company_settings(settings)["fiscal_year_start_month"]
    return month


def reporting_time_zone(settings: Settings) -> ZoneInfo:
    """The zone in which an extract folder's day ends and in which instants get their business dates."""
    return ZoneInfo(company_settings(settings)["reporting_time_zone"])
