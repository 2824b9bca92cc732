"""Files as they really arrive: every row is counted, and a damaged row loses no other row."""

import gzip

import pytest

GOOD = [("a", "1"), ("b", "2"), ("c", "3")]


@pytest.mark.parametrize(
    ("text", "rows", "set_aside"),
    [
        ("deal_id,amount\na,1\nb,2\nc,3\n", [2, 3, 4], []),
        ("deal_id,amount\r\na,1\r\nb,2\r\nc,3\r\n", [2, 3, 4], []),
        ("deal_id,amount\ra,1\rb,2\rc,3\r", [2, 3, 4], []),
        ("deal_id,amount\r\na,1\nb,2\r\nc,3\n", [2, 3, 4], []),
        ("\ufeffdeal_id,amount\na,1\nb,2\nc,3\n", [2, 3, 4], []),
        ("\n\ndeal_id,amount\n\na,1\n\n\nb,2\nc,3\n\n", [5, 8, 9], []),
        ("deal_id,amount\na,1\nb,2\nc,3", [2, 3, 4], []),
        (" Deal_ID , AmOUNT \na,1\nb,2\nc,3\n", [2, 3, 4], []),
        ("deal_id,amount\na,1\nx\nb,2\nc,3\n", [2, 4, 5], [(3, None, "wrong_number_of_fields")]),
        ("deal_id,amount\na,1\nx,1,2,3,4\nb,2\nc,3\n", [2, 4, 5], [(3, None, "wrong_number_of_fields")]),
        ("deal_id,amount\n\nx\na,1\r\nb,2\n   \nc,3\n", [4, 5, 7], [(3, None, "wrong_number_of_fields")]),
        ('deal_id,amount\na,1\n"x,9\nb,2\nc,3\n', [2, 4, 5], [(3, None, "unterminated_quote")]),
        ('deal_id,amount\na,1\n"x"y,9\nb,2\nc,3\n', [2, 4, 5], [(3, None, "unterminated_quote")]),
        ("deal_id,amount\na,1\nb,2\nc,3\nx", [2, 3, 4], [(5, None, "cut_off")]),
        ('deal_id,amount\na,1\nb,2\nc,3\n"x', [2, 3, 4], [(5, None, "cut_off")]),
        ("deal_id,amount\na,1\nb,2\n ,7\nc,3\n", [2, 3, 5], [(4, "deal_id", "missing_key")]),
    ],
)
def test_good_rows_survive_bad_ones(bench, text, rows, set_aside):
    data = text.encode() if isinstance(text, str) else text
    data = data.replace(b"amount", b"amount,owner,closed_on").replace(b"AmOUNT", b'AmOUNT,"OWNER",closed_on')
    # Two blank columns more, because the shop requires them; the rows get them too.
    data = b"".join(
        line if b"mount" in line.lower() or b"," not in line else _with_two_blanks(line)
        for line in data.splitlines(keepends=True)
    )
    bench.land("shop/2024-01-01/deals.csv", data)
    report = bench.ingest()
    assert bench.state() == GOOD
    assert [row for (row,) in bench.query("select _source_row from raw.shop__deal order by 1")] == rows
    assert bench.set_aside() == set_aside
    assert (report.rows_read, report.rows_kept, report.rows_quarantined) == (3 + len(set_aside), 3, len(set_aside))
    assert len(report.warnings) >= len(set_aside)
    bench.balance()


def _with_two_blanks(line: bytes) -> bytes:
    body = line.rstrip(b"\r\n")
    return body + b",," + line[len(body) :]


def test_quoted_line_ends_count_as_one_row_also_next_to_a_damaged_one(bench, deals):
    text = deals('a,"Ann\nLee",2024-01-01,1,,open', "broken", 'b,"say ""hi"", Bob",,2,,won', "c,Cid,,3,,")
    bench.land("shop/2024-01-01/deals.csv", text)
    bench.ingest()
    assert bench.query("select deal_id, owner, _source_row from raw.shop__deal order by 1") == [
        ("a", "Ann\nLee", 2),
        ("b", 'say "hi", Bob', 5),
        ("c", "Cid", 6),
    ]
    assert bench.set_aside() == [(4, None, "wrong_number_of_fields")]
    bench.balance()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_row_has_the_same_hash_whether_or_not_another_row_is_damaged(bench, deals, line_end):
    rows = [
        'a,"Ann\nLee",2024-01-01,1,,open',
        'b,"x\n,y\n",,2,,',
        'c,5" pipe,,3,,won',
        'd, "Bob" ,,4,,',
        '"e\n1","",,"5",,"won"',
        'f,5",,6,,,,',
        'g,"said ""no"", twice", ,7,,',
    ]
    bench.land("shop/2024-01-01/deals.csv", deals(*rows).replace("\n", line_end))
    bench.land("shop/2024-01-02/deals.csv", deals("broken", *rows, "broken").replace("\n", line_end))
    report = bench.ingest()
    assert (report.rows_kept, report.rows_unchanged, report.rows_quarantined) == (7, 7, 2)
    bench.balance()


