"""What pyproject.toml cannot say: the wheel carries the dbt project and the YAML that the code reads."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("dbt_project", "sources", "expectations", "deploy")
PROJECT = Path(__file__).resolve().parent


class BuildWithProject(build_py):
    """Also copies the FOLDERS to orchestration/project/; an editable install reads them where they are."""

    def run(self) -> None:
        """Build the packages, then copy."""
        super().run()
        if not self.editable_mode:
            for folder in FOLDERS:
                target = Path(self.build_lib) / "orchestration" / "project" / folder
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(
                    PROJECT / folder, target, ignore=shutil.ignore_patterns("target", "logs", "__pycache__")
                )


setup(cmdclass={"build_py": BuildWithProject})
