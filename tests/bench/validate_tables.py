"""Seeded registers of twelve columns, as an office keeps them, with a share of bad cells."""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DISTRICTS = ["Batu", "Bumiaji", "Junrejo"]
STATES = ["aktif", "nonaktif", "proses", "ditolak"]
WORDS = [
    "warga",
    "air",
    "jalan",
    "lampu",
    "desa",
    "bantuan",
    "sekolah",
    "pajak,",
    '"khusus"',
    "lama",
]
SCHEMA: dict[str, Any] = {
    "fields": [
        {
            "name": "nik",
            "type": "string",
            "constraints": {"required": True, "pattern": "[0-9]{16}", "unique": True},
        },
        {"name": "no", "type": "integer", "constraints": {"required": True, "minimum": 1}},
        {
            "name": "nama",
            "type": "string",
            "constraints": {"required": True, "minLength": 3, "maxLength": 40},
        },
        {
            "name": "kode_wilayah",
            "type": "string",
            "constraints": {"required": True, "pattern": r"35\.79\.[0-9]{2}\.[0-9]{4}"},
        },
        {
            "name": "kecamatan",
            "type": "string",
            "constraints": {"required": True, "enum": DISTRICTS},
        },
        {
            "name": "tanggal",
            "type": "date",
            "constraints": {"required": True, "minimum": "2000-01-01", "maximum": "2026-12-31"},
        },
        {"name": "tanggal_lahir", "type": "date", "format": "%d/%m/%Y"},
        {"name": "banyak", "type": "integer", "constraints": {"minimum": 0, "maximum": 100000}},
        {
            "name": "nilai",
            "type": "number",
            "decimalChar": ",",
            "groupChar": ".",
            "constraints": {"minimum": 0},
        },
        {"name": "aktif", "type": "boolean", "trueValues": ["ya"], "falseValues": ["tidak"]},
        {"name": "status", "type": "string", "constraints": {"enum": STATES}},
        {"name": "uraian", "type": "string", "constraints": {"maxLength": 200}},
    ],
    "primaryKey": ["no"],
    "missingValues": ["", "-", "NA"],
}
# What goes wrong: the column and what stands there instead.
SLIPS: list[tuple[int, str]] = [
    (0, "'579000000000001"), (0, "3579000000000007"), (1, "1.5"), (1, ""), (2, "Al"), (2, "x" * 41),
    (3, "3579011001"), (4, "batu"), (5, "2024-02-30"), (5, "31-12-2023"), (5, "1999-12-31"),
    (6, "1980-01-31"), (7, "seribu"), (7, "100001"), (8, "12,34,56"), (8, "-5,00"), (9, "Ya"),
    (10, "hilang"),
]  # fmt: skip


def rows(n: int, bad: float, seed: int) -> Iterator[list[str]]:
    """Yield n rows of which a share of the cells is bad."""
    r = random.Random(seed)
    days = [date(2000, 1, 1) + timedelta(each) for each in range(9_000)]
    births = [date(1940, 1, 1) + timedelta(each) for each in range(27_000)]
    texts = [" ".join(r.choice(WORDS) for _ in range(r.randint(3, 14))) for _ in range(5_000)]
    names = [f"{r.choice(WORDS[:6])} {r.choice(WORDS[:6])}".title() for _ in range(500)]
    share = 1 - (1 - bad) ** 12
    for number in range(1, n + 1):
        money = f"{r.random() * 1e8:,.2f}".translate(str.maketrans(",.", ".,"))
        row = [
            str(3_579_000_000_000_000 + number * 7),
            str(number),
            r.choice(names),
            f"35.79.{r.randint(1, 3):02}.{r.randint(1001, 1008)}",
            r.choice(DISTRICTS),
            r.choice(days).isoformat(),
            r.choice(births).strftime("%d/%m/%Y") if r.random() > 0.03 else "-",
            str(r.randint(0, 100_000)),
            money if r.random() > 0.02 else "NA",
            "ya" if r.random() < 0.5 else "tidak",
            r.choice(STATES),
            r.choice(texts),
        ]
        yield spoiled(row, r) if share and r.random() < share else row


def spoiled(row: list[str], r: random.Random) -> list[str]:
    """Return a row with one slip."""
    slip = r.randrange(len(SLIPS) + 2)
    if slip == len(SLIPS):
        return row[:11]
    if slip > len(SLIPS):
        return [*row, "lebih"]
    column, text = SLIPS[slip]
    return [*row[:column], text, *row[column + 1 :]]


def write(path: Path, n: int, bad: float, seed: int) -> None:
    """Write a register of n rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([field["name"] for field in SCHEMA["fields"]])
        writer.writerows(rows(n, bad, seed))
