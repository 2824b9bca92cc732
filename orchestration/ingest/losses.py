"""Full extracts that lose more records than a company loses from one extract to the next: held back until accepted.

A short export is well-formed, and would read as a mass deletion. So an extract from which too many records are missing
is left out of the log as a whole: it is compared with the state before it, and so is every later one.
"""

# What is formatted into SQL is our own.
# ruff: noqa: S608

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

# An extract of a source: source, object, day in the reporting time zone.
AcceptedExtract = tuple[str, str, date]


@dataclass(frozen=True)
class Loss:
    """How many records an object had before an extract, and how many of them are missing from it."""

    before: int = 0
    missing: int = 0

    @property
    def share(self) -> float:
        """The missing ones as a share of those before."""
        return self.missing / self.before if self.before else 0.0


@dataclass(frozen=True)
class LossLimits:
    """An extract is held back if more than `share` of the records and at least `rows` of them are missing from it."""

    share: float
    rows: int

    def is_large(self, loss: Loss) -> bool:
        """Whether the share is exceeded, however few records that are."""
        return loss.missing > self.share * loss.before

    def is_exceeded(self, loss: Loss) -> bool:
        """Whether the extract is held back, unless a person accepts it."""
        return self.is_large(loss) and loss.missing >= self.rows


def losses_of_batch(connection: duckdb.DuckDBPyConnection, extracts: int) -> dict[int, Loss]:
    """The loss of each extract of a batch by its number, as the tables `known` and `changes` have it."""
    row = connection.execute("select count(*) from known where _key_ordinal = 1 and _content is not null").fetchone()
    assert row is not None
    before: int = row[0]
    changed = {
        number: (growth, missing)
        for number, growth, missing in connection.execute(
            "select _extract, sum(_growth)::bigint, count_if(_is_gone) from changes where _key_ordinal = 1 group by all"
        ).fetchall()
    }
    losses = {}
    for number in range(1, extracts + 1):
        growth, missing = changed.get(number, (0, 0))
        losses[number] = Loss(before, missing)
        before += growth
    return losses


def losses_since(connection: duckdb.DuckDBPyConnection, first: int, arriving: str, defended: str) -> Mapping[int, Loss]:
    """The loss of each extract from `first` on that was read whole, each against the state before `first`.

    An id of Salesforce of 15 characters and the same one of 18 are one record.
    """
    rows = connection.execute(
        f"""
        with standing as (
            select distinct {_record("_key")} as record
            from (
                select _key, 0 as _extract, _content is not null as is_there from known where _key_ordinal = 1
                union all
                select coalesce(_gone_key, staged._key), _extract, not _is_gone
                from changes left join staged on staged.rowid = _row
                where changes._key_ordinal = 1 and _extract < $first
            )
            group by _key
            having arg_max(is_there, _extract)
        ),
        present as (
            select distinct _extract, {_record("_key")} as record
            from (select _key, _extract from {arriving} union all select _key, _extract from {defended})
            where _extract >= $first
        )
        select _extract, (select count(*) from standing), (select count(*) from standing) - count(standing.record)
        from extracts
        left join present using (_extract)
        left join standing using (record)
        where _is_whole and _extract >= $first
        group by _extract
        """,
        {"first": first},
    ).fetchall()
    return {number: Loss(before, missing) for number, before, missing in rows}


def _record(key: str) -> str:
    return f"case when regexp_full_match({key}, '[A-Za-z0-9]{{18}}') then left({key}, 15) else {key} end"


def first_decided_otherwise(
    recorded: Mapping[datetime, tuple[Loss, bool]], limits: LossLimits, accepted: Collection[datetime]
) -> datetime | None:
    """The first extract that would be held back and was not, or the other way round; None if there is none.

    `recorded` has the loss of each extract of an object and whether it was held back. What comes after the first one
    must be read again, because it was compared with another state.
    """
    for instant, (loss, is_held_back) in sorted(recorded.items()):
        if is_held_back != (limits.is_exceeded(loss) and instant not in accepted):
            return instant
    return None
