"""Seeded tables on which two validators are most likely to disagree: schema, dialect, dirt."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

ODD = [
    "", "-", "NA", " ", "  ", "None", "007", "+5", " 5", "5 ", "1_000", "٣", "NaN", "nan", "sNaN",
    "inf", "-inf", "-0", "0", "1e3", "5.0", "1.000", "1.000,5", "1000.5", "1,5", "1.5", "9" * 30,
    "1.2.3,4", "2024-2-9", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "1/2/2024",
    "01/02/24", "24-02-29", "31/02/2024", "29/02/2000", "29/02/1900", "2024-13-01", "Ya", "ya ",
    "ya", "true", "TRUE", "1", "0", "aktif", "AKTIF", "a\nb", 'x"y', '"', '""', "a\r\nb", "é" * 3,
    "\u200b", "\u00a0", "b,c", "b;c", "b\tc", "b|c", "'", "''", "ab", "x" * 40, "x" * 41, "é" * 40,
    "é" * 201, "\x1f", "\x0b", "\u2028", "\x85", "2024", "1999", "24", "2024-05", "2024-00",
    "10:00:00", "24:00:00", "10:00", "2024-01-01T00:00:00", "2024-01-01T00:00:00Z", "P1Y",
    "2024-01-01 00:00:00", '{"a": 1}', "[1, 2]", "1,2", "10.5,20.5", "axyz", "b", "xa", "abc",
    "Jumlah", "Total", "jumlah total", "Sumber: BPS", "Rata-rata", "=1+1", "😀", "e\u0301", "İ",
    "a@b.id", "https://x.id/a", "00000000-0000-0000-0000-000000000000", "-1", "100", "101", "50",
    "(1)", "1.234.567,89", "1 000", "1'000", "Infinity", "true ", "FALSE", "0x1F",
    "12345678901234567",
]  # fmt: skip
WORDS = ["warga", "air", "bersih", "jalan", "lampu", "desa", "pasar", "pajak", "é", "ü", "数"]
MISSING = [[""], ["", "-", "NA"], ["-"], ["", "0"], ["NA", "b,c"], [""], [""], ["", "x", "ab"], []]


@dataclass(frozen=True, slots=True)
class Case:
    """One file and its schema."""

    seed: int
    content: bytes
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of column: what the schema says and what a good cell looks like."""

    described: dict[str, Any]
    good: Callable[[random.Random, int], str]


def day(r: random.Random, _: int) -> str:
    if r.random() < 0.05:
        # Perhaps a day of no calendar: near the end of a month.
        year = r.choice([1900, 2000, 2023, 2024])
        return f"{year}-{r.randint(1, 12):02}-{r.randint(28, 31)}"
    return (date(1990, 1, 1) + timedelta(r.randrange(20_000))).isoformat()


def reformatted(form: str) -> Callable[[random.Random, int], str]:
    def made(r: random.Random, n: int) -> str:
        year, month, number = day(r, n).split("-")
        parts = {"%Y": year, "%y": year[2:], "%m": month, "%d": number}
        text = form
        for token, part in parts.items():
            text = text.replace(token, part)
        return text

    return made


def words(r: random.Random, _: int) -> str:
    return " ".join(r.choice(WORDS) for _ in range(r.randint(1, 6)))


def whole(low: int, high: int) -> Callable[[random.Random, int], str]:
    return lambda r, _: str(r.randint(low, high))


def grouped(r: random.Random, _: int) -> str:
    text = f"{r.random() * 10 ** r.randint(1, 8):,.2f}"
    return text.replace(",", "#").replace(".", ",").replace("#", ".")


def one_of(*texts: str) -> Callable[[random.Random, int], str]:
    return lambda r, _: r.choice(texts)


def serial(r: random.Random, n: int) -> str:
    return str(n)


def limited(r: random.Random, kind: dict[str, Any], low: Any, high: Any) -> dict[str, Any]:
    rules = dict(kind.get("constraints", {}))
    if r.random() < 0.4:
        rules["minimum"] = low
    if r.random() < 0.4:
        rules["maximum"] = high
    return {**kind, "constraints": rules}


