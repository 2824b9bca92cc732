"""The pages of the folder of reports: the ops page and the Data Docs, and nothing else that lies there."""

import re
import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

# a page of another site whose name leads to this machine asks under that name
HOSTS = ["127.0.0.1", "localhost"]
# neither hidden names nor `..`; Great Expectations names a page by table, run and time
_PAGE = re.compile(r"(?:\w[\w.-]{0,200}/){0,8}\w[\w.-]{0,200}\.html", re.ASCII)
_ATTEMPTS = 20
_PAUSE_SECONDS = 0.05


def reports_app(reports: Path) -> Starlette:
    """The ops page at /, the Data Docs at /data_docs/. Only GET and HEAD are answered, only under the name of HOSTS."""

    def ops_page(_: Request) -> HTMLResponse:
        content = _read(reports / "index.html", reports)
        return _missing("There is no report yet.") if content is None else HTMLResponse(content)

    def data_docs_page(request: Request) -> HTMLResponse:
        name = request.path_params["page"] or "index.html"
        content = _read_replaced(reports / "data_docs", name) if _PAGE.fullmatch(name) else None
        if content is not None:
            return HTMLResponse(content)
        if (reports / "data_docs" / "index.html").exists():
            # relative: a proxy may show these pages below a path of its own
            newest = "../" * name.count("/") + "index.html"
            return _missing("There is no such page now; each run writes its own.", newest, "The newest Data Docs")
        return _missing("There are no Data Docs yet.")

    return Starlette(
        routes=[
            Route("/", ops_page),
            Route("/index.html", ops_page),
            Route("/data_docs/{page:path}", data_docs_page),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)],
    )


def _read(page: Path, folder: Path) -> bytes | None:
    """The content of a page in the folder; None if there is none, or it is a link to another place."""
    try:
        if page.resolve(strict=True) != folder.resolve(strict=True) / page.relative_to(folder):
            return None
        return page.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _read_replaced(folder: Path, name: str) -> bytes | None:
    """The same for a folder that a run replaces by another: for a moment there is none."""
    for _ in range(_ATTEMPTS):
        before = _identity(folder)
        content = _read(folder / name, folder.parent)
        if content is not None or (before is not None and before == _identity(folder)):
            return content
        time.sleep(_PAUSE_SECONDS)
    return None


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return None
    # a disk may give the number of a folder that is gone to the next one
    return found.st_ino, found.st_mtime_ns


def _missing(what: str, link: str = "", named: str = "") -> HTMLResponse:
    to_do = f'<a href="{link}">{named}</a>' if link else "Run <code>kuota run</code>, then load this page again."
    return HTMLResponse(
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>Kuota</title></head><body><h1>{what}</h1><p>{to_do}</p></body></html>\n",
        status_code=404,
    )
