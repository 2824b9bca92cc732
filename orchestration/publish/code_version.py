"""Which code wrote a publish."""

import shutil
import subprocess
from importlib import metadata

from orchestration.settings import PROJECT


def code_version() -> str:
    """The git commit of the project, with `-dirty` if files differ from it; else the version of the package."""
    git = shutil.which("git")
    # without a repository of its own, git would find the commit of one further up
    if git and (PROJECT / ".git").exists():
        described = subprocess.run(
            [git, "-C", str(PROJECT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True,
            text=True,
            check=False,
        )
        if described.returncode == 0:
            return described.stdout.strip()
    installed = next(iter(metadata.distributions(name="kuota")), None)
    return f"version {installed.version}" if installed else "unknown"
