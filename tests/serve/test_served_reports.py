"""`kuota serve`, started for real: what browsers get from it, and what nobody gets."""

import http.client
import re
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from served_reports import Served, served, start

TABLE = "validations/marts/mart_win_rate/run-1/20261201T004438.187459Z/warehouse-marts.mart_win_rate.html"
SECRET = "rows of the extracts"


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


def ask(server: Served, path: str, method: str = "GET", host: str | None = None) -> Answer:
    """The answer to a path as it is written here: nothing resolves `..` before it is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{server.port}"})
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(), {k.lower(): v for k, v in response.getheaders()})
    finally:
        connection.close()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_data_docs(folder: Path) -> None:
    write(folder / "index.html", f'the Data Docs: <a href="{TABLE}">a table</a> <a href="../index.html">back</a>')
    write(folder / TABLE, "the checks of a table")


def write_home(home: Path) -> Path:
    """A home after a run, with what else lies in the folder of reports and next to it."""
    write(home / "reports" / "index.html", "the ops page, größer")
    write_data_docs(home / "reports" / "data_docs")
    write(home / "reports" / "data_docs" / "notes.json", SECRET)
    for hidden in (".data_docs_new", ".check_results", "data_docs/.hidden", "data_docs/validations/.hidden"):
        write(home / "reports" / hidden / "index.html", SECRET)
    write(home / "published" / "index.html", SECRET)
    write(home / "secret.html", SECRET)
    (home / "reports" / "data_docs" / "linked.html").symlink_to(home / "secret.html")
    (home / "reports" / "data_docs" / "linked").symlink_to(home / "published")
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_home(tmp_path_factory.mktemp("served") / "home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Served]:
    with served(home) as started:
        yield started


def test_the_pages_and_their_links_are_served(server: Served) -> None:
    for path in ("/", "/index.html"):
        page = ask(server, path)
        assert (page.status, page.text) == (200, "the ops page, größer")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/data_docs/", "/data_docs/index.html"):
        assert "the Data Docs" in ask(server, path).text
    assert ask(server, f"/data_docs/{TABLE}").text == "the checks of a table"
    moved = ask(server, "/data_docs")
    assert (moved.status, moved.headers["location"]) == (307, f"{server.address}/data_docs/")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/data_docs/../../secret.html",
        "/data_docs/%2e%2e/%2e%2e/secret.html",
        "/data_docs/..%2f..%2fsecret.html",
        "/data_docs/%252e%252e/%252e%252e/secret.html",
        "/data_docs/..%5c..%5csecret.html",
        "/data_docs//etc/passwd",
        "/data_docs/{home}/secret.html",
        "/data_docs/index.html%00.html",
        "/data_docs/linked.html",
        "/data_docs/linked/index.html",
        "/data_docs/.hidden/index.html",
        "/data_docs/validations/.hidden/index.html",
        "/data_docs/notes.json",
        "/.check_results/index.html",
        "/.data_docs_new/index.html",
        "/published/index.html",
        "/data_docs/validations/",
        "/data_docs/validations",
        "/data_docs/" + "x" * 300 + ".html",
        "/data_docs/" + "x/" * 3000 + "x.html",
    ],
)
def test_nothing_else_is_served(server: Served, home: Path, path: str) -> None:
    answer = ask(server, path.replace("{home}", str(home)))
    assert answer.status == 404
    assert SECRET not in answer.text and "mart_win_rate" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_read_only(server: Served, method: str) -> None:
    assert ask(server, "/", method).status == 405
    assert ask(server, "/data_docs/index.html", method).status == 405


def test_head_is_get_without_the_page(server: Served) -> None:
    head, page = ask(server, "/", "HEAD"), ask(server, "/")
    assert (head.status, head.text) == (200, "")
    assert head.headers["content-length"] == page.headers["content-length"]


def test_only_names_of_this_machine_are_answered(server: Served) -> None:
    """A page of another site may let its name lead here, and would read the answer as its own."""
    for host in ("localhost", f"localhost:{server.port}", "127.0.0.1"):
        assert ask(server, "/", host=host).status == 200
    for host in ("evil.example", f"evil.example:{server.port}", "localhost.evil.example", "127.0.0.1.evil.example"):
        refused = ask(server, "/", host=host)
        assert refused.status == 400 and "ops page" not in refused.text


def test_it_listens_on_this_machine_alone(server: Served) -> None:
    # 127.0.0.2 is this machine too, but another address
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.port), timeout=5)


@pytest.mark.parametrize("path", ["/", f"/data_docs/{TABLE}", "/nothing", "/data_docs/nothing.html"])
def test_every_answer_forbids_guesses_copies_frames_and_scripts(server: Served, path: str) -> None:
    headers = ask(server, path).headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "default-src 'none'" in (policy := headers["content-security-policy"]) and "script" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "server" not in headers


def test_a_page_that_a_run_has_replaced_leads_to_the_newest(server: Served) -> None:
    old = f"/data_docs/{TABLE.replace('run-1', 'run-0')}"
    gone = ask(server, old)
    assert gone.status == 404
    [link] = re.findall('href="([^"]+)"', gone.text)
    assert "the Data Docs" in ask(server, urljoin(old, link)).text


def test_data_docs_can_be_read_while_runs_replace_them(tmp_path: Path) -> None:
    """As a run does: the old folder goes, and then the new one comes."""
    home, ended = write_home(tmp_path / "home"), threading.Event()
    reports = home / "reports"

    def replace() -> None:
        while not ended.is_set():
            write_data_docs(reports / ".data_docs_new")
            (reports / "data_docs").rename(reports / ".data_docs_old")
            # longer than in a run, so that requests meet it
            time.sleep(0.03)
            (reports / ".data_docs_new").rename(reports / "data_docs")
            shutil.rmtree(reports / ".data_docs_old")
            time.sleep(0.05)

    shutil.rmtree(reports / ".data_docs_new")
    runs = threading.Thread(target=replace)
    runs.start()
    try:
        with served(home) as server:
            answers = [ask(server, path) for _ in range(100) for path in ("/data_docs/", f"/data_docs/{TABLE}")]
    finally:
        ended.set()
        runs.join()
    assert {answer.status for answer in answers} == {200}
    assert {answer.text[:13] for answer in answers} == {"the Data Docs", "the checks of"}


def test_without_reports_it_says_what_to_run_and_shows_them_once_they_are_there(tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        for path in ("/", "/data_docs/"):
            page = ask(server, path)
            assert page.status == 404 and "<code>kuota run</code>" in page.text
        write(tmp_path / "home" / "reports" / "index.html", "the ops page")
        assert ask(server, "/").text == "the ops page"


def test_a_port_in_use_is_one_line_with_the_fix(server: Served, home: Path) -> None:
    second = start(home, "--port", str(server.port))
    said, complained = second.communicate(timeout=60)
    assert (second.returncode, said) == (2, "")
    assert complained == (
        f"error: port {server.port} of 127.0.0.1 cannot be used (Address already in use); "
        "choose another, such as `kuota serve --port 8601`.\n"
    )


def test_ctrl_c_ends_it_at_once_and_cleanly_also_with_a_browser_connected(tmp_path: Path) -> None:
    home = write_home(tmp_path / "home")
    with served(home) as server, socket.create_connection(("127.0.0.1", server.port)) as browser:
        browser.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        assert browser.recv(12) == b"HTTP/1.1 200"
        server.process.send_signal(signal.SIGINT)
        said, complained = server.process.communicate(timeout=20)
    assert (server.process.returncode, said, complained) == (0, "", "")
