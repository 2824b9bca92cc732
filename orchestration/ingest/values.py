"""What the text of a column means, as SQL: by the macros of dbt_project/macros/portable, as the models read it.

So there is one definition of which dates, numbers and words count: what ingest accepts is never null in the models.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment

from orchestration.ingest.source_config import Column, ColumnType
from orchestration.settings import PROJECT
from orchestration.yaml_file import load_yaml

MACROS = PROJECT / "dbt_project" / "macros" / "portable"
WORDS = Path(__file__).parent / "words_for_nothing.yml"
MILLISECONDS = "[0-9]{12,13}"
USUAL_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
USUAL_INSTANT = USUAL_DAY + r"([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
# How a spreadsheet or a program writes an id that it has taken for a large number.
ROUNDED_ID = "[+-]?[0-9]([.,][0-9]+)?[eE][+][0-9]{1,3}|[+-]?[0-9][.,][0-9]+[eE][0-9]{1,3}"


@cache
def _macros() -> Any:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(MACROS.glob("*.sql")))
    return Environment(autoescape=False).from_string(text).module


@cache
def macro(name: str, *arguments: object) -> str:
    """The SQL that a macro of dbt_project/macros/portable makes of SQL expressions and options."""
    return str(getattr(_macros(), name)(*arguments)).strip()


def trimmed(expression: str) -> str:
    """SQL for a text without what is invisible around it."""
    return macro("trimmed", expression)


def looks_like(expression: str, pattern: str) -> str:
    """SQL for whether a text, without what is invisible around it, matches a pattern as a whole."""
    return macro("looks_like", expression, pattern)


def not_blank(column: Column | None, expression: str) -> str:
    r"""SQL for a delivered text as it is, null where it is blank or a word for nothing, such as NULL or \N.

    Which words these are depends on the type of the column; None is a column that is not declared. A declared one is
    without the signs by which spreadsheets know a text.
    """
    kind: Literal["names", "texts", "values"]
    if column is None or column.type is ColumnType.NAME:
        kind, word = "names", expression
    else:
        is_text = column.type is ColumnType.ID or (column.type is ColumnType.TEXT and column.values is None)
        kind = "texts" if is_text else "values"
        word = f"lower({trimmed(expression)})"
    words = words_for_nothing(kind)
    # The first character spares the usual value everything else.
    first = f"ascii({expression})"
    usual = " or ".join(f"{first} between {start} and {end}" for start, end in _other_beginnings(words))
    marked = ""
    if column is not None:
        # a text that programs write so for a spreadsheet: ="00123"
        formula = f"starts_with({expression}, '=\"') and ends_with({expression}, '\"') and length({expression}) > 2"
        marked = f"when {formula} then nullif(substr({expression}, 3, length({expression}) - 3), '') "
        if column.type is ColumnType.ID:
            # the sign of a text in a cell: '00123
            marked += f"when regexp_matches({expression}, '^''[0-9A-Za-z]') then substr({expression}, 2) "
    return (
        f"case when {usual} then {expression} {marked}"
        f"when {macro('is_word', word, literal('|'.join(words)))} then null "
        f"when not ({first} between 33 and 126) and {trimmed(expression)} = '' then null else {expression} end"
    )


@cache
def words_for_nothing(kind: Literal["names", "texts", "values"]) -> tuple[str, ...]:
    """The words that count as blank in a kind of column; for texts and values in lower case."""
    content, _ = load_yaml(WORDS)
    words: list[str] = content["every_column"]
    if kind == "names":
        return tuple(words)
    words = words + content["texts_and_values"] + (content["values"] if kind == "values" else [])
    return tuple(dict.fromkeys(word.lower() for word in words))


@cache
def _other_beginnings(words: tuple[str, ...]) -> list[tuple[int, int]]:
    """The ranges of letters and digits with which none of the words begins, in lower or upper case, as code points."""
    taken = {letter for word in words for letter in (word[0], word[0].upper())}
    ranges: list[tuple[int, int]] = []
    for code in (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1), *range(ord("0"), ord("9") + 1)):
        if chr(code) in taken:
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = ranges[-1][0], code
        else:
            ranges.append((code, code))
    return ranges


def parsed(column: Column, text: str) -> str:
    """SQL for the value of a text, null if it has none; `text` is SQL; what is invisible around it is ignored."""
    match column.type:
        case ColumnType.DATE:
            return macro("parse_date", text, column.format)
        case ColumnType.MONTH:
            return macro("parse_month", text, column.format)
        case ColumnType.PERIOD:
            return macro("parse_period", text, column.fiscal_year_start_month, column.format)
        case ColumnType.INSTANT:
            return _instant(column, text)
        case ColumnType.DECIMAL:
            return macro("number_as_double", text, column.format, column.most_digits)
        case ColumnType.INTEGER:
            return macro("parse_integer", text, column.most_digits)
        case ColumnType.BOOLEAN:
            return macro("parse_boolean", text)
        case ColumnType.ID:
            known = f"case when not {macro('is_unknown_cell', text)} then {text} end"
            # A letter at its beginning, the usual case, spares the pattern.
            return (
                f"case when ascii({text}) between 65 and 122 then {text} "
                f"when {looks_like(text, ROUNDED_ID)} then null else {known} end"
            )
        case ColumnType.TEXT | ColumnType.NAME | ColumnType.CODE:
            return f"case when not {macro('is_unknown_cell', text)} then {text} end"


def certainly_parsed(column: Column, text: str) -> str:
    """SQL that is true only where a text has a value, and in the usual spelling: cheap to plan for many small files."""
    match column.type:
        case ColumnType.ID:
            # A rounded id has an e behind digits, and what a spreadsheet does not know begins with # or Err:.
            is_word = f"(ascii({text}) between 65 and 122 and not starts_with({text}, 'Err:'))"
            return f"({is_word} or not (contains({text}, 'e') or contains({text}, 'E') or starts_with({text}, '#')))"
        case ColumnType.TEXT | ColumnType.NAME | ColumnType.CODE:
            return f"not (starts_with({text}, '#') or starts_with({text}, 'Err:'))"
        case ColumnType.BOOLEAN:
            return f"{text} in ('true', 'false', '1', '0')"
        case ColumnType.INTEGER:
            return f"regexp_full_match({text}, '-?[0-9]{{1,{column.most_digits}}}')"
        case ColumnType.DECIMAL if column.format is None:
            return f"regexp_full_match({text}, '-?[0-9]{{1,{column.most_digits - 1}}}([.][0-9]+)?')"
        case ColumnType.INSTANT if column.format is None:
            in_all_zones = f"coalesce(try_cast({text} as timestamptz) <= {_latest_instant()}, false)"
            return f"(regexp_full_match({text}, '{USUAL_INSTANT}') and {in_all_zones})"
        case ColumnType.DATE | ColumnType.MONTH | ColumnType.PERIOD if column.format is None:
            return f"(regexp_full_match({text}, '{USUAL_DAY}') and try_cast({text} as date) is not null)"
    return f"{parsed(column, text)} is not null"


def _instant(column: Column, text: str) -> str:
    formatted = f"timezone('UTC', {macro('formatted_instant', text, column.format)})" if column.format else None
    if formatted and column.format and column.format.startswith("%Y"):
        return formatted
    instant = f"try_cast({macro('canonical_instant', text)} as timestamptz)"
    written = f"list_filter([{instant}], lambda instant: instant <= {_latest_instant()})[1]"
    if column.milliseconds:
        number = f"to_timestamp(try_cast({trimmed(text)} as bigint) / 1000)"
        written = f"case when {looks_like(text, MILLISECONDS)} then {number} else {written} end"
    return f"coalesce({formatted}, {written})" if formatted else written


def _latest_instant() -> str:
    return f"timezone('UTC', {macro('latest_instant')})"


def shown(text: str) -> str:
    r"""SQL for a value as a message shows it: on one line, at most 200 characters, what is invisible as \u200b."""
    one_line = f"left(regexp_replace({text}, '[ \\t\\r\\n]+', ' ', 'g'), 200)"
    code = "'\\u' || lpad(lower(hex(unicode(c))), 4, '0')"
    is_hidden = f"c != ' ' and regexp_matches(c, '[{macro('invisible')}]')"
    spelled = f"list_transform(string_split({one_line}, ''), lambda c: case when {is_hidden} then {code} else c end)"
    is_ascii = f"regexp_full_match({one_line}, '[ -~]*')"
    return f"case when {is_ascii} then {one_line} else array_to_string({spelled}, '') end"


def literal(text: str) -> str:
    """A text of our own YAML as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
