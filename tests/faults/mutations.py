"""Files of calls in every format, each damaged in one way: what a seed number makes is always the same."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl

ROWS = 20
SHEET = "xl/worksheets/sheet1.xml"
COLUMNS = ("call_id", "updated_at", "outcome")
FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://x.example","y")',
    "+SUM(A1:A9)",
    "-2+3",
    "@SUM(1)",
    "=cmd|' /C calc'!A0",
    "\t=1",
)
ENCODINGS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "cp037", "utf-7")


@dataclass(frozen=True)
class Mutated:
    """A file: how it is damaged, the end of its name, its bytes, and how many rows it has (None: not known)."""

    kind: str
    suffix: str
    content: bytes
    rows: int | None = None


def values(count: int = ROWS, first: int = 0) -> list[tuple[str, str, str]]:
    return [(f"c{n:05}", f"2024-01-{n % 28 + 1:02}T09:00:00Z", f"outcome {n}") for n in range(first, first + count)]


def csv_lines(rows: list[tuple[str, str, str]]) -> list[str]:
    return [",".join(COLUMNS), *(",".join(row) for row in rows)]


def json_lines(rows: list[tuple[str, str, str]]) -> list[str]:
    return [json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def workbook(rows: list[list[object]], change: Callable[[openpyxl.Workbook], None] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet(query: str, folder: Path) -> bytes:
    path = folder / "made.parquet"
    duckdb.execute(f"copy ({query}) to '{path}' (format parquet)")
    content = path.read_bytes()
    path.unlink()
    return content


def plain_files(folder: Path) -> dict[str, bytes]:
    """A file without damage in each format, by the end of its name."""
    rows = values()
    listed = ", ".join(f"('{key}', '{at}', '{outcome}')" for key, at, outcome in rows)
    made = {
        ".csv": text(csv_lines(rows)),
        ".jsonl": text(json_lines(rows)),
        ".xlsx": workbook([list(COLUMNS), *map(list, rows)]),
        ".parquet": parquet(f"from (values {listed}) as calls({', '.join(COLUMNS)})", folder),
    }
    return made | {f"{suffix}.gz": gzip.compress(content, mtime=0) for suffix, content in made.items()}


def damaged(number: int, plain: dict[str, bytes], folder: Path) -> Mutated:
    """The mutation of this number: of its bytes, of its text, or of what is special to its format."""
    chance = random.Random(number)
    if number % 2 == 0:
        suffix = chance.choice(list(plain))
        kind = chance.choice(list(OF_BYTES))
        return Mutated(kind, suffix, OF_BYTES[kind](plain[suffix], chance))
    if FIRST_LONG <= number < FIRST_LONG + 2 * len(LONG):
        kind, make = LONG[(number - FIRST_LONG) // 2]
    else:
        kind, make = chance.choice([*OF_TEXT.items(), *OF_FORMATS.items()])
    return make(kind, chance, folder)


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 30))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _place(content: bytes, chance: random.Random) -> int:
    return chance.randrange(len(content))


def _doubled(content: bytes, chance: random.Random) -> bytes:
    first, last = sorted((_place(content, chance), _place(content, chance)))
    return content[:last] + content[first:last] + content[last:]


def _removed(content: bytes, chance: random.Random) -> bytes:
    first, last = sorted((_place(content, chance), _place(content, chance)))
    return content[:first] + content[last:]


OF_BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "byte flips": _flip,
    "cut": lambda content, chance: content[: _place(content, chance)],
    "beginning lost": lambda content, chance: content[_place(content, chance) :],
    "a part doubled": _doubled,
    "a part lost": _removed,
    "NULs": lambda content, chance: (
        content[: (place := _place(content, chance))] + bytes(chance.choice((1, 2, 5000))) + content[place:]
    ),
    "noise within": lambda content, chance: (
        content[: (place := _place(content, chance))] + chance.randbytes(200) + content[place:]
    ),
    "noise behind": lambda content, chance: content + chance.randbytes(chance.choice((1, 3000))),
    "noise alone": lambda content, chance: chance.randbytes(len(content)),
    "twice": lambda content, chance: content + content,
}


def _lines_of(chance: random.Random) -> tuple[str, list[str], bool]:
    """Lines of a CSV with a header, or of JSON without one."""
    is_csv = chance.random() < 0.6
    return (".csv", csv_lines(values()), True) if is_csv else (".jsonl", json_lines(values()), False)


def _of_lines(change: Callable[[list[str], bool, random.Random], tuple[bytes, int | None]]) -> "Make":
    def make(kind: str, chance: random.Random, folder: Path) -> Mutated:
        suffix, lines, has_header = _lines_of(chance)
        content, rows = change(lines, has_header, chance)
        is_packed = chance.random() < 0.2
        return Mutated(
            kind,
            f"{suffix}.gz" if is_packed else suffix,
            gzip.compress(content, mtime=0) if is_packed else content,
            rows,
        )

    return make


def _doubled_lines(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    several = [line for line in lines for _ in range(chance.choice((1, 1, 2, 3)))]
    kept = several if not has_header else [lines[0], *(line for line in several if line != lines[0])]
    return text(kept), len(kept) - has_header


def _line_ends(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    ends = chance.choice((["\r"], ["\r\n"], ["\n", "\r\n"], ["\n\n", "\n"], ["\n  \t\n", "\n"]))
    return "".join(line + chance.choice(ends) for line in lines).encode(), len(lines) - has_header


def _encoded(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    encoding = chance.choice(ENCODINGS)
    changed = [line.replace("outcome", "Café") for line in lines[1:]]
    content = "\n".join([lines[0].replace("outcome 0", "Café"), *changed, ""]).encode(encoding)
    known = encoding in ("latin-1", "cp1252", "utf-16", "utf-8-sig")
    # in UTF-16 only a CSV or JSONL whose first line can be read
    return content, len(lines) - has_header if known else None


def _delimiters(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    delimiter = chance.choice((";", "\t", "|", ":", " ", "\x01", ";;"))
    changed = [line.replace(",", delimiter) for line in lines]
    return text(changed), len(lines) - 1 if has_header and delimiter in ";\t|" else None


def _quoted(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    changed = list(lines)
    for _ in range(chance.choice((1, 3))):
        number = chance.randrange(1, len(lines))
        place = chance.randrange(len(changed[number]))
        changed[number] = (
            changed[number][:place] + chance.choice(('"', '"\n', '""', '\\"', "'")) + changed[number][place:]
        )
    return text(changed), None


def _fields(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    changed = list(lines)
    for _ in range(3):
        number = chance.randrange(1, len(lines))
        changed[number] = chance.choice(("", ",", "x", ",".join("abcdefg"), "," * 50, "{}", "[]", "null", "{", "1e999"))
    blanks = sum(not line.strip(" \t") for line in changed)
    return text(changed), len(lines) - has_header - blanks


def _formulas(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    rows = [(key, at, chance.choice(FORMULAS).replace('"', "").replace(",", " ")) for key, at, _ in values()]
    return text(csv_lines(rows) if has_header else json_lines(rows)), len(rows)


def _long_line(size: int) -> "Make":
    def change(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
        return text([*lines[:5], lines[5].replace("outcome", "x" * size), *lines[6:]]), None

    return _of_lines(change)


def _many_columns(lines: list[str], has_header: bool, chance: random.Random) -> tuple[bytes, int | None]:
    names = [f"column_{number}" for number in range(10_000)]
    if has_header:
        return text([f"{line},{','.join(names)}" for line in lines[:4]]), 3
    extra = {name: "x" for name in names}
    return text([json.dumps(json.loads(line) | extra) for line in lines[:4]]), 4


def _odd_json(kind: str, chance: random.Random, folder: Path) -> Mutated:
    odd = [
        '{"call_id": "x", "outcome": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"call_id": "x", "outcome": ' + '{"a":' * 3000 + "1" + "}" * 3000 + "}",
        '{"call_id": "\\ud83d", "outcome": "\\u0000"}',
        '{"call_id": ' + "9" * 5000 + "}",
        '{"call_id": 1e400, "outcome": NaN}',
        '{"call_id": "y", "call_id": "z", "CALL_ID": "w"}',
        '{"": "x", "call_id": "v", "\\n": 1, "a/b~c": 2, "$": 3, "@": 4}',
        '{"call_id": {"$oid": "x"}, "outcome": {"__proto__": {}}}',
        '{"call_id": true}',
        '["call_id"]',
        '"call_id"',
    ]
    lines = json_lines(values(5)) + chance.sample(odd, 4)
    return Mutated(kind, ".jsonl", text(lines), len(lines))


def _bomb(kind: str, chance: random.Random, folder: Path) -> Mutated:
    """Sixty-four million bytes in some ten thousand: of blanks, of rows, or of one line."""
    line = chance.choice((b" " * 1023 + b"\n", b"c1,2024-01-01T09:00:00Z,open\n", b"x" * 1024))
    head = text(csv_lines([]))
    return Mutated(kind, ".csv.gz", gzip.compress(head + line * (64_000_000 // len(line)), mtime=0), None)


def stray_cell(book: openpyxl.Workbook) -> None:
    """A cell at the very end of the sheet."""
    book.active["XFD1048576"] = "stray"


def merged_sheet(content: bytes) -> bytes:
    """All from the third row on is one merged cell."""
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    return changed_parts(content, lambda parts: parts.update({SHEET: parts[SHEET].replace(b"</sheetData>", merged)}))


def changed_parts(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The workbook with other parts."""
    old = zipfile.ZipFile(io.BytesIO(content))
    parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return stream.getvalue()


