"""Measure the plausibility checks: `python -m tests.campaign.plausibility [--seed S]`.

Every table of the sample city is taken as it is (what is said then is a false alarm), and
then with one fault at a time put into a cell that is drawn by the seed.
"""

import argparse
import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from catalog.registry import discover
from checks import validators
from checks.tables.mending.export import clean_rows
from checks.tables.profile import profile
from checks.tables.reading import Table, UnreadableTable
from checks.tables.table import ColumnType
from checks.validators import Inspection
from sample_data.city import City
from tests.tables.building import table_of

AT = datetime(2025, 8, 29, tzinfo=UTC)
# What the sample city shows on purpose.
MEANT = frozenset({"mutakhir/personal-data", "mutakhir/future", "mutakhir/volume"})
NEVER_ADDED = frozenset(
    {"tahun", "bulan", "semester", "triwulan", "minggu", "harga", "desil", "rt", "rw", "halaman"}
)
Rows = list[list[str]]
Fault = Callable[[Table, Rows, random.Random], int | None]


def sample_tables(days_back: tuple[int, ...], step: int = 1) -> Iterator[tuple[str, Table]]:
    city = City(AT)
    for slug in city.slugs[::step]:
        for back in days_back:
            feed = city.content(slug, AT - timedelta(days=back))
            try:
                yield f"{slug}-{back}", table_of(feed.body, f"{slug}.{feed.media_type}")
            except UnreadableTable:
                continue


def columns_of(table: Table, kind: ColumnType, *words: str) -> list[int]:
    return [
        i
        for i, column in enumerate(table.columns)
        if column.type is kind and any(word in column.name for word in words)
    ]


def drawn(rows: Rows, column: int, chance: random.Random) -> int | None:
    filled = [i for i, row in enumerate(rows) if row[column] not in ("", "0")]
    return chance.choice(filled) if filled else None


def negative(table: Table, rows: Rows, chance: random.Random) -> int | None:
    columns = columns_of(table, ColumnType.INTEGER, "jumlah", "laki", "unit", "kasus", "orang")
    row = drawn(rows, columns[0], chance) if columns else None
    if row is not None:
        rows[row][columns[0]] = "-" + rows[row][columns[0]]
    return row


def lost_decimal_sign(table: Table, rows: Rows, chance: random.Random) -> int | None:
    columns = columns_of(table, ColumnType.NUMBER, "persen", "prevalensi_persen")
    row = drawn(rows, columns[0], chance) if columns else None
    if row is not None:
        rows[row][columns[0]] = f"{float(rows[row][columns[0]]) * 100:.0f}"
        return row if float(rows[row][columns[0]]) > 100 else None
    return row


def twice(table: Table, rows: Rows, chance: random.Random) -> int | None:
    rows.append(list(chance.choice(rows)))
    return len(rows) - 1


def no_such_day(table: Table, rows: Rows, chance: random.Random) -> int | None:
    columns = columns_of(table, ColumnType.DATE, "tanggal", "mulai", "selesai")
    row = drawn(rows, columns[0], chance) if columns and len(rows) > 3 else None
    if row is not None:
        rows[row][columns[0]] = rows[row][columns[0]][:5] + "02-30"
    return row


def other_unit(table: Table, rows: Rows, chance: random.Random) -> int | None:
    columns = columns_of(table, ColumnType.INTEGER, "jumlah", "produksi", "luas", "nilai", "laki")
    row = drawn(rows, columns[0], chance) if columns else None
    if row is not None:
        rows[row][columns[0]] += "000"
    return row


def wrong_total(table: Table, rows: Rows, chance: random.Random) -> int | None:
    measured = [i for i, column in enumerate(table.columns) if column.type is ColumnType.INTEGER]
    columns = [i for i in measured if table.header[i] not in NEVER_ADDED]
    if not columns or table.columns[0].type.is_numeric or len(rows) < 3:
        return None
    total = ["Jumlah", *[""] * (len(table.header) - 1)]
    for column in columns:
        total[column] = str(sum(int(row[column] or 0) for row in rows))
    wrong = chance.choice(columns)
    total[wrong] = str(int(total[wrong]) + max(1, int(total[wrong]) // 20))
    rows.append(total)
    return len(rows) - 1


FAULTS: dict[str, Fault] = {
    "mutakhir/negative-count": negative,
    "mutakhir/percentage": lost_decimal_sign,
    "mutakhir/duplicate-row": twice,
    "mutakhir/impossible-date": no_such_day,
    "mutakhir/wrong-unit": other_unit,
    "mutakhir/total-differs": wrong_total,
}


@dataclass
class Score:
    """What was put in, found at its row, and said besides."""

    tables: int = 0
    false_alarms: Counter[str] = field(default_factory=Counter)
    put_in: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    besides: Counter[str] = field(default_factory=Counter)


def said_of(table: Table) -> list[tuple[str, int | None]]:
    sample = Inspection(table=table, profile=profile(table), now=AT)
    found = [one for kind in discover(validators) for one in kind().run(sample)]
    return [(one.code, one.row) for one in found if one.code not in MEANT]


def measured(seed: int, days_back: tuple[int, ...] = (0, 400), step: int = 1) -> Score:
    """Return how many faults are found where they were put, and what else is said."""
    chance, score = random.Random(seed), Score()
    for _name, original in sample_tables(days_back, step):
        rows = [[cell or "" for cell in row] for row in clean_rows(original)]
        table = table_of(written(original, rows))
        score.tables += 1
        before = said_of(table)
        score.false_alarms.update(code for code, _ in before)
        for code, fault in FAULTS.items():
            faulty = [list(row) for row in rows]
            at = fault(table, faulty, chance)
            if at is None:
                continue
            said = [
                one for one in said_of(table_of(written(original, faulty))) if one not in before
            ]
            score.put_in[code] += 1
            score.found[code] += (code, at + 2) in said
            score.besides.update(c for c, row in said if (c, row) != (code, at + 2))
    return score


def written(table: Table, rows: Rows) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([table.header, *rows])
    return stream.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    score = measured(seed)
    print(f"seed {seed}, {score.tables} tables; false alarms: {dict(score.false_alarms) or 'none'}")
    for code, n in score.put_in.items():
        print(f"  {score.found[code]:>4} of {n:<4} found  {code}")
    print(f"said besides: {dict(score.besides) or 'nothing'}")


if __name__ == "__main__":
    main()
