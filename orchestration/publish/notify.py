"""Notify people of a run that published nothing: by a webhook, by mail, or both."""

import json
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import urllib3

from orchestration.publish.ops_queries import Rows, failing_checks
from orchestration.publish.ops_report import headline
from orchestration.publish.quality import QUALITY
from orchestration.publish.version import MANIFEST, read_manifest
from orchestration.settings import Channels, Settings

SECONDS_TO_WAIT = 10
TRIES = 3
# answers after which another try may succeed
BUSY = (429, 500, 502, 503, 504)
# what a notice says about each check: its owner and how many rows are wrong, but never the rows themselves
REPORTED = (
    *("severity", "status", "room", "target", "check_name", "unexpected_count", "element_count"),
    *("failing_since", "failing_runs", "owner", "fix"),
)
CHECKS_SHOWN = 10


@dataclass(frozen=True)
class Notice:
    """What is sent: `checks` are the failed critical ones, `details` the lines of an error, `report` the ops page."""

    headline: str
    outcome: str
    run_id: str | None
    checks: tuple[dict[str, Any], ...]
    details: tuple[str, ...]
    report: str


def notify_failure(settings: Settings, *, outcome: str, run_id: str | None, details: Sequence[str] = ()) -> list[str]:
    """Send a notice of a blocked or failed run on every channel that is set; other outcomes are not reported.

    Call publish_quality before it. `run_id` is None for a run that could not begin: then `details` say why. Returns
    one line for each channel that failed.
    """
    if outcome not in ("blocked", "failed") or not settings.channels.is_any_set:
        return []
    checks = _failed_critical_checks(settings.published) if run_id is not None else []
    notice = Notice(
        headline=headline(outcome, len(checks), read_manifest(settings.published / MANIFEST)),
        outcome=outcome,
        run_id=run_id,
        checks=tuple({name: check[name] for name in REPORTED} for check in checks),
        # a failed check is reported by its counts, because its lines may quote rows
        details=() if checks else tuple(details),
        report=settings.channels.report_url or str(settings.reports / "index.html"),
    )
    return send_notice(settings.channels, notice)


def _failed_critical_checks(published: Path) -> Rows:
    with duckdb.connect(str(published / QUALITY), read_only=True) as connection:
        connection.execute("use kuota_quality.quality")
        return [check for check in failing_checks(connection) if check["severity"] == "critical"]


def send_notice(channels: Channels, notice: Notice) -> list[str]:
    """Send the notice on every channel that is set, and return one line per problem: none if all arrived.

    A channel that fails neither raises nor keeps the other from being used.
    """
    problems = []
    if channels.webhook_url and (problem := _post(channels.webhook_url, notice)):
        problems.append(f"the webhook was not notified: {problem}")
    if channels.mail_server and (problem := _mail(channels, notice)):
        problems.append(f"no mail was sent: {problem}")
    return problems


def notice_text(notice: Notice) -> str:
    """The notice for a person, in plain text."""
    lines = [notice.headline, ""]
    for check in notice.checks[:CHECKS_SHOWN]:
        wrong = check["unexpected_count"]
        count = "" if wrong is None else f", {wrong:,} row{'' if wrong == 1 else 's'}"
        since = f", since {check['failing_since']:%Y-%m-%d %H:%M} UTC" if check["failing_since"] else ""
        lines += [
            f"{check['target']}: {check['check_name']} {check['status']}{count}{since}",
            f"  ask {check['owner'] or 'its owner'}: {check['fix'] or 'see the ops page'}",
        ]
    if len(notice.checks) > CHECKS_SHOWN:
        lines.append(f"… and {len(notice.checks) - CHECKS_SHOWN} more")
    lines += notice.details[:CHECKS_SHOWN]
    if len(notice.details) > CHECKS_SHOWN:
        lines.append(f"… and {len(notice.details) - CHECKS_SHOWN} more lines")
    return "\n".join([*lines, "", *([f"Run: {notice.run_id}"] if notice.run_id else []), f"Ops page: {notice.report}"])


def _post(url: str, notice: Notice) -> str | None:
    # `text` is what chats show; the rest is for programs
    body = json.dumps({"text": notice_text(notice), **asdict(notice)}, default=str)
    retries = urllib3.Retry(
        total=TRIES - 1,
        redirect=0,
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,
    )
    try:
        with urllib3.PoolManager(retries=retries, timeout=SECONDS_TO_WAIT) as pool:
            response = pool.request("POST", url, body=body, headers={"Content-Type": "application/json"})
    except urllib3.exceptions.MaxRetryError as error:
        # the text of the error holds the address, which is a secret
        reason = error.reason
        return str(reason) if isinstance(reason, urllib3.exceptions.ResponseError) else type(reason).__name__
    except urllib3.exceptions.HTTPError as error:
        return type(error).__name__
    return None if response.status < 300 else f"it answered {response.status}"


def _mail(channels: Channels, notice: Notice) -> str | None:
    message = EmailMessage()
    message["Subject"] = f"Kuota: {notice.headline}"
    message["From"] = channels.mail_from
    message["To"] = ", ".join(channels.mail_to)
    message.set_content(notice_text(notice))
    try:
        with _mail_server(str(channels.mail_server)) as server:
            refused = server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return f"refused for {', '.join(refused)}" if refused else None


def _mail_server(address: str) -> smtplib.SMTP:
    """A session with the server, encrypted where it can be; a password is only sent encrypted."""
    parts = urlsplit(address)
    host = str(parts.hostname)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS_TO_WAIT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS_TO_WAIT)
    try:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif parts.scheme == "smtp" and parts.username:
            raise smtplib.SMTPNotSupportedError("the server offers no encryption, so the password was not sent")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server