def kind_of(r: random.Random) -> Kind:
    """Return a random column: every type of a Table Schema, most of their formats and rules."""
    text: dict[str, Any] = {"type": "string"}
    choices: list[Callable[[], Kind]] = [
        lambda: Kind(text, words),
        lambda: Kind({**text, "constraints": {"minLength": r.randint(0, 4)}}, words),
        lambda: Kind({**text, "constraints": {"maxLength": r.choice([1, 5, 40, 500])}}, words),
        lambda: Kind({**text, "constraints": {"minLength": 2, "maxLength": 12}}, words),
        lambda: Kind(
            {**text, "constraints": {"pattern": r"35\.79\.[0-9]{2}\.[0-9]{4}"}},
            lambda r, n: f"35.79.{r.randint(1, 3):02}.{r.randint(1000, 1009)}",
        ),
        lambda: Kind({**text, "constraints": {"pattern": r"\d{3,5}"}}, whole(100, 99999)),
        lambda: Kind({**text, "constraints": {"pattern": "a|b"}}, one_of("a", "b", "ab", "axyz")),
        lambda: Kind({**text, "constraints": {"pattern": "(?:ya|tidak) ?"}}, one_of("ya", "tidak")),
        lambda: Kind({**text, "constraints": {"pattern": "[^a-c]+.?"}}, one_of("xyz", "de", "數")),
        lambda: Kind({**text, "constraints": {"pattern": r"\w+\s\S*"}}, one_of("a b", "é ü", "x ")),
        lambda: Kind({**text, "constraints": {"pattern": r"a\b.*"}}, one_of("abc", "a")),
        lambda: Kind(
            {**text, "constraints": {"enum": ["aktif", "b,c", "-", 'x"y']}},
            one_of("aktif", "b,c"),
        ),
        lambda: Kind({**text, "format": r.choice(["email", "uri", "uuid"])}, one_of("a@b.id", "")),
        lambda: Kind(
            limited(r, {"type": "integer"}, r.choice([0, -5, 7, 88]), 8_765), whole(7, 9000)
        ),
        lambda: Kind(limited(r, {"type": "integer"}, -37, r.choice([-3, 0, 41])), whole(-60, 60)),
        lambda: Kind({"type": "integer"}, whole(-50, 50)),
        lambda: Kind({"type": "integer", "bareNumber": False}, one_of("5", "Rp 5", "5 kg", "-5")),
        lambda: Kind({"type": "integer", "constraints": {"enum": [1, 2, "3"]}}, whole(1, 3)),
        lambda: Kind(
            limited(r, {"type": "number"}, r.choice([0, -7.5, "1.5", 12]), r.choice([1e6, 80.5])),
            lambda r, n: f"{r.random() * 110 - 10:.2f}",
        ),
        lambda: Kind(
            limited(
                r,
                {"type": "number", "decimalChar": ",", "groupChar": "."},
                r.choice([0, 1500]),
                5e6,
            ),
            grouped,
        ),
        lambda: Kind({"type": "number", "decimalChar": ","}, one_of("1,5", "12,25", "-3,0")),
        lambda: Kind({"type": "number", "groupChar": ","}, one_of("1,500", "12", "1,234,567.5")),
        lambda: Kind({"type": "number", "floatNumber": True}, one_of("1.5", "2", "0.1")),
        lambda: Kind({"type": "number", "bareNumber": False}, one_of("Rp 1.5", "20%", "3")),
        lambda: Kind(
            {"type": "boolean", "trueValues": ["ya"], "falseValues": ["tidak"]},
            one_of("ya", "tidak"),
        ),
        lambda: Kind({"type": "boolean"}, one_of("true", "false", "1", "0")),
        lambda: Kind(
            limited(r, {"type": "date"}, r.choice(["2000-01-01", "1995-06-15"]), "2026-12-31"), day
        ),
        lambda: Kind({"type": "date", "format": "%d/%m/%Y"}, reformatted("%d/%m/%Y")),
        lambda: Kind({"type": "date", "format": "%Y%m%d"}, reformatted("%Y%m%d")),
        lambda: Kind({"type": "date", "format": "%d-%m-%y"}, reformatted("%d-%m-%y")),
        lambda: Kind({"type": "date", "format": "any"}, one_of("2024-01-02", "3 May 2024")),
        lambda: Kind({"type": "datetime"}, one_of("2024-01-01T10:00:00", "2024-02-29T23:59:59Z")),
        lambda: Kind({"type": "datetime", "format": "%d/%m/%Y %H:%M"}, one_of("01/02/2024 10:30")),
        lambda: Kind({"type": "time"}, one_of("10:00:00", "23:59:59")),
        lambda: Kind({"type": "time", "format": "%H:%M"}, one_of("10:00", "07:30")),
        lambda: Kind(limited(r, {"type": "year"}, 1990, 2030), whole(1995, 2026)),
        lambda: Kind({"type": "yearmonth"}, one_of("2024-05", "2023-12")),
        lambda: Kind({"type": "duration"}, one_of("P1Y", "PT5M")),
        lambda: Kind({"type": "any"}, words),
        lambda: Kind({"type": "geopoint"}, one_of("10.5,20.5", "112, -7")),
        lambda: Kind({"type": "object"}, one_of('{"a": 1}')),
        lambda: Kind({"type": "array"}, one_of("[1, 2]")),
    ]
    # Half of the columns are of the sorts that a proof covers, as in life.
    return r.choice(choices[:5] if r.random() < 0.3 else choices)()