def _odd_workbook(kind: str, chance: random.Random, folder: Path) -> Mutated:
    rows = [list(COLUMNS), *map(list, values())]
    content = workbook(rows, chance.choice((stray_cell, _hidden, _formula_cells)))
    return Mutated(kind, ".xlsx", merged_sheet(content) if chance.random() < 0.4 else content, None)


def _hidden(book: openpyxl.Workbook) -> None:
    book.create_sheet("second")
    book.active.sheet_state = "hidden"


def _formula_cells(book: openpyxl.Workbook) -> None:
    for number, formula in enumerate(FORMULAS, start=2):
        book.active[f"C{number}"] = formula


def _wide_workbook(kind: str, chance: random.Random, folder: Path) -> Mutated:
    names = [f"column_{number}" for number in range(10_000)]
    rows = [[*COLUMNS, *names], *([*row, *names] for row in values(2))]
    return Mutated(kind, ".xlsx", workbook(rows), 2)


def _changed_parts(kind: str, chance: random.Random, folder: Path) -> Mutated:
    """A workbook whose parts are lost, too large, of other XML, or named as a path that leads out."""
    change = chance.choice(("lost", "bomb", "entities", "path", "noise"))

    def apply(parts: dict[str, bytes]) -> None:
        name = chance.choice(list(parts))
        if change == "lost":
            del parts[name]
        elif change == "bomb":
            parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b" " * 64_000_000 + b"</sheetData>")
        elif change == "entities":
            levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
            begin = f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>'.encode()
            parts[SHEET] = begin + parts[SHEET].replace(b"outcome 1<", b"&e9;<")
        elif change == "path":
            parts["../../../../tmp/kuota_was_here"] = b"x"
            rels = "xl/_rels/workbook.xml.rels"
            parts[rels] = parts[rels].replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")
        else:
            parts[name] = _flip(parts[name], chance)

    content = changed_parts(workbook([list(COLUMNS), *map(list, values())]), apply)
    return Mutated(f"{kind}: {change}", ".xlsx", content, None)


