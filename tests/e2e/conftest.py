"""One run of the dirty landing folder, shared by every test of bad input."""

import shutil

import dirty_landing
import pytest
from kuota_home import Ended, KuotaHome


@pytest.fixture(scope="session")
def dirty_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[KuotaHome, Ended]:
    folder = tmp_path_factory.mktemp("dirty")
    kuota = KuotaHome(folder / "home", dirty_landing.write(folder / "landing"))
    return kuota, kuota.kuota("run")


@pytest.fixture(scope="module")
def own_home(dirty_run: tuple[KuotaHome, Ended], tmp_path_factory: pytest.TempPathFactory) -> KuotaHome:
    """A copy of the published home and its landing folder, for tests that change them."""
    kuota, ended = dirty_run
    assert ended.exit_code == 0, ended.complained
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(kuota.home, folder / "home")
    shutil.copytree(kuota.landing, folder / "landing")
    return KuotaHome(folder / "home", folder / "landing")