def schema_of(r: random.Random) -> tuple[dict[str, Any], list[Kind]]:
    """Return a random schema and the sorts of its columns."""
    kinds = [kind_of(r) for _ in range(r.choice([1, 2, 3, 4, 6, 8]))]
    if r.random() < 0.5:
        kinds[0] = Kind({"type": r.choice(["integer", "string"])}, serial)
    fields = []
    for i, kind in enumerate(kinds):
        field = {"name": r.choice(["kolom", "nilai", "kode"]) + str(i + 1), **kind.described}
        rules = dict(field.get("constraints", {}))
        if r.random() < 0.3:
            rules["required"] = True
        if r.random() < (0.4 if i == 0 else 0.1):
            rules["unique"] = True
        fields.append({**field, "constraints": rules} if rules else field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": r.choice(MISSING)}
    names = [field["name"] for field in fields]
    if r.random() < 0.5:
        schema["primaryKey"] = [names[0]]
        if r.random() < 0.3:
            schema["primaryKey"] = sorted(r.sample(names, min(len(names), 2)))
    if r.random() < 0.03:
        reference = {"resource": "", "fields": [names[0]]}
        schema["foreignKeys"] = [{"fields": [names[-1]], "reference": reference}]
    return schema, kinds


def case(seed: int) -> Case:
    """Return the case of a seed."""
    r = random.Random(seed)
    schema, kinds = schema_of(r)
    n_rows = r.choice([0, 1, 2, 5, 20, 20, 60, 150])
    rows = [[kind.good(r, n) for kind in kinds] for n in range(1, n_rows + 1)]
    header = [field["name"] for field in schema["fields"]]
    soil(r, rows, header)
    if r.random() < 0.15:
        header = relabelled(r, header)
    quoting = r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=r.choice([",", ",", ",", ";", "\t", "|"]),
        lineterminator=r.choice(["\n", "\n", "\r\n"]),
        quoting=quoting,
    )
    if r.random() < 0.05:
        writer.writerows([["Laporan tahunan"], []])
    writer.writerow(header)
    writer.writerows(rows)
    return Case(seed, encoded(r, scratched(r, text.getvalue(), header)), schema)


def soil(r: random.Random, rows: list[list[str]], header: list[str]) -> None:
    """Spoil cells and rows in every way that offices know."""
    for _ in range(r.choice([0, 0, 1, 3, 10]) if rows else 0):
        row = r.choice(rows)
        if row:
            row[r.randrange(len(row))] = r.choice(ODD)
    for _ in range(r.choice([0, 0, 0, 1, 2]) if rows else 0):
        at = r.randrange(len(rows))
        rows[at] = r.choice([rows[at][:-1], [*rows[at], "lebih"], list(r.choice(rows))])
    if r.random() < 0.25:
        width = len(header)
        blank = [[], [""] * width, ["-"] * width, [""], ["a"], [" "] * width, list(header)]
        total = [["Jumlah", *["5"] * (width - 1)], ["Bagian A", *[""] * (width - 1)]]
        note = [["Sumber: BPS"], ["Sumber: BPS", *[""] * (width - 1)]]
        rows.insert(r.randrange(len(rows) + 1), r.choice([*blank, *total, *note]))


def relabelled(r: random.Random, header: list[str]) -> list[str]:
    """Return a header that is not quite the one of the schema."""
    changed = list(header)
    at = r.randrange(len(changed))
    changed[at] = r.choice([changed[at].upper(), "", changed[0], f" {changed[at]}", "lain", "5"])
    if r.random() < 0.3:
        changed.append("tambahan")
    elif r.random() < 0.3 and len(changed) > 1:
        changed.pop()
    return changed


def scratched(r: random.Random, text: str, header: list[str]) -> str:
    """Return text with stray signs, or without its last line end."""
    if r.random() < 0.25:
        for _ in range(r.choice([1, 1, 3])):
            at = r.randrange(min(len(text), text.find("\n") + 1), len(text) + 1)
            sign = r.choice(
                ['"', ",", "\n", "\r", '""', " ", ";", "\r\n\r\n", "\n\n", "\x00", "\t"]
            )
            text = text[:at] + sign + text[at:]
    return text.rstrip("\r\n") if r.random() < 0.2 else text


def encoded(r: random.Random, text: str) -> bytes:
    """Return text as bytes, most often UTF-8."""
    chance = r.random()
    if chance < 0.05:
        return b"\xef\xbb\xbf" + text.encode()
    if chance < 0.08:
        return text.encode("cp1252", errors="replace")
    if chance < 0.09:
        return text.encode("utf-16")
    if chance < 0.10:
        return text.encode() + b"\xff\xfe\n"
    return text.encode()
