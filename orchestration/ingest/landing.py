"""The landing folder: which file is which object of which source, and when it was extracted."""

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from orchestration.errors import ConfigurationError
from orchestration.ingest.source_config import SourceConfig

FileFormat = Literal["csv", "jsonl", "parquet", "xlsx", "xls"]
READABLE: tuple[FileFormat, ...] = ("csv", "jsonl", "parquet", "xlsx")
# .xls only to report that the file has to be saved as .xlsx
SUFFIXES: dict[str, tuple[FileFormat, bool]] = {
    f".{file_format}{packed}": (file_format, bool(packed))
    for file_format in (*READABLE, "xls")
    for packed in ("", ".gz")
}
FOLDER_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FOLDER_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
# line ends and control characters, and bytes of a name that are not UTF-8
UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)")


@dataclass(frozen=True)
class LandedFile:
    """One file of one object; its instants are UTC without a zone."""

    source: str
    object: str
    path: Path
    name: str
    """Path below the landing folder, with `/`."""
    format: FileFormat
    is_compressed: bool
    extracted_at: datetime | None
    """None if neither the folder nor the name of the file dates it."""
    size: int
    modified_at: datetime
    is_shared: bool = False
    """Several objects read it: one its rows, the others what they unnest from them."""


@dataclass(frozen=True)
class Landing:
    """The files of all sources in the order of their names, and a line for each thing that was ignored."""

    files: list[LandedFile]
    warnings: list[str]


def scan_landing(
    root: Path, configs: Mapping[str, SourceConfig], zone: ZoneInfo, only: Collection[str] | None = None
) -> Landing:
    """List the landing folder without opening a file; the day of a folder ends in `zone`.

    `only` limits it to the folders of some sources. Raises ConfigurationError for an empty folder, an unknown source, a
    folder whose name is not a date, a link that leads outside, and a file that two objects claim.
    """
    if not root.is_dir():
        raise ConfigurationError(
            f"{root}: the landing folder does not exist; make it and put extracts in as <source>/<YYYY-MM-DD>/<files>."
        )
    landing = Landing([], [])
    for entry in _visible(root, root):
        if only is not None and entry.name not in only:
            continue
        if entry.is_dir():
            if entry.name not in configs:
                raise ConfigurationError(
                    f"{entry}: unknown source '{entry.name}'; known are {', '.join(configs)}. "
                    f"Rename the folder or add sources/{entry.name}.yml."
                )
            _scan_source(root, entry, configs[entry.name], zone, landing)
        elif entry.name != "settings.yml":
            landing.warnings.append(f"{entry.name}: ignored, because files belong in a folder <source>/<YYYY-MM-DD>.")
    if not landing.files:
        raise ConfigurationError(
            f"{root}: the landing folder holds no extract; put files in as <source>/<YYYY-MM-DD>/<files>. "
            + " ".join(landing.warnings)
        )
    return landing


@contextmanager
def unchanged(files: Iterable[LandedFile], root: Path) -> Iterator[None]:
    """Raise as `refuse_changed` does, at the end of the block or in place of an error in it."""
    try:
        yield
    except Exception:
        refuse_changed(files, root)
        raise
    refuse_changed(files, root)


def refuse_changed(files: Iterable[LandedFile], root: Path) -> None:
    """Raise ConfigurationError if a file has changed since the landing folder was listed, or is gone.

    Of a file that grows while it is read, a part would be taken for the whole, and what is missing for deleted.
    """
    for file in files:
        try:
            status = file.path.stat()
        except OSError as error:
            raise gone(file.name, root) from error
        if (status.st_size, _modified_at(status)) != (file.size, file.modified_at):
            raise ConfigurationError(
                f"{file.name}: it changed while the run read it ({file.size:,} bytes before, {status.st_size:,} now), "
                "so nothing of it was loaded. Deliver a file under a name that begins with a dot and rename it when it "
                "is whole; then run again."
            )


def gone(name: str, root: Path) -> ConfigurationError:
    """The error for a file or folder that was there when the run began."""
    where = "" if root.is_dir() else f" The landing folder {root} is gone too: check that its disk is mounted."
    return ConfigurationError(
        f"{name}: it was there when the run began and cannot be read any more, so nothing of it was loaded.{where} "
        "Put it back, then run again."
    )


