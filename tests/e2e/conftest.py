"""One run of the dirty landing folder, shared by every test of bad input."""

import dataclasses
import json
import os
import shutil

import dirty_landing
import pytest
from compiled_project import give_parsed_project, home_settings
from filelock import FileLock
from kuota_home import Ended, KuotaHome


@pytest.fixture(scope="session")
def dirty_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[KuotaHome, Ended]:
    """The first worker of the session runs it; the others read how it ended."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "dirty"
    kuota, end = KuotaHome(folder / "home", folder / "landing"), folder / "ended.json"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not end.exists():
            dirty_landing.write(kuota.landing)
            give_parsed_project(tmp_path_factory, home_settings(kuota.home), dirty_landing.SETTINGS)
            end.write_text(json.dumps(dataclasses.asdict(kuota.kuota("run"))), encoding="utf-8")
    return kuota, Ended(**json.loads(end.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def own_home(dirty_run: tuple[KuotaHome, Ended], tmp_path_factory: pytest.TempPathFactory) -> KuotaHome:
    """A copy of the published home and its landing folder, for tests that change them."""
    kuota, ended = dirty_run
    assert ended.exit_code == 0, ended.complained
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(kuota.home, folder / "home")
    shutil.copytree(kuota.landing, folder / "landing")
    return KuotaHome(folder / "home", folder / "landing")
