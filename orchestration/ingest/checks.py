"""Which rows are set aside and which values cannot be parsed, as SQL over the text of the declared columns."""

from dataclasses import dataclass

from orchestration.ingest.landing import FileFormat
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import DATED, WRITTEN, Column, ColumnType, ObjectConfig
from orchestration.ingest.unknown_cells import FORMULA, MERGED
from orchestration.ingest.values import certainly_parsed, literal, looks_like, macro, parsed, trimmed

LOCAL_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?"
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?"
EXPECTED = {
    ColumnType.ID: "the whole id, which a spreadsheet has rounded; export it again, as text",
    ColumnType.TEXT: "the value",
    ColumnType.NAME: "the value",
    ColumnType.CODE: "the value",
    ColumnType.DATE: "a date such as 2017-12-31",
    ColumnType.MONTH: "a month such as 2017-12",
    ColumnType.PERIOD: "the first day of the period such as 2017-10-01",
    ColumnType.INSTANT: "a date or an instant such as 2017-12-31T18:00:00Z",
    ColumnType.INTEGER: "a whole number such as 1234",
    ColumnType.BOOLEAN: "true or false",
}
# What a spreadsheet wrote for a value that it does not know, and what to do.
UNKNOWN_CELLS = {
    FORMULA: "the formula has no stored value; open the workbook in a spreadsheet and save it",
    MERGED: "the cell is merged with another one; unmerge it and write its value",
}
TOO_NARROW = "the column was too narrow to show the value; widen it and export it again"
CELL_ERROR = "the formula of the cell has an error; correct it and save it again"
CONTRADICTION = "contradiction"
CUT_ID = "the ids are cut to 15 digits, as a spreadsheet does; export them again, as text"


@dataclass(frozen=True)
class Check:
    """One reason to set a row aside: `condition` is SQL that is true for such a row."""

    column: str
    reason: str
    condition: str
    fix: str


def as_declared(column: Column, text: str, file_format: FileFormat) -> str:
    """SQL for a delivered text in the form that the column declares.

    It differs from the text only for formats with dates and numbers of their own.
    """
    if column.format is None or file_format not in ("parquet", "xlsx"):
        return text
    if column.type is ColumnType.DECIMAL:
        written = f"replace({text}, '.', '{column.format[5]}')"
        return f"case when {looks_like(text, NUMBER)} then {written} else {text} end"
    written = f"strftime(try_cast({text} as timestamp), {literal(column.format)})"
    return f"case when {looks_like(text, LOCAL_INSTANT)} then coalesce({written}, {text}) else {text} end"


def expected(column: Column) -> str:
    """What a value of the column looks like, for people."""
    if column.format is not None:
        return f"a {column.type.value} of the form {column.format}"
    if column.type is ColumnType.DECIMAL:
        number = f"a number such as 1234.50, without thousands separators, below 10^{column.most_digits}"
        return f"{number}, or set the column's 'format'"
    by_format = ", or set the column's 'format'" if column.type in DATED else ""
    return EXPECTED[column.type] + by_format


def fix(text: str, otherwise: str) -> str:
    """SQL for what to do about an unusable text: `otherwise`, also SQL, unless it is a cell that has no known value."""
    known = " ".join(f"when {text} = '{word}' then {literal(advice)}" for word, advice in UNKNOWN_CELLS.items())
    error = f"case when starts_with({text}, '##') then {literal(TOO_NARROW)} else {literal(CELL_ERROR)} end"
    return f"case {known} when {macro('is_unknown_cell', text)} then {error} else {otherwise} end"


def row_checks(config: ObjectConfig, *, quick: bool = False) -> list[Check]:
    """The checks of an object in the order in which the first one that fails is reported.

    The `quick` ones also fail for a value in an unusual spelling: only the others can tell whether it is usable.
    """
    checks: list[Check] = []
    for name, column in config.columns.items():
        text = quoted(name)
        if config.is_required(name) and not column.blank_allowed:
            reason = "missing_key" if name in config.key else "blank_required"
            checks.append(Check(name, reason, f"{text} is null", "fill it in"))
        if _sets_row_aside(config, name):
            unparsable = _unparsable(column, text, quick)
            is_own_id = column.type is ColumnType.ID and name in config.key
            reason = "damaged_id" if is_own_id else "unparsable_required"
            checks.append(Check(name, reason, unparsable, f"write {expected(column)}"))
            if is_own_id:
                # Only the whole column shows it: ids.py marks these rows.
                checks.append(Check(name, "cut_id", "false", CUT_ID))
        for limit, is_below, wanted in ((column.minimum, "<", "{} or more"), (column.above, "<=", "more than {}")):
            if limit is not None:
                number = f"try_cast({text} as double)" if quick and column.format is None else parsed(column, text)
                below = f"coalesce({number} {is_below} {limit}, false)"
                if quick:
                    below = f"({below} or {_unparsable(column, text, quick)})"
                checks.append(Check(name, "below_minimum", below, f"write {wanted.format(limit)}"))
        if column.values is not None:
            allowed = ", ".join(literal(value) for value in column.values)
            outside = f"coalesce({text if quick else trimmed(text)} not in ({allowed}), false)"
            checks.append(Check(name, "value_not_allowed", outside, f"write one of {', '.join(column.values)}"))
    # Only other rows show it: keys.py marks these rows.
    checks += [
        Check(
            name,
            CONTRADICTION,
            "false",
            f"rows with the same {named_key(config)} contradict each other; keep the right one",
        )
        for name in decisive(config)
    ]
    return sorted(checks, key=lambda check: check.reason != "missing_key")


def decisive(config: ObjectConfig) -> list[str]:
    """The columns in which rows of one key contradict each other, of an object that has one row per key."""
    columns = config.columns.items() if config.one_row_per_key else ()
    return [name for name, column in columns if name not in config.key and not column.remark]


def named_key(config: ObjectConfig) -> str:
    """The columns of the key, for people."""
    *others, last = config.key
    return f"{', '.join(others)} and {last}" if others else last


def unparsable_values(config: ObjectConfig, *, quick: bool = False) -> dict[str, str]:
    """For each column that may be missing: SQL that is true if its value cannot be parsed; `quick` as in row_checks."""
    return {
        name: _unparsable(column, quoted(name), quick)
        for name, column in config.columns.items()
        if not _sets_row_aside(config, name)
    }


def _unparsable(column: Column, text: str, quick: bool) -> str:
    usable = certainly_parsed(column, text) if quick else f"{parsed(column, text)} is not null"
    return f"({text} is not null and not {usable})"


def _sets_row_aside(config: ObjectConfig, name: str) -> bool:
    # A row is kept without a reference that may be blank.
    is_reference = config.columns[name].type in WRITTEN and name not in config.key
    return config.is_required(name) and not (is_reference and config.columns[name].blank_allowed)
