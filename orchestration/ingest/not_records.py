"""Rows that are not records: blank ones, repeated headers, lines below them, totals and the footers of reports.

They are left out and counted as such. They are not damage: a file that has them was read whole.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import ObjectConfig
from orchestration.ingest.values import literal, trimmed

BLANK, HEADER, SEPARATOR, TOTAL, FOOTER = "blank row", "repeated header", "separator", "total", "footer"
TOTAL_WORD = (
    "((grand|sub|overall)[ -]?)?(total|totals|sum|summe|gesamt|gesamtsumme|gesamtergebnis|ergebnis|zwischensumme|"
    "teilergebnis|insgesamt|totaal|totale|totaux|suma|somme|soma|jumlah|razem|celkem|toplam|итого|всего|合计|总计|小计|"
    "合計|小計|합계|총계|average|avg|durchschnitt|(record|row|deal)? ?counts?)"
    r"( (general|général|generale|keseluruhan|amount|revenue|records?|rows?|deals?|count|value|of [^0-9]*))?"
    r"[ ]*[:=]?[ ]*(\(?[0-9][0-9.,]*( (records?|rows?|deals?|items?))?\)?)?"
)
FOOTER_LINE = (
    "(report (generated|run|created|date|name|filters?)|generated (by|on|at|from)|generated:|created (by|on)|"
    "printed (by|on|at)|exported (by|on|from|at)|run (by|on|at)[: ]|data as of|as of[: ]|copyright|©|"
    "[(]c[)] |confidential|do not distribute|all rights reserved|(for )?internal use|page [0-9]+( of [0-9]+)?$|"
    "end of (report|file|data|export)|last (updated|refreshed)|filter(s|ed)( applied| by)?[: ]|sorted by|"
    "erstellt (am|von)|exportiert (am|von)|vertraulich|stand: ?[0-9]|seite [0-9]+|rahasia|dibuat (oleh|pada)|dicetak).*"
    "|.*(all rights reserved|do not distribute).*"
    # what the clients of databases and tables on web pages count
    r"|[(]?[0-9][0-9.,]* (row|record|entr(y|ies)|result|zeile|datens[aä]tze?|baris)(s|n|[(]s[)])?"
    r"( (selected|returned|affected|exported|fetched|found|in set|insgesamt|ausgewählt).*)?[)]?[.]?"
    "|(showing|displaying|rows|records|zeige) [0-9][0-9.,]* ?(-|\u2013|to|of|bis|von) ?[0-9].*"
    "|[*=#~<_-]{2,} ?(end|eof|ende|fin)([^a-z].*)?"
)
# The line between a header and its rows, as a client of a database or Markdown draws it.
RULE = "[-=_+*~|:─━═│┼ ]{3,}"
# The total of a group, as spreadsheets write it, in a row without a key: R12 Total.
GROUP_TOTAL = ".+[ ](sub)?(total|totals|sum|summe|ergebnis|count|average)"
# A figure beside a total: a number with signs, or a formula of which the workbook has no value.
FIGURE = r"[(+-]?([a-z]{3} ?)?[^a-z0-9]{0,3}[0-9][0-9.,' ]*[)]? ?(%|[a-z]{3})?|#[a-z]+!"
# What may stand beside a figure: the code of its currency.
BESIDE = "[a-z]{3}|-"
# In a row that could not be split, whatever a delimiter may be.
DELIMITERS = r"[,;\t|]"


@dataclass(frozen=True)
class LeftOut:
    """How many rows of one kind a file has, and the line of the first one."""

    kind: str
    count: int
    first_row: int


def leave_out(connection: duckdb.DuckDBPyConnection, config: ObjectConfig) -> Mapping[int, Sequence[LeftOut]]:
    """Take the rows that are not records out of `staged` and `rejected`; returns what they were, by file."""
    if not connection.execute(
        f"select 1 from staged where {_may_be_none(config)} union all select 1 from rejected limit 1"
    ).fetchone():
        return {}
    is_label, is_figure, is_beside, is_rule = (
        f"lambda word: regexp_full_match(word, {literal(pattern)})"
        for pattern in (f"{TOTAL_WORD}|{GROUP_TOTAL}", FIGURE, f"{TOTAL_WORD}|{GROUP_TOTAL}|{FIGURE}|{BESIDE}", RULE)
    )
    is_below = "_source_row > coalesce(last_record, 0)"
    connection.execute(
        f"""
        create or replace temp table left_out as
        with candidates as ({_staged_candidates(config)} union all {_rejected_candidates(config)}),
        labelled as (select *, list_filter(words, {is_label}) as labels from candidates),
        recognized as (
            select
                *,
                case
                    when len(words) = 0 then '{BLANK}'
                    when is_header then '{HEADER}'
                    when list_bool_and(list_transform(words, {is_rule})) then '{SEPARATOR}'
                    -- figures with their labels: a team called Total has no figure, a product AVG has one word twice
                    when
                        may_be_total
                        and len(labels) between 1 and 2
                        and len(list_distinct(labels)) = len(labels)
                        and (len(words) = 1 or list_bool_or(list_transform(words, {is_figure})))
                        and list_bool_and(list_transform(words, {is_beside}))
                        then '{TOTAL}'
                    when
                        may_be_footer and words[1] is distinct from words[2]
                        and regexp_full_match(words[1], {literal(FOOTER_LINE)})
                        then '{FOOTER}'
                end as kind
            from labelled
        ),
        last_records as (
            select _file, max(_source_row) as last_record
            from (select rowid as _row, _file, _source_row from staged where _problem is null)
            anti join (select _row from recognized where is_staged and kind is not null) using (_row)
            where _file in (select _file from recognized where kind = '{FOOTER}')
            group by _file
        ),
        placed as (select * from recognized left join last_records using (_file))
        select _row, is_staged, _file, _source_row, coalesce(kind, '{FOOTER}') as kind
        from placed
        -- what stands beside a footer, below the last record, is part of it
        where kind is not null or (
            len(words) = 1 and {is_below}
            and _file in (select _file from placed where kind = '{FOOTER}' and {is_below})
        )
        """
    )
    found = connection.execute(
        "select _file, kind, count(*), min(_source_row) from left_out group by all order by _file, min(_source_row)"
    ).fetchall()
    by_file: dict[int, list[LeftOut]] = {}
    for number, *described in found:
        by_file.setdefault(number, []).append(LeftOut(*described))
    if found:
        connection.execute("delete from staged where rowid in (select _row from left_out where is_staged)")
        connection.execute("delete from rejected where rowid in (select _row from left_out where not is_staged)")
    return by_file


def described(found: Sequence[LeftOut]) -> str:
    """What was left out, for a message: 2 totals (first in line 9)."""
    return ", ".join(
        f"{each.count} {each.kind}{'s' if each.count > 1 else ''} "
        f"({'first in ' if each.count > 1 else ''}line {each.first_row})"
        for each in found
    )


def _staged_candidates(config: ObjectConfig) -> str:
    """SQL of the few rows of `staged` that may be no record: their words in lower case, and what they may be."""
    called = {name: _names(config, name) for name in config.columns}
    texts = ", ".join(map(quoted, config.columns))
    lower = {name: f"lower({trimmed(quoted(name))})" for name in config.columns}
    is_header = " and ".join(
        [f"{lower[config.key[0]]} in ({called[config.key[0]]})"]
        + [f"({quoted(name)} is null or {lower[name]} in ({called[name]}))" for name in config.columns]
    )
    is_total = f"regexp_full_match({{}}, {literal(TOTAL_WORD)})"
    may_be_total = " and ".join(f"({quoted(name)} is null or {is_total.format(lower[name])})" for name in config.key)
    return (
        "select rowid as _row, true as is_staged, _file, _source_row, "
        f"list_transform(list_filter(list_concat([{texts}], coalesce(json_extract_string(_extras, '$.*'), [])), "
        f"lambda word: word is not null), lambda word: lower({trimmed('word')})) as words, "
        f"{is_header} as is_header, {may_be_total} as may_be_total, len(words) <= 2 as may_be_footer "
        f"from staged where {_may_be_none(config)}"
    )


def _may_be_none(config: ObjectConfig) -> str:
    """SQL that is true for the few rows of `staged` that may be no record."""
    key = quoted(config.key[0])
    return (
        f"(_problem is not null or {key} is null or lower({key}) in ({_names(config, config.key[0])}) "
        f"or regexp_full_match(lower({key}), {literal(f'{TOTAL_WORD}|{FOOTER_LINE}|{RULE}')}))"
    )


def _rejected_candidates(config: ObjectConfig) -> str:
    """SQL of the rows of `rejected` in the same form; of these only the text is known."""
    every_name = ", ".join(dict.fromkeys(_names(config, name) for name in config.columns))
    unquoted = "trim(replace(row_text, '\"', ' '), ' ,;|' || chr(9) || chr(13))"
    is_one_field = """regexp_full_match(row_text, '\\s*"[^"]*"\\s*')"""
    return (
        "select rowid as _row, false as is_staged, file as _file, source_row as _source_row, case "
        f"when {unquoted} = '' then [] "
        f"when {is_one_field} or regexp_full_match(lower({unquoted}), {literal(FOOTER_LINE)}) "
        f"then [lower({unquoted})] else list_filter(list_transform(regexp_split_to_array({unquoted}, "
        f"{literal(DELIMITERS)}), lambda word: lower(trim(word))), lambda word: word != '') end as words, "
        f"len(words) > 1 and list_bool_and(list_transform(words, lambda word: word in ({every_name}))) as is_header, "
        "true as may_be_total, len(words) = 1 as may_be_footer from rejected where row_text is not null"
    )


def _names(config: ObjectConfig, name: str) -> str:
    """SQL of a list of what the files may call a column."""
    return ", ".join(literal(header.lower()) for header in dict.fromkeys((name, *config.columns[name].header)))
