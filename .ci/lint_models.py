"""sqlfluff over the models: as many processes as there are processors, each compiles and lints its own share.

sqlfluff's own `--processes` compiles everything in one of them and hands it to the others. And half of its time went
into Python's collector of cycles, which goes through dbt's whole manifest again and again; here it hardly runs.
"""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
SHARES = os.cpu_count() or 1
RARELY = (1_000_000, 100, 100)


def main() -> int:
    """Lint every model; 1 where any share has a complaint or broke."""
    models = sorted(str(path.relative_to(PROJECT)) for path in (PROJECT / "models").rglob("*.sql"))
    with tempfile.TemporaryDirectory() as scratch:
        shares = [_start(models[number::SHARES], Path(scratch) / str(number)) for number in range(SHARES)]
        return int(any([share.wait() for share in shares]))


def _start(models: Sequence[str], scratch: Path) -> subprocess.Popen[bytes]:
    scratch.mkdir()
    own = {
        "KUOTA_WAREHOUSE": str(scratch / "kuota.duckdb"),
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch),
    }
    return subprocess.Popen([sys.executable, __file__, *models], cwd=PROJECT, env=os.environ | own)


def _lint(models: Sequence[str]) -> None:
    gc.set_threshold(*RARELY)
    from sqlfluff.cli.commands import cli

    cli(["lint", "--disable-progress-bar", "--processes", "1", *models])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _lint(sys.argv[1:])
    sys.exit(main())
