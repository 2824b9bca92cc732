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
        blanks = "" if delimiter == " " else " *"
        text = '(?:[^"]|"")*'
        field = f'(?:{blanks}"{text}"{blanks}|{blanks}[^" {d}][^{d}]*|{blanks})'
        self.parameters = {
            "delimiter": delimiter,
            "field_count": field_count,
            "fields": f"(?:{field}{d})+",
            "field": f"({field}){d}",
            "opens": f'(?:{field}{d})*{blanks}"{text}',
            "stays": f'{text}(?:"{blanks}{d}(?:{field}{d})*{blanks}"{text})?',
            "unreadable": UNREADABLE,
            "carriage_return": CARRIAGE_RETURN,
        }


STATEMENTS = (
    # Whether a line ends within a quoted field, if it began outside one (opens) and if it began inside one (stays).
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
        contains(line, '"') and regexp_full_match(line, $opens) as opens,
        not contains(line, '"') or regexp_full_match(line, $stays) as stays
    from unended
    """,
    # A line that ends alike from both sides settles where the next begins; those that swap the sides since are counted.
    """
    create or replace temp table joined as
    with swapped as (
        select
            *,
            sum((opens and not stays)::integer) over (order by line_number) % 2 as swaps
        from judged_lines
        where (select bool_or(opens) from judged_lines)
    ),
    settled as (
        select
            *,
            max(case when opens = stays then line_number * 4 + opens::integer * 2 + swaps end) over before
                as last_settled,
            coalesce(lag(swaps) over (order by line_number), 0) as swaps_before
        from swapped
        window before as (order by line_number rows between unbounded preceding and 1 preceding)
    ),
    numbered as (
        select
            *,
            max(
                case
                    when (coalesce(last_settled // 2, 0) + coalesce(last_settled, 0) + swaps_before) % 2 = 0
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
