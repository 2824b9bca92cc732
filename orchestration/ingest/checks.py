"""Which rows are set aside and which values cannot be parsed, as SQL over the text of the declared columns."""

from dataclasses import dataclass

from orchestration.ingest.landing import FileFormat
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import Column, ColumnType, ObjectConfig

BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
TRUE_AND_FALSE = ("true", "false", "1", "0", "yes", "no", "t", "f")
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
INSTANT = DAY + "([T ]" + TIME + "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
MILLISECONDS = "[0-9]{12,13}"
LOCAL_INSTANT = DAY + "([T ]" + TIME + ")?"
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?"
EXPECTED = {
    ColumnType.DATE: "a date as 2017-12-31",
    ColumnType.INSTANT: "a date or an instant as 2017-12-31T18:00:00Z",
    ColumnType.DECIMAL: "a number as 1234.50, without separators of thousands",
    ColumnType.INTEGER: "a whole number as 1234",
    ColumnType.BOOLEAN: "true or false",
}


@dataclass(frozen=True)
class Check:
    """One reason to set a row aside: `condition` is SQL that is true for such a row."""

    column: str
    reason: str
    condition: str
    fix: str


def trimmed(expression: str) -> str:
    """SQL for a text without the blanks around it."""
    return f"trim({expression}, {BLANKS})"


def not_blank(expression: str) -> str:
    """SQL for a text as it is, null if it is blank."""
    # A visible first character, the usual case, spares the trimming.
    return f"case when ascii({expression}) between 33 and 126 or {trimmed(expression)} != '' then {expression} end"


def parsed(column: Column, text: str) -> str:
    """SQL for the value of a text, null if it has none; `text` is SQL; blanks around the value are ignored."""
    match column.type:
        case ColumnType.DATE | ColumnType.INSTANT if column.format is not None:
            # A year of two digits would be read as a year of antiquity.
            instant = f"try_strptime({text}, {literal(column.format)})"
            return f"case when year({instant}) >= 1000 then {instant} end"
        case ColumnType.DATE:
            return f"case when {_looks_like(text, DAY)} then try_cast({text} as date) end"
        case ColumnType.INSTANT:
            milliseconds = (
                f" when {_looks_like(text, MILLISECONDS)} then to_timestamp(try_cast({trimmed(text)} as bigint) / 1000)"
                if column.milliseconds
                else ""
            )
            return f"case when {_looks_like(text, INSTANT)} then try_cast({text} as timestamptz){milliseconds} end"
        case ColumnType.DECIMAL:
            plain, form = text, NUMBER
            if column.format is not None:
                thousands, point = column.format[1], column.format[5]
                plain = f"replace(replace({text}, '{thousands}', ''), '{point}', '.')"
                form = rf"[+-]?([0-9]{{1,3}}([{thousands}][0-9]{{3}})+|[0-9]+)([{point}][0-9]*)?"
            # Only to check whether it is a number and how large; a cast to a wide decimal takes forty times as long.
            number = f"try_cast({plain} as double)"
            return f"case when {_looks_like(text, form)} and abs({number}) < 1e18 then {number} end"
        case ColumnType.INTEGER:
            return f"case when {_looks_like(text, '[+-]?[0-9]+')} then try_cast({text} as bigint) end"
        case ColumnType.BOOLEAN:
            word = f"lower({trimmed(text)})"
            return f"case when {word} in {TRUE_AND_FALSE} then {word} in ('true', '1', 'yes', 't') end"
    return text


def as_declared(column: Column, text: str, file_format: FileFormat) -> str:
    """SQL for a delivered text in the form that the column declares.

    It differs from the text only for formats with dates and numbers of their own.
    """
    if column.format is None or file_format not in ("parquet", "xlsx"):
        return text
    if column.type is ColumnType.DECIMAL:
        written = f"replace({text}, '.', '{column.format[5]}')"
        return f"case when {_looks_like(text, NUMBER)} then {written} else {text} end"
    written = f"strftime(try_cast({text} as timestamp), {literal(column.format)})"
    return f"case when {_looks_like(text, LOCAL_INSTANT)} then coalesce({written}, {text}) else {text} end"


def _looks_like(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, '\\s*({pattern})\\s*')"


def literal(text: str) -> str:
    """A text of our own YAML as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def expected(column: Column) -> str:
    """What a value of the column looks like, for people."""
    if column.format is not None:
        return f"a {column.type.value} of the form {column.format}"
    return EXPECTED.get(column.type, "a text")


def row_checks(config: ObjectConfig) -> list[Check]:
    """The checks of an object in the order in which the first one that fails is reported."""
    checks: list[Check] = []
    for name, column in config.columns.items():
        text = quoted(name)
        if config.must_be_in_file(name) and not column.blank_allowed:
            reason = "missing_key" if name in config.key else "blank_required"
            checks.append(Check(name, reason, f"{text} is null", "fill it in"))
        if config.must_be_in_file(name) and column.type is not ColumnType.TEXT:
            unparsable = f"({text} is not null and {parsed(column, text)} is null)"
            checks.append(Check(name, "unparsable_required", unparsable, f"write {expected(column)}"))
        if column.minimum is not None:
            below = f"coalesce({parsed(column, text)} < {column.minimum}, false)"
            checks.append(Check(name, "below_minimum", below, f"write {column.minimum} or more"))
        if column.values is not None:
            allowed = ", ".join(literal(value) for value in column.values)
            outside = f"coalesce({trimmed(text)} not in ({allowed}), false)"
            checks.append(Check(name, "value_not_allowed", outside, f"write one of {', '.join(column.values)}"))
    return sorted(checks, key=lambda check: check.reason != "missing_key")


def unparsable_values(config: ObjectConfig) -> dict[str, str]:
    """For each typed column that may be missing: SQL that is true if its value cannot be parsed."""
    return {
        name: f"({quoted(name)} is not null and {parsed(column, quoted(name))} is null)"
        for name, column in config.columns.items()
        if column.type is not ColumnType.TEXT and not config.must_be_in_file(name)
    }
