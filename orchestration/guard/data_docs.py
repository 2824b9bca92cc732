"""The Data Docs: a page for each checked table, behind an index that opens without a network.

Great Expectations' own pages load styles and scripts from eight hosts, show an empty index without them, do not escape
the values they show, and have neither severity nor fix. Here each page gets a policy that does not let it load or run
anything, our own style, and its checks as cards on top.
"""

import re
import shutil
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader

from orchestration.guard import gx
from orchestration.sample_rows import samples
from orchestration.warehouse import connect

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

_FROM_OUTSIDE = re.compile(
    r"""<script[^>]*\ssrc=["']https?:[^>]*>\s*</script> | <link[^>]*> | <footer.*?</footer>""",
    re.VERBOSE | re.DOTALL,
)
_LOGO = re.compile(r"""<img[^>]*["']https?:[^>]*>""")
_BODY = re.compile(r"<body[^>]*>")
_LINK_TO_SUITE_PAGE = re.compile(r"""<a\s+href="[^"]*/expectations/[^"]*"\s*>(.*?)</a>""")


def build_data_docs(reports: Path, warehouse: Path) -> Path:
    """Build reports/data_docs from the results of the last run, raw and marts, and return its index.html.

    The folder is replaced as a whole. If there are no results, the index says so.
    """
    reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    site = reports / ".data_docs_new"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(mode=0o700)
    run_id = _last_run(reports)
    checks = _checks_of_run(warehouse, run_id) if run_id else []
    if run_id:
        gx.new_context(gx.results_of_runs(reports) / run_id, site).build_data_docs()
        # its fonts and pictures are not used
        shutil.rmtree(site / "static", ignore_errors=True)
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    style = (TEMPLATES / "data_docs.css").read_text(encoding="utf-8")
    rooms = {
        room: {target: list(of_target) for target, of_target in groupby(of_room, key=lambda it: it.target)}
        for room, of_room in groupby(checks, key=lambda it: it.room)
    }
    tables = {target: of_target for targets in rooms.values() for target, of_target in targets.items()}
    pages = {target: _page_of(site, target) for target in tables}
    table_page = templates.get_template("data_docs_table.html.j2")
    cards = {
        site / page: table_page.render(
            target=target, checks=tables[target], index=f"{'../' * page.count('/')}index.html#{target}"
        )
        for target, page in pages.items()
        if page
    }
    for path in site.rglob("*.html"):
        html = _closed_to_the_outside(path.read_text(encoding="utf-8"), style)
        path.write_text(_BODY.sub(lambda body: body[0] + cards.get(path, ""), html, count=1), encoding="utf-8")  # noqa: B023
    index = templates.get_template("data_docs_index.html.j2")
    content = index.render(policy=POLICY, style=style, run_id=run_id, rooms=rooms, pages=pages)
    (site / "index.html").write_text(content, encoding="utf-8")
    return _put_in_place(reports, site) / "index.html"


def _last_run(reports: Path) -> str | None:
    folder = gx.results_of_runs(reports)
    return next((it.name for it in folder.iterdir()), None) if folder.exists() else None


def _closed_to_the_outside(html: str, style: str) -> str:
    head = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    html = _LINK_TO_SUITE_PAGE.sub(r"\1", _LOGO.sub("", _FROM_OUTSIDE.sub("", html)))
    return html.replace("<head>", head, 1).replace("</head>", f"<style>{style}</style>\n</head>", 1)


def _checks_of_run(warehouse: Path, run_id: str) -> Sequence[SimpleNamespace]:
    """The newest result of each check of the run: raw first; within a table, failed and critical ones first."""
    query = """
        select * replace (coalesce(try_cast(try_cast(sample_keys as json) as varchar[]), []) as sample_keys)
        from quality.check_result
        where run_id = ? and room in ('raw', 'marts')
        qualify row_number() over (partition by room, target, check_name order by checked_at desc) = 1
        order by room = 'marts', target, status = 'passed', severity, check_name
    """
    with connect(warehouse, read_only=True) as connection:
        results = connection.execute(query, [run_id])
        columns = [column[0] for column in results.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in results.fetchall()]
    return [SimpleNamespace(**row, rule=_rule(row["check_name"]), samples=samples(row["sample_keys"])) for row in rows]


def _rule(check_name: str) -> str:
    return check_name.removeprefix("gx_").replace("_", " ").capitalize()


def _page_of(site: Path, target: str) -> str | None:
    folder = site.joinpath("validations", *target.split("."))
    newest = max(folder.rglob("*.html"), default=None)
    return newest.relative_to(site).as_posix() if newest else None


def _put_in_place(reports: Path, site: Path) -> Path:
    place, old = reports / "data_docs", reports / ".data_docs_old"
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    site.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    return place
