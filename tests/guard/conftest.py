import pytest
from guard_home import RAW_SUITE, RAW_TABLES, SettingsWithOwnSuites, make_settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SettingsWithOwnSuites:
    # a folder name that SQL, URLs and Great Expectations' own configuration could each trip over
    home = tmp_path_factory.mktemp("o'hara $HOME 100%")
    return make_settings(home, {"raw/crm.yml": RAW_SUITE}, RAW_TABLES)
