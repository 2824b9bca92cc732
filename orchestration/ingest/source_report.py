"""The sources and the check of one of them as lines of text for the command line."""

from collections.abc import Mapping, Sequence

from orchestration.ingest.source_check import CheckedObject, Finding, SourceCheck
from orchestration.ingest.source_config import SourceConfig


def source_lines(configs: Mapping[str, SourceConfig]) -> list[str]:
    """One line per source: name, kind, how often it is expected, number of objects, description."""
    rows = [
        [
            name,
            config.kind,
            f"every {config.expected_every_days} d",
            f"{len(config.objects)} objects",
            config.description,
        ]
        for name, config in configs.items()
    ]
    return _table(rows)


def check_lines(check: SourceCheck) -> list[str]:
    """The files with their objects, then each object with its columns, values and keys, then ignored files."""
    order = list(check.config.objects)
    groups = sorted(check.files.values(), key=lambda group: (order.index(group.object), group.name))
    rows = [["file", "object", "format", "files", "rows", "set aside"]] + [
        [group.name, group.object, group.format, f"{group.files:,}", f"{group.rows:,}", f"{group.set_aside:,}"]
        for group in groups
    ]
    lines = [f"{check.config.source}: {check.folder}", "", *_table(rows, numbers={3, 4, 5})]
    for found in check.objects.values():
        lines += ["", *_object_lines(found)]
    with_files = {group.object for group in groups}
    without = [
        f"{name} ({', '.join(found.file_patterns)})"
        for name, found in check.config.objects.items()
        if name not in with_files
    ]
    if without:
        lines += ["", f"no file for: {', '.join(without)}"]
    if check.warnings:
        lines += ["", *check.warnings]
    verdict = f"would not load: {len(check.errors)} to correct" if check.errors else "would load"
    return [*lines, "", f"{check.config.source} {verdict}; nothing was written"]


def _object_lines(found: CheckedObject) -> list[str]:
    # a required column that is missing is an error, and its file was not read
    lines = [_in_files("missing, optional", found.missing, found)] if found.missing else []
    if found.unknown:
        lines.append(_in_files("unknown, kept as extras", found.unknown, found))
    lines += [_counted(f"values unusable, {column}", finding) for column, finding in found.unparsable.items()]
    lines += [_counted(f"rows set aside, {reason}", finding) for reason, finding in found.set_aside.items()]
    if found.doubled:
        lines.append(_counted("keys on several rows", found.doubled))
    extracts = "1 extract" if found.extracts == 1 else f"{found.extracts} extracts"
    title = f"{found.name}, {found.config.extract}, {extracts}, key {', '.join(found.config.key)}"
    return [title, *(f"  {line}" for line in lines or ["every column is present and every value is valid"])]


def _in_files(what: str, columns: Mapping[str, int], found: CheckedObject) -> str:
    named = [
        name if count == found.files else f"{name} (in {count} of {found.files})" for name, count in columns.items()
    ]
    return f"{what}: {', '.join(named)}"


def _counted(what: str, finding: Finding) -> str:
    return f"{what}: {finding.count:,}; first {finding.first}"


def _table(rows: Sequence[Sequence[str]], numbers: frozenset[int] | set[int] = frozenset()) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