def _odd_parquet(kind: str, chance: random.Random, folder: Path) -> Mutated:
    query, rows = chance.choice(
        (
            ("select 'c' || range as call_id, {'a': [range]} as outcome, map {'x': 1} as m from range(9)", 9),
            ("select range as call_id, range::blob as outcome from (select range::varchar as range from range(9))", 9),
            ("select 'c' || range as call_id, '2024-01-01'::timestamptz as updated_at from range(9)", 9),
            (
                "select 'c' || range as call_id, 'NaN'::double as outcome, date 'infinity' as at from range(9)",
                9,
            ),
            ("select 'c1' as call_id where false", 0),
            ("select 'same' as call_id, 'x' as outcome from range(2000000)", 2_000_000),
        )
    )
    return Mutated(kind, ".parquet", parquet(query, folder), rows)


def _wide_parquet(kind: str, chance: random.Random, folder: Path) -> Mutated:
    names = ", ".join(f"'x' as column_{number}" for number in range(10_000))
    return Mutated(kind, ".parquet", parquet(f"select 'c' || range as call_id, {names} from range(2)", folder), 2)


Make = Callable[[str, random.Random, Path], Mutated]
OF_TEXT: dict[str, Make] = {
    "doubled lines": _of_lines(_doubled_lines),
    "line ends": _of_lines(_line_ends),
    "encoding": _of_lines(_encoded),
    "delimiter": _of_lines(_delimiters),
    "quotation marks": _of_lines(_quoted),
    "fields": _of_lines(_fields),
    "formulas": _of_lines(_formulas),
    "odd JSON": _odd_json,
    "a line of 1 MB": _long_line(1_000_000),
    "10,000 columns": _of_lines(_many_columns),
}
OF_FORMATS: dict[str, Make] = {
    "a workbook with odd cells": _odd_workbook,
    "a workbook with odd parts": _changed_parts,
    "a Parquet file with odd types": _odd_parquet,
}
# what takes long: each once, behind the first hundred
LONG: list[tuple[str, Make]] = [
    ("a workbook of 10,000 columns", _wide_workbook),
    ("a Parquet file of 10,000 columns", _wide_parquet),
    ("a bomb", _bomb),
    ("a bomb again", _bomb),
    ("a line of 50 MB", _long_line(50_000_000)),
    ("a line of 50 MB again", _long_line(50_000_000)),
]
FIRST_LONG = 100
