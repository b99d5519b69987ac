"""What the checks say of real government files, written down by hand after reading each."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.registry import discover
from checks import validators
from checks.tables.figures.lost_zeros import (
    LostZero,
    lost_groups,
    lost_zeros,
    n_closed,
    whole_measures,
)
from checks.tables.figures.sums import sums
from checks.tables.profile import profile
from checks.tables.reading import Table, read_table
from checks.validators import Finding, Inspection
from checks.validators.lost_thousands import LostThousands

NOW = datetime(2026, 11, 1, tzinfo=UTC)
AGES = "jabar-makro-monthly/piramida2024-data__v01_2025-08-07.csv"
CRIME = "surabaya-sektoral/data-Bab-2-Pemerintahan-dan-Keamanan-v1.0-2016"
# Everything that is said of all these files; the rest is silent, and rightly so.
EXPECTED = {
    # One indicator is listed twice under youth and sports, word for word.
    ("bandung-sektoral/data-indikator-kinerja-rkpd.xlsx", "mutakhir/duplicate-row"): 1,
    # A row "index.php" among the codes of districts.
    ("jabar-makro-monthly/dapodik-kodedikbud.csv", "mutakhir/region-code"): 1,
    (AGES, "mutakhir/lost-thousands-group"): 1,
    (AGES, "mutakhir/lost-thousands"): 51,
    (AGES, "mutakhir/total-differs"): 14,
    # A placeholder address at four datasets.
    ("sdi-catalogue/data__v03_2021-10-13.json", "mutakhir/personal-data"): 1,
    # The twelve months add up to 1,349,200, the total row says 1,048,600.
    (f"{CRIME}__v01_2018-06-06.csv", "mutakhir/total-differs"): 1,
    (f"{CRIME}__v02_2018-06-09.csv", "mutakhir/total-differs"): 1,
}


def findings_of(table: Table) -> list[Finding]:
    sample = Inspection(table=table, profile=profile(table), now=NOW)
    return [one for kind in discover(validators) for one in kind().run(sample)]


def test_the_real_files_are_accused_of_what_is_wrong_in_them_and_of_nothing_else(real_files: Path):
    said: dict[tuple[str, str], int] = {}
    paths = [p for p in real_files.glob("*/*") if p.suffix in (".csv", ".xlsx", ".json")]
    assert len(paths) > 80
    for path in sorted(paths):
        for one in findings_of(read_table(path)):
            place = (path.relative_to(real_files).as_posix(), one.code)
            said[place] = said.get(place, 0) + 1
    assert said == EXPECTED


@pytest.fixture
def ages(real_files: Path) -> Table:
    return read_table(real_files / AGES)


def lost_in(table: Table) -> list[LostZero]:
    counts = whole_measures(table)
    return lost_zeros(table, counts, lost_groups(table, counts), sums(table))


def test_the_women_of_one_regency_are_the_accused_group(ages: Table):
    (group,) = lost_groups(ages, whole_measures(ages))
    assert group.labels == (("KAKO", "KAB. BOGOR"), ("GENDER", "PEREMPUAN"))
    assert (len(group.rows), group.n_numbers) == (41, 524)
    assert group.share < 0.002
    assert group.share_of_others > 0.09


@pytest.mark.parametrize(
    ("district", "age", "stored", "true"),
    [
        ("CIBINONG", "60 - 64", 593, 5930),
        ("CITEUREUP", "15 - 19", 802, 8020),
        ("CILEUNGSI", "5 - 9", 1123, 11230),
        ("CILEUNGSI", "30 - 34", 1098, 10980),
        ("TENJO", "30 - 34", 277, 2770),
        ("CARIU", "20 - 24", 189, 1890),
        ("CARIU", "25 - 29", 186, 1860),
        ("CARIU", "55 - 59", 15, 1500),
        ("PAMIJAHAN", "15 - 19", 67, 6700),
        ("CISARUA", "45 - 49", 37, 3700),
        ("CIGOMBONG", "30 - 34", 36, 3600),
        ("CIAMPEA", "75+", 126, 1260),
        ("KAB. BOGOR", "10 - 14", 22545, 225450),
        ("KAB. BOGOR", "15 - 19", 21476, 214760),
    ],
)
def test_what_was_stored_and_what_was_meant(ages: Table, district, age, stored, true):
    proposed = {
        (ages.rows[each.row][1], ages.header[each.column]): (each.number, each.proposed)
        for each in lost_in(ages)
    }
    assert proposed[district, age] == (stored, true)


def test_the_proposals_close_every_sum_of_the_file_exactly(ages: Table):
    lost = lost_in(ages)
    assert len(lost) == 51
    assert sum(1 for each in lost if each.proposed == 100 * each.number) == 4
    assert n_closed(lost, sums(ages)) == (14, 14)
    mended = with_proposals(ages, lost)
    assert all(each.adds_up for each in sums(mended))
    assert findings_of(mended) == []


def with_proposals(table: Table, lost: list[LostZero]) -> Table:
    rows = [list(row) for row in table.rows]
    for each in lost:
        rows[each.row][each.column] = f"{each.proposed:.0f}"
    return replace(table, rows=[tuple(row) for row in rows])


def test_four_numbers_that_a_repair_missed_are_found_by_their_neighbours_alone(ages: Table):
    missed = {("CITEUREUP", "15 - 19"), ("CILEUNGSI", "5 - 9"), ("CILEUNGSI", "30 - 34")}
    missed |= {("TENJO", "30 - 34")}
    lost = lost_in(ages)
    first_repair = [
        each for each in lost if (ages.rows[each.row][1], ages.header[each.column]) not in missed
    ]
    second = with_proposals(ages, first_repair)
    assert lost_groups(second, whole_measures(second)) == []
    left = {(second.rows[each.row][1], second.header[each.column]) for each in lost_in(second)}
    assert left == missed
    proposals = sorted(each.proposed for each in lost_in(second))
    assert proposals == [2770, 8020, 10980, 11230]
    sample = Inspection(table=second, profile=profile(second), now=NOW)
    assert len(list(LostThousands().run(sample))) == 4
