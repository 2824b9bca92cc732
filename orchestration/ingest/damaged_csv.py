"""A CSV in which a strict reader stumbled, taken apart line by line, so that only the damaged rows are lost.

A quotation mark that is never closed would swallow all that follows. So lines are joined to a row only where the result
is a whole row; where it is not, each of the lines is judged by itself.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import re
from pathlib import Path

import duckdb

from orchestration.ingest.lines import deliver, read_lines
from orchestration.ingest.plain_text import CARRIAGE_RETURN, UNREADABLE, PlainText, marked_text


def read_damaged_csv(
    connection: duckdb.DuckDBPyConnection,
    plain: PlainText,
    field_count: int,
    header_lines: int,
    delimiter: str,
    scratch: Path,
) -> None:
    """Fill the temporary tables `delivered` (source_row, f0, f1, …) and `rejected`, which exists, from `plain`."""
    read_lines(connection, marked_text(plain, scratch), header_lines)
    values = _Values(delimiter, field_count)
    parameters = values.parameters | {"cut": plain.is_cut, "line_end": plain.ends_with_line_end}
    for statement in STATEMENTS:
        used = {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", statement)}
        connection.execute(statement, used)
    fields = ", ".join(
        f"replace(fields[{position + 1}], '{CARRIAGE_RETURN}', chr(13)) as f{position}"
        for position in range(field_count)
    )
    deliver(connection, f"select source_row, {fields} from records where reason is null")


class _Values:
    def __init__(self, delimiter: str, field_count: int) -> None:
        d = re.escape(delimiter)
        quoted = '"(?:[^"]|"")*"'
        field = f'(?:{quoted}|[^"{d}][^{d}]*|)'
        # A mark that ends a field without having begun it more likely closes a field of an earlier line.
        tight_field = f'(?:{quoted}|[^"{d}](?:[^{d}]*[^"{d}])?|)'
        self.parameters = {
            "delimiter": delimiter,
            "field_count": field_count,
            "fields": f"(?:{field}{d})+",
            "field": f"({field}){d}",
            "tight_fields": f"(?:{tight_field}{d})+",
            "tight_field": f"{tight_field}{d}",
            "unreadable": UNREADABLE,
            "carriage_return": CARRIAGE_RETURN,
        }


STATEMENTS = (
    # Whether a quotation mark that opens or closes on this line leaves the next line inside a field.
    """
    create or replace temp table judged_lines as
    with unended as (
        select
            line_number,
            coalesce(rtrim(line, $carriage_return), '') as line,
            ends_with(line, $carriage_return) as had_carriage_return
        from lines
    )
    select
        *,
        contains(line, '"')
        and (length(line) - length(replace(line, '"', ''))) % 2 = 1
        and not (
            regexp_full_match(line || $delimiter, $tight_fields)
            and len(regexp_extract_all(line || $delimiter, $tight_field)) = $field_count
        ) as turns
    from unended
    """,
    """
    create or replace temp table joined as
    with inside as (
        select
            *,
            coalesce(
                sum(turns::integer) over (order by line_number rows between unbounded preceding and 1 preceding), 0
            ) as turns_before
        from judged_lines
    ),
    numbered as (
        select
            *,
            max(case when turns_before % 2 = 0 then line_number end) over (order by line_number) as first_line
        from inside
        where (select bool_or(turns) from judged_lines)
    ),
    several as (
        select
            first_line,
            string_agg(
                line || case when had_carriage_return then chr(13) else '' end, chr(10) order by line_number
            ) as record,
            count(*) as line_count
        from numbered
        group by first_line
        having count(*) > 1
    )
    select first_line, rtrim(record, chr(13)) as record, line_count
    from several
    where
        regexp_full_match(record || $delimiter, $fields)
        and len(regexp_extract_all(record || $delimiter, $field)) = $field_count
    """,
    """
    create or replace temp table records as
    with taken as (
        select lines.line_number
        from judged_lines as lines
        join joined
            on lines.line_number >= joined.first_line
            and lines.line_number < joined.first_line + joined.line_count
    ),
    texts as (
        select line_number, line as record from judged_lines anti join taken using (line_number)
        union all
        select first_line, record from joined
    ),
    split as (
        select
            row_number() over (order by line_number) + 1 as source_row,
            line_number,
            record,
            not contains(record, '"') or regexp_full_match(record || $delimiter, $fields) as quotes_fit,
            case
                when not contains(record, '"') then string_split(record, $delimiter)
                else list_transform(
                    regexp_extract_all(record || $delimiter, $field, 1),
                    lambda x: case
                        when starts_with(x, '"') then replace(substr(x, 2, length(x) - 2), '""', '"') else x
                    end
                )
            end as fields
        from texts
        where trim(record, ' ' || chr(9)) != ''
    ),
    measured as (
        select
            *,
            -- delimiters after the last field do no harm, and DuckDB's strict reader lets them pass too
            case
                when len(fields) > $field_count and array_to_string(fields[$field_count + 1:], '') = ''
                    then $field_count
                else len(fields)
            end as field_count,
            not $line_end and line_number = max(line_number) over () as is_last
        from split
    )
    select
        source_row,
        record,
        fields,
        field_count,
        case
            when is_last and ($cut or not quotes_fit or field_count < $field_count) then 'cut_off'
            when contains(record, $unreadable) then 'unreadable_bytes'
            when not quotes_fit then 'unterminated_quote'
            when field_count != $field_count then 'wrong_number_of_fields'
        end as reason
    from measured
    """,
    """
    insert into rejected
    select
        source_row,
        reason,
        case when reason = 'unreadable_bytes'
            then replace(list_filter(fields, lambda x: contains(x, $unreadable))[1], $unreadable, chr(65533))
        end,
        case reason
            when 'cut_off' then 'the file ends in the middle of this row; export it again'
            when 'unreadable_bytes' then 'bytes that are not UTF-8; export the file as UTF-8, or set csv.encoding'
            when 'unterminated_quote' then 'a quotation mark is not closed; double the marks within a quoted field'
            else 'it has ' || field_count || ' fields instead of ' || $field_count
                || '; put fields that contain the delimiter in quotation marks'
        end,
        replace(replace(record, $unreadable, chr(65533)), $carriage_return, chr(13))
    from records
    where reason is not null
    """,
)
