"""Small disks, full disks and disks that cannot be written, for as long as a test needs them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOT_ALLOWED = "mounting is not allowed here, so nothing shows what happens on a disk of this kind"


def mount(*words: str) -> None:
    """Skip the test where the system does not let this account mount."""
    if subprocess.run(["mount", *words], capture_output=True).returncode:
        pytest.skip(NOT_ALLOWED)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of this size at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full_disk(folder: Path, left: int = 0) -> Iterator[None]:
    """The small disk has no more than `left` bytes left, until the block ends."""
    filler = folder / "filler"
    with filler.open("wb") as stream:
        state = os.statvfs(folder)
        for _ in range(max(0, state.f_bavail * state.f_frsize - left) // 4096):
            stream.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody can write to `folder`, not even root, until the block ends."""
    mount("--bind", str(folder), str(folder))
    try:
        mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