def test_a_file_of_one_column(bench):
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text().replace("required: true, blank_allowed: true", "required: false"))
    bench.land("shop/2024-01-01/deals.csv", 'deal_id\na\n\n \n""\nb\n')
    bench.land("shop/2024-01-02/deals.csv", 'deal_id\na\n\n \n""\nb\nx,y\n')
    report = bench.ingest()
    assert bench.query("select deal_id, _source_row from raw.shop__deal order by 1") == [("a", 2), ("b", 6)]
    assert (report.rows_read, report.rows_unchanged, report.rows_quarantined) == (5, 2, 1)


def test_an_unclosed_quotation_mark_loses_one_row_of_many(bench, deals):
    rows = [f"d{number},,,1,," for number in range(1000)]
    rows[499] = 'd499,"Ann,,1,,'
    rows[700] = 'd700,"two\nlines",,1,,'
    bench.land("shop/2024-01-01/deals.csv", deals(*rows))
    report = bench.ingest()
    assert (499 + 2, None, "unterminated_quote") in bench.set_aside()
    # The next quotation mark closes the stray one, so its own row suffers too: both of its lines.
    assert report.rows_kept == 998
    bench.balance()


def test_the_message_names_file_line_and_fix(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,", "b,,,1"))
    report = bench.ingest()
    assert report.warnings == [
        "shop/2024-01-01/deals.csv, line 3: it has 4 fields instead of 6; put fields that contain the delimiter in "
        "quotation marks. (wrong_number_of_fields: 1 row of this file set aside)"
    ]
    assert bench.query("select row_text from raw.quarantine") == [("b,,,1",)]


def test_a_line_without_end_is_one_clear_message(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.land("shop/2024-01-02/deals.csv", deals("b,,,1,,", "c," + "x" * 33_600_000 + ",,1,,"))
    bench.land("shop/2024-01-02/calls.jsonl", '{"call_id": "' + "x" * 33_600_000 + '"}')
    report = bench.ingest()
    assert bench.state() == [("a", "1")]
    assert bench.query("select message from raw.quarantine order by all") == [
        (
            f"shop/2024-01-02/{name}: line {line} is longer than 32 MB; end every row with a line end, and export the "
            "file again.",
        )
        for name, line in (("calls.jsonl", 1), ("deals.csv", 3))
    ]
    assert report.rows_quarantined == 2
    bench.balance()


def test_a_name_or_a_folder_is_not_a_pattern_of_names(bench, deals):
    # DuckDB takes * and ? for patterns, and a folder called region=asia for a column.
    for name in ("deals*.csv", "deals_1.csv", "deals[1].csv", "deals?1.csv"):
        bench.land(f"shop/2024-01-01/{name}", deals(f"{name},,,1,,"))
    bench.ingest()
    assert bench.query("select count(*), count(distinct deal_id) from raw.shop__deal") == [(4, 4)]


@pytest.mark.parametrize("content", ["", "\n\n", "deal_id,owner,closed_on\n", "deal_id,owner,closed_on"])
def test_an_empty_file_removes_nothing_and_warns(bench, deals, content):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.land("shop/2024-01-02/deals.csv", content)
    report = bench.ingest()
    assert bench.state() == [("a", "1")]
    assert report.files_read == 2
    assert any("2024-01-02/deals.csv: the file has no rows" in warning for warning in report.warnings)


def test_gzip_is_read_and_a_truncated_file_as_far_as_it_goes(bench, deals):
    rows = [f"d{number:06},,,{number * 7919 % 10007},," for number in range(20_000)]
    bench.land("shop/2024-01-01/deals.csv.gz", deals(*rows))
    assert bench.ingest().rows_kept == 20_000
    whole = gzip.compress(deals(*rows).encode(), mtime=0)
    path = bench.land("shop/2024-01-02/deals.csv.gz", "")
    path.write_bytes(whole[: len(whole) // 2])
    report = bench.ingest()
    assert 5_000 < report.rows_unchanged < 15_000
    assert report.rows_kept == 0
    assert [reason for _, _, reason in bench.set_aside()] in ([], ["cut_off"])
    assert any("cut off" in warning for warning in report.warnings)
    assert report.tombstones == 0
    assert len(bench.state()) == 20_000
    bench.balance()


def test_long_fields_and_odd_characters(bench, deals):
    long = "x" * 5_000_000
    bench.land("shop/2024-01-01/deals.csv", deals(f"a,{long},,1,,", "b,naïve 😀 \x00,,2,,", "\N{BELL},'; drop,,3,,"))
    bench.ingest()
    assert bench.query("select length(owner), owner[:5] from raw.shop__deal order by amount") == [
        (5_000_000, "xxxxx"),
        (9, "naïve"),
        (7, "'; dr"),
    ]


@pytest.mark.parametrize(("encoding", "codec"), [("latin-1", "latin-1"), ("utf-16", "utf-16")])
def test_declared_encodings_and_delimiters(bench, deals, encoding, codec):
    path = bench.settings.sources / "shop.yml"
    path.write_text(path.read_text() + f'csv: {{delimiter: ";", encoding: {encoding}}}\n')
    text = deals("a,café,,1,,", "b,,,2").replace(",", ";")
    bench.land("shop/2024-01-01/deals.csv", text.encode(codec))
    bench.ingest()
    assert bench.query("select deal_id, owner from raw.shop__deal") == [("a", "café")]
    assert bench.set_aside() == [(3, None, "wrong_number_of_fields")]


def test_jsonl(bench):
    bench.land(
        "shop/2024-01-01/deals.jsonl",
        '{"deal_id": "a", "owner": null, "closed_on": "2024-01-01", "amount": 1.10, "tags": {"z": [1.0, 2]}}\n'
        "\n"
        "[1]\n"
        '{"deal_id": 12345678901234567890, "owner": "5.0 {\\"x\\": 1.50}", "closed_on": "", "won": true}\n'
        '{"deal_id": "c", "ow',
    )
    report = bench.ingest()
    assert bench.query("select deal_id, owner, amount, _extras, _source_row from raw.shop__deal order by 5") == [
        ("a", None, "1.10", '{"tags":"{\\"z\\":[1.0,2]}"}', 1),
        ("12345678901234567890", '5.0 {"x": 1.50}', None, '{"won":"true"}', 4),
    ]
    assert bench.set_aside() == [(3, None, "invalid_json"), (5, None, "cut_off")]
    assert report.rows_read == 4
    bench.balance()


def test_jsonl_with_unreadable_bytes(bench):
    good = b'{"deal_id": "a", "owner": "x", "closed_on": null}\r\n'
    bench.land("shop/2024-01-01/deals.jsonl.gz", good + b'{"deal_id": "caf\xe9"}\r\n' + good.replace(b'"a"', b'"b"'))
    report = bench.ingest()
    assert [deal for deal, _ in bench.state()] == ["a", "b", "caf\ufffd"]
    assert bench.set_aside() == []
    assert [warning for warning in report.warnings if "could not be read" in warning] == [
        "shop/2024-01-01/deals.jsonl.gz, line 2, column 'deal_id': 'caf\ufffd' has a character that could not be read "
        "and is shown as \ufffd (1 in this file); export the file as UTF-8, or set csv.encoding."
    ]


def test_a_file_that_is_not_gzip_removes_nothing_and_is_reported(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    path = bench.land("shop/2024-01-02/deals.csv.gz", "")
    path.write_bytes(deals("b,,,1,,").encode())
    report = bench.ingest()
    assert bench.state() == [("a", "1")]
    assert report.warnings[0] == (
        "shop/2024-01-02/deals.csv.gz: it is not compressed; take .gz off its name. "
        "(unreadable_file: all of this file set aside)"
    )


def test_a_message_is_one_line_whatever_the_value(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals('a,,"20\n17",1,,', 'b,,,"1\n2",,', 'c,,,1,,"on\ne"'))
    report = bench.ingest()
    assert len(bench.set_aside()) == 2
    assert not any("\n" in warning for warning in report.warnings)
    assert "'20 17' is not usable" in report.warnings[1]
