"""Files that readers have open: written under a hidden name, made durable, then put in place in one step."""

import hashlib
import os
import shutil
import uuid
from pathlib import Path

NEW_PREFIX = ".new-"


def make_private_folder(path: Path) -> None:
    """Make `path` and its missing parents, readable only by the owner (0700)."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)


def new_path(folder: Path, name: str) -> Path:
    """A hidden path in `folder` that nobody else uses, to become `name` by `put_in_place`."""
    return folder / f"{NEW_PREFIX}{uuid.uuid4().hex}-{name}"


def remove_leftovers(folder: Path) -> None:
    """Remove what crashed runs left under hidden names. Call it only while you hold the writer's lock."""
    for path in folder.glob(f"{NEW_PREFIX}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def make_durable(path: Path) -> None:
    """Wait until the file or folder `path` is on the disk, so that a loss of power cannot empty it later."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(new: Path, target: Path) -> None:
    """Replace `target` by the file `new` in one step. Readers that have the old one open keep it."""
    new.chmod(0o600)
    make_durable(new)
    # a log that was written for the old file must not be replayed into the new one
    target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
    new.replace(target)
    # if both names were already one file, the replacement leaves the new name behind
    new.unlink(missing_ok=True)
    make_durable(target.parent)


def link_in_place(file: Path, target: Path) -> None:
    """Let `target` be the same file as `file`, in one step; a copy where the file system has no hard links."""
    new = new_path(target.parent, target.name)
    try:
        os.link(file, new)
    except OSError:
        shutil.copyfile(file, new)
    put_in_place(new, target)


def write_text_in_place(target: Path, text: str) -> None:
    """Write `text` as UTF-8 and put it in place of `target`."""
    new = new_path(target.parent, target.name)
    new.write_text(text, encoding="utf-8")
    put_in_place(new, target)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
