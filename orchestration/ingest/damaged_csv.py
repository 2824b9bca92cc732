"""A CSV that the strict reader refused, read line by line, so that only the damaged rows are lost.

An ordinary parser does not help here: after a quotation mark that is never closed it reads everything that follows as
one field. So a line break only counts as part of a field if the lines around it make one whole row: quotes closed, and
as many fields as the header. Otherwise each line is a row of its own, and only the damaged ones are set aside.

Three steps, each a table:

line_ends  For each line, whether it ends inside a quoted field: once if it begins outside one, once if it begins
           inside one. `1,"a` ends inside if it begins outside; `b",2` ends outside if it begins inside; `1,2` ends as
           it begins.
joined     Whether a line begins inside a field follows from the lines before it. Going back, the nearest line that
           ends the same way from both sides decides, whatever came before it; in between, each line that ends the
           opposite way to its beginning swaps inside and outside. Lines from one that begins outside up to the next
           such line are one record; it is kept if it has the number of fields of the header.
records    The joined lines, and every other line by itself, split into fields, with the reason if it cannot be used.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import re
from pathlib import Path

import duckdb

from orchestration.ingest.lines import read_lines
from orchestration.ingest.plain_text import CARRIAGE_RETURN, UNREADABLE, marked_text
from orchestration.ingest.rows import OpenFile, Relation


def read_damaged_csv(
    connection: duckdb.DuckDBPyConnection,
    opened: OpenFile,
    field_count: int,
    header_lines: int,
    delimiter: str,
    scratch: Path,
) -> Relation:
    """Read one file: returns its good rows (file, source_row, f0, f1, …), adds the others to `rejected`, which exists.

    The rows are those of the temporary table `records`, which the next call replaces.
    """
    plain = opened.plain
    read_lines(connection, [marked_text(plain, scratch)], header_lines)
    parameters = _parameters(delimiter, field_count) | {
        "file": opened.number,
        "cut": plain.is_cut,
        "line_end": plain.ends_with_line_end,
    }
    for statement in STATEMENTS:
        used = {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", statement)}
        connection.execute(statement, used)
    fields = ", ".join(
        f"replace(replace(fields[{position + 1}], '{CARRIAGE_RETURN}', chr(13)), '{UNREADABLE}', chr(65533)) "
        f"as f{position}"
        for position in range(field_count)
    )
    return Relation(f"select {opened.number} as file, source_row, {fields} from records where reason is null")


def _parameters(delimiter: str, field_count: int) -> dict[str, object]:
    """What the statements need: patterns of one field, of a row, and of a line that ends inside a quoted field."""
    d = re.escape(delimiter)
    blanks = "" if delimiter == " " else " *"
    text = '(?:[^"]|"")*'
    field = f'(?:{blanks}"{text}"{blanks}|{blanks}[^" {d}][^{d}]*|{blanks})'
    return {
        "delimiter": delimiter,
        "field_count": field_count,
        "fields": f"(?:{field}{d})+",
        "field": f"({field}){d}",
        "from_outside": f'(?:{field}{d})*{blanks}"{text}',
        "from_inside": f'{text}(?:"{blanks}{d}(?:{field}{d})*{blanks}"{text})?',
        "unreadable": UNREADABLE,
        "carriage_return": CARRIAGE_RETURN,
    }


STATEMENTS = (
    """
    create or replace temp table line_ends as
    with unended as (
        select
            line_number,
            coalesce(rtrim(line, $carriage_return), '') as line,
            ends_with(line, $carriage_return) as had_carriage_return
        from lines
    )
    select
        *,
        contains(line, '"') and regexp_full_match(line, $from_outside) as inside_from_outside,
        not contains(line, '"') or regexp_full_match(line, $from_inside) as inside_from_inside
    from unended
    """,
    """
    create or replace temp table joined as
    with swapped as (
        select
            *,
            sum((inside_from_outside and not inside_from_inside)::integer) over (order by line_number) % 2 as swaps
        from line_ends
        where (select bool_or(inside_from_outside) from line_ends)
    ),
    settled as (
        select
            *,
            last_value(case when inside_from_outside = inside_from_inside then inside_from_outside end ignore nulls)
                over before as is_inside_after_settled,
            last_value(case when inside_from_outside = inside_from_inside then swaps end ignore nulls)
                over before as swaps_at_settled,
            coalesce(lag(swaps) over (order by line_number), 0) as swaps_before
        from swapped
        window before as (order by line_number rows between unbounded preceding and 1 preceding)
    ),
    numbered as (
        select
            *,
            max(
                case
                    when
                        (
                            coalesce(is_inside_after_settled, false)::integer
                            + coalesce(swaps_at_settled, 0)
                            + swaps_before
                        ) % 2 = 0
                        then line_number
                end
            ) over (order by line_number) as first_line
        from settled
    ),
    several as (
        select
            first_line,
            rtrim(
                string_agg(
                    line || case when had_carriage_return then chr(13) else '' end, chr(10) order by line_number
                ),
                chr(13)
            ) as record,
            count(*) as line_count
        from numbered
        group by first_line
        having count(*) > 1
    )
    select first_line, record, line_count
    from several
    where
        regexp_full_match(record || $delimiter, $fields)
        and len(regexp_extract_all(record || $delimiter, $field)) = $field_count
    """,
    """
    create or replace temp table records as
    with taken as (
        select lines.line_number
        from line_ends as lines
        join joined
            on lines.line_number >= joined.first_line
            and lines.line_number < joined.first_line + joined.line_count
    ),
    texts as (
        select line_number, line as record from line_ends anti join taken using (line_number)
        union all
        select first_line, record from joined
    ),
    split as (
        select
            line_number as source_row,
            record,
            not contains(record, '"') or regexp_full_match(record || $delimiter, $fields) as quotes_fit,
            case
                when not contains(record, '"') then string_split(record, $delimiter)
                else list_transform(
                    regexp_extract_all(record || $delimiter, $field, 1),
                    lambda x: case
                        when starts_with(ltrim(x, ' '), '"')
                            then replace(substr(trim(x, ' '), 2, length(trim(x, ' ')) - 2), '""', '"')
                        else x
                    end
                )
            end as fields
        from texts
        where trim(record, ' ' || chr(9)) != '' and not ($field_count = 1 and record = '""')
    ),
    measured as (
        select
            *,
            -- delimiters after the last field are harmless; DuckDB's strict reader accepts them too
            case
                when len(fields) > $field_count and array_to_string(fields[$field_count + 1:], '') = ''
                    then $field_count
                else len(fields)
            end as field_count,
            not $line_end and source_row = max(source_row) over () as is_last
        from split
    )
    select
        source_row,
        record,
        fields,
        field_count,
        case
            when is_last and ($cut or not quotes_fit or field_count < $field_count) then 'cut_off'
            when not quotes_fit then 'unterminated_quote'
            when field_count != $field_count then 'wrong_number_of_fields'
        end as reason
    from measured
    """,
    """
    insert into rejected
    select
        $file,
        source_row,
        reason,
        null,
        case reason
            when 'cut_off' then 'the file ends in the middle of this row; export it again'
            when 'unterminated_quote' then 'a quotation mark is not closed; double the marks within a quoted field'
            else 'it has ' || field_count || ' fields instead of ' || $field_count
                || '; put fields that contain the delimiter in quotation marks'
        end,
        replace(replace(record, $unreadable, chr(65533)), $carriage_return, chr(13))
    from records
    where reason is not null
    """,
)
