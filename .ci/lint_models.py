"""sqlfluff over the models, in one process per processor; each compiles and lints its own share.

sqlfluff's own `--processes` compiles everything in one process and passes it to the others. Half of its time went into
Python's garbage collector, which scans dbt's whole manifest again and again; here it hardly runs. Each of the rules
about layout measured the whole file again; here it is measured once: without `fix` no rule changes it.
"""

import functools
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
    """Lint every model; 1 if any share has a finding or failed."""
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
    from sqlfluff.utils.reflow.sequence import ReflowSequence

    of_one_file = functools.lru_cache(maxsize=1)(ReflowSequence.from_root)
    ReflowSequence.from_root = staticmethod(  # type: ignore[method-assign, assignment]
        lambda root_segment, config: of_one_file(root_segment, config)
    )
    cli(["lint", "--disable-progress-bar", "--processes", "1", *models])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _lint(sys.argv[1:])
    sys.exit(main())
