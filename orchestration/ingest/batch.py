"""Which extracts of one object are read together: successive ones, up to a bound of bytes and files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from orchestration.ingest.landing import LandedFile

BATCH_BYTES = 64 * 1024 * 1024
"""Of text in one batch, so that memory does not grow with the number of files."""
BATCH_FILES = 2000
UNPACKED = 10
"""How many bytes of text a packed byte is taken for."""

Key = TypeVar("Key")


@dataclass(frozen=True)
class Batch:
    """Extracts of one object by their instants, in order, each with its files in the order of their names."""

    object: str
    extracts: Mapping[datetime, list[LandedFile]]

    @cached_property
    def files(self) -> list[LandedFile]:
        """All files; the place of a file in this list is its number in the batch."""
        return [file for files in self.extracts.values() for file in files]

    @cached_property
    def extract_numbers(self) -> list[int]:
        """For each file the number of its extract in the batch, from 1."""
        return [number for number, files in enumerate(self.extracts.values(), start=1) for _ in files]

    @cached_property
    def instants(self) -> list[datetime]:
        """The instant of each extract."""
        return list(self.extracts)


def batches(object_name: str, extracts: Mapping[datetime, list[LandedFile]]) -> Iterator[Batch]:
    """Cut `extracts` of one object into batches; an extract is never cut, so one that is larger is a batch alone."""
    ordered = {instant: sorted(files, key=lambda file: file.name) for instant, files in sorted(extracts.items())}
    for taken in portions(ordered):
        yield Batch(object_name, taken)


def portions(groups: Mapping[Key, list[LandedFile]]) -> Iterator[dict[Key, list[LandedFile]]]:
    """Cut `groups` of files into portions that are read together; a group is never cut."""
    taken: dict[Key, list[LandedFile]] = {}
    size = count = 0
    for key, files in groups.items():
        size_of_group = sum(_text_size(file) for file in files)
        if taken and (size + size_of_group > BATCH_BYTES or count + len(files) > BATCH_FILES):
            yield taken
            taken, size, count = {}, 0, 0
        taken[key] = files
        size, count = size + size_of_group, count + len(files)
    if taken:
        yield taken


def _text_size(file: LandedFile) -> int:
    is_packed = file.is_compressed or file.format in ("parquet", "xlsx")
    return file.size * (UNPACKED if is_packed else 1)
