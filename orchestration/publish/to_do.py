"""What needs attention: late sources, rows set aside, warnings, and breaks without a review."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestration.publish.ops_queries import Row, Rows

NAMED = 3


@dataclass(frozen=True)
class ToDo:
    """`what` needs attention, what it `changes`, the `action` that ends it, and its `section` on the ops page."""

    what: str
    changes: str
    action: str
    section: str


def to_do_list(freshness: Rows, quarantine: Rows, warnings: Rows, breaks: Rows) -> list[ToDo]:
    """The most costly first: late sources, rows in no number, doubtful records, breaks without a review.

    Within each group the largest come first. Arguments: the rows of `freshness`, `quarantine`, `failing_checks` that
    do not stop a publish, and `breaks`. Critical checks are not in it: they have cards of their own.
    """
    return [
        *_late(freshness),
        *_set_aside(quarantine),
        *_warned(sorted(warnings, key=lambda check: -(check["unexpected_count"] or 0))),
        *_to_review(sorted(breaks, key=_breadth)),
    ]


def awaits_review(row: Row) -> bool:
    """Whether nobody has confirmed or dismissed this detected break."""
    return bool(row["is_reviewable"] and row["origin"] == "detected" and row["review"] is None)


def _late(freshness: Rows) -> Iterator[ToDo]:
    for source in sorted(freshness, key=lambda row: -(row["days_behind"] or 0)):
        owner = source["owner"] or "its owner"
        if source["status"] == "late":
            yield ToDo(
                f"{source['source']} is {source['days_behind']} days behind (expected every "
                f"{_counted(source['expected_every_days'], 'day')})",
                f"Its numbers end on {source['newest_extract_at']:%Y-%m-%d}.",
                f"Ask {owner} for the extracts; if it is retired, write its last day under "
                "sources_ended in settings.yml.",
                "freshness",
            )
        elif source["status"] == "delivers_after_end":
            yield ToDo(
                f"{source['source']} still delivers after its end on {source['ended_on']}",
                "Its records count although it is retired.",
                f"Ask {owner} to stop the export, or correct sources_ended in settings.yml.",
                "freshness",
            )


def _set_aside(quarantine: Rows) -> Iterator[ToDo]:
    for row in quarantine:
        first, reason = row["first_lines"][0], row["reason"].replace("_", " ")
        yield ToDo(
            f"{_counted(row['row_count'], 'row')} of {row['source']} {row['object']}: {reason}",
            "Not counted in any number until corrected.",
            f"Correct the file and deliver it again. First: {first['file']}, line {first['line']}.",
            "quarantine",
        )


def _warned(warnings: Sequence[Row]) -> Iterator[ToDo]:
    for check in warnings:
        count = check["unexpected_count"]
        yield ToDo(
            f"{_rule(check['check_name'])}: not true in {check['target']}"
            + ("" if count is None else f", {_counted(count, 'row')}"),
            f"May change {_named(check['marts'] or [])}.",
            f"{check['fix'] or 'See the check in the Data Docs.'} Owner: {check['owner'] or 'not named'}.",
            "warnings",
        )


def _to_review(breaks: Sequence[Row]) -> Iterator[ToDo]:
    for row in breaks:
        if awaits_review(row):
            metrics = [metric.replace("_", " ") for metric in (row["metrics"] or "").split(",") if metric]
            yield ToDo(
                f"{row['kind'].replace('_', ' ')} in {row['source']} {row['object']}.{row['field']} from "
                f"{row['starts_on']}, {row['population'].replace('_', ' ')}",
                f"{_consequence(row)}: {_named(metrics)}.",
                f"Confirm or dismiss {row['break_id']} in the register collection_break_reviews.",
                "breaks",
            )


def _consequence(row: Row) -> str:
    if row["unrecorded_from"] is None:
        return "Decides whether periods may be compared"
    if row["is_trusted"]:
        return "Makes figures null unless it is dismissed"
    return "Would make figures null if it is confirmed"


def _rule(check_name: str) -> str:
    return check_name.removeprefix("gx_").replace("_", " ").capitalize()


def _breadth(row: Row) -> tuple[bool, bool, int, str]:
    return (
        row["unrecorded_from"] is None,
        row["population"] != "all",
        -len((row["metrics"] or "").split(",")),
        row["break_id"],
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (", ".join(names[:NAMED]) or "no published number") + more
