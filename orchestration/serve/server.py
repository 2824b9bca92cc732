"""The server of `kuota serve`: on this machine only, in the foreground, until Ctrl-C."""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from orchestration.errors import ConfigurationError
from orchestration.serve.pages import reports_app

HOST = "127.0.0.1"
# for every answer: nothing is kept, guessed, framed or loaded; the pages need no script
HEADERS = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
]
_SECONDS_TO_END = 2


def serve_reports(reports: Path, port: int, report: Callable[[str], None]) -> None:
    """Serve the pages of `reports` until Ctrl-C; `report` gets the address. Port 0 is any that is free.

    The folder may be empty or missing, and a run may write it at any time. Raises ConfigurationError if the port
    cannot be used.
    """
    with _listening(port) as listening, contextlib.suppress(KeyboardInterrupt):
        config = uvicorn.Config(
            reports_app(reports),
            headers=HEADERS,
            server_header=False,
            proxy_headers=False,
            access_log=False,
            log_level="warning",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_SECONDS_TO_END,
        )
        report(f"http://{HOST}:{listening.getsockname()[1]}/")
        uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ConfigurationError(
            f"port {port} of {HOST} cannot be used ({reason}); choose another, such as `kuota serve --port 8601`."
        ) from error