def _modified_at(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1_000_000, UTC).replace(tzinfo=None)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of `day` in `zone`, as UTC without a zone."""
    return datetime.combine(day, time.max, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _visible(root: Path, folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if UNUSABLE.search(entry.name):
            # a line end would break messages into lines, and half a character cannot be written anywhere
            raise ConfigurationError(
                f"{folder}: the name {entry.name!a} has characters that cannot be shown; rename it."
            )
        if entry.is_symlink():
            _refuse_link(root, entry)
        yield entry


def _refuse_link(root: Path, entry: Path) -> None:
    try:
        target = entry.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ConfigurationError(f"{entry}: a link that leads nowhere; put the file itself there.") from error
    if not target.is_relative_to(root.resolve()):
        raise ConfigurationError(
            f"{entry}: a link that leads out of the landing folder, to {target}; put the file itself there."
        )


def _scan_source(root: Path, folder: Path, config: SourceConfig, zone: ZoneInfo, landing: Landing) -> None:
    for entry in _visible(root, folder):
        if not entry.is_dir():
            _add_file(root, entry, config, _day_in_name(entry.name, zone), landing)
            continue
        extracted_at = _instant_of_folder(entry, zone)
        for path in _visible(root, entry):
            if path.is_dir():
                landing.warnings.append(f"{path.relative_to(root).as_posix()}: ignored, because it is a folder.")
            else:
                _add_file(root, path, config, extracted_at, landing)


def _instant_of_folder(folder: Path, zone: ZoneInfo) -> datetime:
    try:
        if FOLDER_DAY.fullmatch(folder.name):
            return end_of_day(date.fromisoformat(folder.name), zone)
        if FOLDER_INSTANT.fullmatch(folder.name):
            return datetime.strptime(folder.name, "%Y-%m-%dT%H%M%SZ")
    except (ValueError, OverflowError):
        pass  # such as 2017-02-31, which is not a date
    raise ConfigurationError(
        f"{folder}: '{folder.name}' is not a date; name the folder after the time of the extract, "
        "such as 2017-12-31 or 2017-12-31T180000Z."
    )


def _day_in_name(name: str, zone: ZoneInfo) -> datetime | None:
    for match in DAY_IN_NAME.finditer(name):
        try:
            return end_of_day(date(int(match[1]), int(match[3]), int(match[4])), zone)
        except (ValueError, OverflowError):
            continue  # eight digits that are not a date, such as an order number
    return None


def _add_file(root: Path, path: Path, config: SourceConfig, extracted_at: datetime | None, landing: Landing) -> None:
    name = path.relative_to(root).as_posix()
    suffix = next((suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix)), None)
    if suffix is None:
        landing.warnings.append(
            f"{name}: ignored, because only .{', .'.join(READABLE)}, plain or .gz, can be read; export it as CSV."
        )
        return
    stem = path.name[: -len(suffix)].lower()
    objects = [key for key, found in config.objects.items() if found.claims(stem)]
    if not objects:
        known = ", ".join(pattern for found in config.objects.values() for pattern in found.file_patterns)
        kept_out = dict.fromkeys(pattern for found in config.objects.values() for pattern in found.not_files)
        but = f", and not {', '.join(kept_out)}" if kept_out else ""
        landing.warnings.append(f"{name}: ignored, because sources/{config.source}.yml knows only {known}{but}.")
        return
    file_format, is_compressed = SUFFIXES[suffix]
    # an object with `unnest` is inside the rows of another object, and only JSON is nested
    whole = [key for key in objects if config.objects[key].unnest is None]
    if file_format != "jsonl":
        objects = whole or objects
    rivals = objects if file_format != "jsonl" else whole
    if len(rivals) > 1:
        raise ConfigurationError(
            f"{name}: both '{rivals[0]}' and '{rivals[1]}' of sources/{config.source}.yml claim this file; "
            "narrow their 'files' patterns or rename the file."
        )
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        # opening a named pipe would wait for ever
        landing.warnings.append(f"{name}: ignored, because it is not a file; put the file itself there.")
        return
    landing.files.extend(
        LandedFile(
            source=config.source,
            object=found,
            path=path,
            name=name,
            format=file_format,
            is_compressed=is_compressed,
            extracted_at=extracted_at,
            size=status.st_size,
            modified_at=_modified_at(status),
            is_shared=len(objects) > 1,
        )
        for found in objects
    )
