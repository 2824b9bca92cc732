"""A home in which a whole run has published, and copies of it to which a new extract was delivered."""

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.kuota_home import KuotaHome
from tests.orchestration.small_landing import FILES


def land(kuota: KuotaHome, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = kuota.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def new_deals(amount: int, day: str = "2026-07-31") -> dict[str, str]:
    deals = FILES["generic/2026-06-30/opportunities.csv"].replace("100.00", f"{amount}.00")
    return {f"generic/{day}/opportunities.csv": deals}


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> KuotaHome:
    """A home that has published, and must not be changed."""
    folder = Path(os.environ.get("KUOTA_TEST_HOME") or tmp_path_factory.mktemp("published"))
    kuota = KuotaHome(folder / "home", folder / "landing")
    if not kuota.home.exists():
        land(kuota, FILES)
        ended = kuota.kuota("run")
        assert ended.exit_code == 0, ended.complained
    return kuota


def copy_of(home: KuotaHome, folder: Path) -> KuotaHome:
    shutil.copytree(home.home, folder / "home", dirs_exist_ok=True)
    shutil.copytree(home.landing, folder / "landing", dirs_exist_ok=True)
    return KuotaHome(folder / "home", folder / "landing")


@pytest.fixture
def kuota(published_home: KuotaHome, tmp_path: Path) -> KuotaHome:
    """A copy of it to which a new extract was delivered."""
    copied = copy_of(published_home, tmp_path)
    land(copied, new_deals(200))
    return copied
