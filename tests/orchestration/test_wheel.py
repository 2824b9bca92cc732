"""An installed package has everything that a run needs, wherever it lies."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from orchestration.settings import PROJECT
from tests.orchestration.small_landing import FILES, land, settings_in

FOLDERS = ("dbt_project", "sources", "expectations", "deploy")
CODE = ("orchestration", "sample_company")
KUOTA = "import sys; from orchestration.cli import main; sys.argv = ['kuota', *sys.argv[1:]]; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unpacked wheel, built from a copy of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    copied = folder / "project"
    copied.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, copied)
    for name in (*FOLDERS, *CODE):
        shutil.copytree(PROJECT / name, copied / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(copied)], check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def kuota(installed: Path, elsewhere: Path, *words: str, home: Path | None) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KUOTA_", "DAGSTER_"))}
    own = {"PYTHONPATH": str(installed)} | ({"KUOTA_HOME": str(home)} if home else {})
    return subprocess.run(
        [sys.executable, "-c", KUOTA, *words], cwd=elsewhere, env=inherited | own, capture_output=True, text=True
    )


def test_a_wheel_has_every_file_that_the_code_reads(installed: Path) -> None:
    expected = {f"orchestration/project/{name}/{path}" for name in FOLDERS for path in files_below(PROJECT / name)}
    expected |= {f"{name}/{path}" for name in CODE for path in files_below(PROJECT / name)}
    found = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert expected - found == set()


def test_an_installed_package_works_from_any_folder_and_asks_for_its_home(installed: Path, tmp_path: Path) -> None:
    listed = kuota(installed, tmp_path, "sources", "list", home=tmp_path / "home")
    assert listed.returncode == 0, listed.stderr
    assert "hubspot" in listed.stdout and "registers" in listed.stdout
    refused = kuota(installed, tmp_path, "status", home=None)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: KUOTA_HOME is not set;")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_installed_package_publishes(installed: Path, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    land(settings, FILES)
    settings.landing.rename(tmp_path / "moved")
    settings.home.mkdir()
    (tmp_path / "moved").rename(settings.home / "landing")
    ended = kuota(installed, tmp_path, "run", home=settings.home)
    assert ended.returncode == 0, ended.stderr
    assert (settings.published / "kuota.duckdb").exists() and (settings.reports / "index.html").exists()
    files = [path for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert max(path.stat().st_mtime for path in files) < settings.published.stat().st_mtime, "it writes into itself"


def files_below(folder: Path) -> set[str]:
    ignored = {"__pycache__", "target", "logs"}
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not ignored & set(path.parts) and path.suffix != ".pyc"
    }
