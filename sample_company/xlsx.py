"""One frame as a workbook, with the same bytes every time: a spreadsheet program would write the time of day."""

import zipfile
from pathlib import Path

import duckdb
import pandas as pd

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    # the second format of cells, number 14, is a date
    "xl/styles.xml": f'<styleSheet xmlns="{_SHEETS}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2">'
    '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_FIRST_RELEASE = (1980, 1, 1, 0, 0, 0)


def write_xlsx(connection: duckdb.DuckDBPyConnection, path: Path, columns: str, frame: pd.DataFrame) -> None:
    """Write `frame` as the only sheet of a workbook: exactly these columns (at most 26), under a header. Datetimes
    become dates, numbers numbers, everything else text; a missing column or value is an empty cell."""
    names = columns.split()
    given = frame[[name for name in names if name in frame]].reset_index(drop=True)
    given.insert(0, "row_number", given.index + 2)
    cells = " || ".join(_cell(name, chr(ord("A") + place), given) for place, name in enumerate(names))
    body = connection.from_df(given).project(
        f"row_number, '<row r=\"' || row_number || '\">' || {cells} || '</row>' as cells"
    )
    rows = body.aggregate("coalesce(string_agg(cells, '' order by row_number), '')").fetchall()[0][0]
    header = "".join(
        f'<c r="{chr(ord("A") + place)}1" t="inlineStr"><is><t>{name}</t></is></c>' for place, name in enumerate(names)
    )
    sheet = f'<worksheet xmlns="{_SHEETS}"><sheetData><row r="1">{header}</row>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w") as workbook:
        for name, content in (_PARTS | {"xl/worksheets/sheet1.xml": sheet}).items():
            entry = zipfile.ZipInfo(name, _FIRST_RELEASE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            workbook.writestr(entry, _HEAD + content)


def _cell(column: str, letter: str, frame: pd.DataFrame) -> str:
    """The SQL expression of a cell's XML."""
    if column not in frame:
        return "''"
    place = f"'<c r=\"{letter}' || row_number || '\""
    if pd.api.types.is_datetime64_any_dtype(frame[column]):
        # a spreadsheet counts the days from the end of 1899 on
        filled = f"{place} s=\"1\"><v>' || date_diff('day', date '1899-12-30', \"{column}\"::date) || '</v></c>'"
    elif pd.api.types.is_numeric_dtype(frame[column]):
        filled = f"{place}><v>' || \"{column}\" || '</v></c>'"
    else:
        escaped = f"replace(replace(replace(\"{column}\"::varchar, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
        filled = f"{place} t=\"inlineStr\"><is><t>' || {escaped} || '</t></is></c>'"
    return f"coalesce({filled}, '')"
