"""`python -m orchestration.transform.prepare`: dbt parses the project at the set-up, and not in the first run."""

import sys

from orchestration.errors import KuotaError
from orchestration.settings import Settings
from orchestration.transform.dbt import ensure_manifest
from orchestration.warehouse import writer_lock


def main() -> int:
    """Parse the project for the home and the landing folder of the environment; returns the exit code."""
    try:
        settings = Settings.from_environment()
        with writer_lock(settings.lock_file):
            ensure_manifest(settings)
    except KuotaError as error:
        sys.stderr.writelines(f"error: {line}\n" for line in str(error).splitlines())
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
