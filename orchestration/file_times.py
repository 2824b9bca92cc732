"""What files looked like: enough to see that one has changed, without reading it."""

from collections.abc import Collection
from pathlib import Path

CODE = frozenset({".py", ".sql", ".yml", ".csv", ".j2", ".css", ".js"})


def files_below(folder: Path, suffixes: Collection[str] | None = None) -> list[tuple[str, int, int]]:
    """Path below `folder`, size in bytes and time in nanoseconds of each file (with one of the suffixes), in order.

    What dbt writes into a folder `target` is left out.
    """
    return sorted(
        (str(path.relative_to(folder)), stat.st_size, stat.st_mtime_ns)
        for path in folder.rglob("*")
        if (suffixes is None or (path.suffix in suffixes and "target" not in path.parts)) and path.is_file()
        for stat in [path.stat()]
    )
