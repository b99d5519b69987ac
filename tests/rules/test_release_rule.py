"""Release rules as officials write them."""

import csv
from collections import Counter
from datetime import date

import pytest

from catalog.rules.errors import UnknownCadence, Unscheduled
from catalog.rules.periods import period_from_label
from catalog.rules.release_rule import default_rule, parse_release_rule
from catalog.rules.terms import Cadence, Schedule, parse_cadence

C = Cadence


def deadline(text, cadence, label, calendar):
    """The raw deadline of the period with the label."""
    parsed = parse_release_rule(text, cadence)
    assert parsed.schedule is Schedule.PARSED, parsed.reason
    assert parsed.reason is None
    return parsed.rule.deadline(period_from_label(cadence, label), calendar)


@pytest.mark.parametrize(
    ("text", "cadence", "label", "raw"),
    [
        # month n + k, in every spelling
        ("Januari n+1", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Januari N+1", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Januari n + 1", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Januari n +1", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("  januari   N+ 1. ", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Januari (n+1)", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Januari, n+1", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Januari tahun n+1", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Pebruari n+1", C.TAHUNAN, "2023", date(2024, 2, 29)),
        ("Desember n", C.TAHUNAN, "2025", date(2025, 12, 31)),
        ("November n", C.TAHUNAN, "2025", date(2025, 11, 30)),
        ("Februari n", C.TAHUNAN, "2025", date(2025, 2, 28)),
        # literally, whatever the cadence
        ("Februari n+1", C.BULANAN, "2025-01", date(2026, 2, 28)),
        ("Februari n+1", C.BULANAN, "2025-12", date(2026, 2, 28)),
        # n is the last year of a block and the first of a school year
        ("Maret n+1", C.LIMA_TAHUNAN, "2020-2024", date(2025, 3, 31)),
        ("Juni N+1", C.TAHUN_AJARAN, "2025/2026", date(2026, 6, 30)),
        ("Desember n", C.TAHUN_AJARAN, "2025/2026", date(2025, 12, 31)),
        # ranges: the last
        ("April - Mei N+1", C.TAHUN_AJARAN, "2025/2026", date(2026, 5, 31)),
        ("April-Mei n+1", C.TAHUNAN, "2025", date(2026, 5, 31)),
        # lists
        ("Mei n, Agustus n, November n, Februari n+1", C.TRIWULANAN, "2025-Q1", date(2025, 5, 31)),
        ("Mei n, Agustus n, November n, Februari n+1", C.TRIWULANAN, "2025-Q2", date(2025, 8, 31)),
        ("Mei n, Agustus n, November n, Februari n+1", C.TRIWULANAN, "2025-Q4", date(2026, 2, 28)),
        ("Agustus n dan Februari n+1", C.SEMESTERAN, "2025-S2", date(2026, 2, 28)),
        # bare months
        ("Maret", C.TAHUNAN, "2025", date(2026, 3, 31)),
        ("Desember", C.TAHUNAN, "2025", date(2025, 12, 31)),
        ("Januari", C.TAHUNAN, "2025", date(2026, 1, 31)),
        ("Februari dan Agustus", C.SEMESTERAN, "2025-S1", date(2025, 8, 31)),
        ("Februari dan Agustus", C.SEMESTERAN, "2025-S2", date(2026, 2, 28)),
        ("FEBRUARI, AGUSTUS", C.SEMESTERAN, "2025-S1", date(2025, 8, 31)),
        ("November", C.TAHUN_AJARAN, "2025/2026", date(2025, 11, 30)),
        ("Juni", C.TAHUN_AJARAN, "2025/2026", date(2026, 6, 30)),
        # after the quarter, after the month
        ("Triwulan n+2", C.TRIWULANAN, "2025-Q1", date(2025, 9, 30)),
        ("Triwulan n+2", C.TRIWULANAN, "2025-Q4", date(2026, 6, 30)),
        ("tahun berjalan bulan (n+1)", C.BULANAN, "2025-03", date(2025, 4, 30)),
        ("tahun berjalan bulan (n+1)", C.BULANAN, "2025-12", date(2026, 1, 31)),
        # lags
        ("10 hari", C.BULANAN, "2025-03", date(2025, 4, 10)),
        ("10 hari setelah periode", C.BULANAN, "2025-03", date(2025, 4, 10)),
        ("H+10", C.BULANAN, "2025-03", date(2025, 4, 10)),
        ("tanggal 10", C.BULANAN, "2025-03", date(2025, 4, 10)),
        ("Tgl. 10 bulan berikutnya", C.BULANAN, "2025-03", date(2025, 4, 10)),
        ("20 hari setelah triwulan", C.TRIWULANAN, "2025-Q1", date(2025, 4, 20)),
        ("10 hari kerja", C.TRIWULANAN, "2025-Q1", date(2025, 4, 22)),
        ("3 hk", C.MINGGUAN, "2025-W07", date(2025, 2, 19)),
        ("3 Hari Kerja setelah akhir periode", C.MINGGUAN, "2025-W07", date(2025, 2, 19)),
    ],
)
def test_a_rule_names_the_raw_deadline_of_a_period(text, cadence, label, raw, wib_calendar):
    assert deadline(text, cadence, label, wib_calendar) == raw


@pytest.mark.parametrize(
    ("text", "cadence", "said"),
    [
        ("", C.TAHUNAN, "kosong"),
        (" ", C.TAHUNAN, "kosong"),
        ("-", C.TAHUNAN, "kosong"),
        ("***", C.LIMA_TAHUNAN, "kosong"),
        ("N+1", C.TAHUNAN, "bulannya tidak disebut"),
        ("n", C.TAHUNAN, "bulannya tidak disebut"),
        ("N+2", C.BULANAN, "bulannya tidak disebut"),
        ("Februari dan", C.SEMESTERAN, "tidak lengkap"),
        ("Februari dan Agustus", C.TAHUNAN, "2 tanggal"),
        ("Februari dan Agustus", C.TRIWULANAN, "2 tanggal"),
        ("Mei n, Agustus n, November n, Februari n+1", C.TAHUNAN, "4 tanggal"),
        ("Februari n dan Agustus", C.SEMESTERAN, "sebagian"),
        ("Agustus n+1 dan Februari n+1", C.SEMESTERAN, "berurutan"),
        ("Januari n dan Agustus n+2", C.SEMESTERAN, "berurutan"),
        ("Januari n", C.TAHUN_AJARAN, "sebelum periodenya dimulai"),
        ("Januari n", C.BULANAN, "sebelum periodenya dimulai"),
        ("Triwulan n+2", C.BULANAN, "triwulanan"),
        ("tahun berjalan bulan (n+1)", C.TAHUNAN, "sampai satu bulan"),
        ("tahun berjalan", C.TAHUNAN, "bukan nama bulan"),
        ("Konfirmasi n+1", C.TAHUNAN, "bukan nama bulan"),
        ("Situasional", C.TAHUNAN, "bukan nama bulan"),
        ("n+1 dari Tahun Penilaian", C.DWITAHUNAN, "bukan nama bulan"),
        ("Januari - Februari - Maret n+1", C.TAHUNAN, "rentang"),
        ("tanggal 31", C.BULANAN, "1 sampai 28"),
        ("Januari n+1", C.HARIAN, "bergulir"),
    ],
)
def test_what_is_outside_the_grammar_is_unparsed_with_a_reason(text, cadence, said):
    parsed = parse_release_rule(text, cadence)
    assert parsed.schedule is Schedule.UNPARSED
    assert parsed.rule is None
    assert said in parsed.reason
    assert parsed.reason.endswith(".")


@pytest.mark.parametrize("cadence", [C.TAHUNAN, C.HARIAN, C.INSIDENTAL])
@pytest.mark.parametrize("text", ["Tidak dipublikasikan", "TIDAK DI PUBLIKASIKAN"])
def test_what_is_not_published_is_owed_to_nobody(text, cadence):
    parsed = parse_release_rule(text, cadence)
    assert (parsed.schedule, parsed.rule) == (Schedule.UNPUBLISHED, None)


@pytest.mark.parametrize(
    ("cadence", "label", "raw"),
    [
        (C.MINGGUAN, "2025-W07", date(2025, 2, 19)),
        (C.BULANAN, "2025-03", date(2025, 4, 10)),
        (C.TRIWULANAN, "2025-Q1", date(2025, 4, 20)),
        (C.EMPAT_BULANAN, "2025-C1", date(2025, 5, 30)),
        (C.SEMESTERAN, "2025-S1", date(2025, 7, 30)),
        (C.TAHUNAN, "2024", date(2025, 3, 31)),
        (C.TAHUN_AJARAN, "2025/2026", date(2025, 9, 30)),
        (C.DWITAHUNAN, "2024-2025", date(2026, 6, 29)),
        (C.LIMA_TAHUNAN, "2020-2024", date(2025, 6, 29)),
    ],
)
def test_without_a_column_the_default_rule_of_the_cadence_holds(cadence, label, raw, wib_calendar):
    assert deadline(None, cadence, label, wib_calendar) == raw
    assert parse_release_rule(None, cadence).rule == default_rule(cadence)


def test_rolling_and_unscheduled_cadences_have_no_rule():
    for cadence in (C.HARIAN, C.HARIAN_KERJA, C.PER_JAM, C.INSIDENTAL, C.TETAP):
        parsed = parse_release_rule(None, cadence)
        assert (parsed.schedule, parsed.rule) == (Schedule.PARSED, None)
        with pytest.raises(Unscheduled, match=cadence.value):
            default_rule(cadence)
    assert parse_release_rule("***", C.INSIDENTAL).schedule is Schedule.PARSED
    assert parse_release_rule("setiap hari", C.HARIAN).schedule is Schedule.PARSED


@pytest.mark.parametrize(
    ("text", "cadence", "canonical"),
    [
        ("januari N + 1", C.TAHUNAN, "Januari n+1"),
        ("h+10", C.BULANAN, "10 hari setelah periode"),
        ("3 hk", C.MINGGUAN, "3 hari kerja setelah periode"),
        ("FEBRUARI, AGUSTUS", C.SEMESTERAN, "Februari dan Agustus"),
        ("triwulan N+2", C.TRIWULANAN, "Triwulan n+2"),
        ("tahun berjalan bulan (n+1)", C.BULANAN, "bulan (n+1)"),
        ("Mei n,Agustus n,November n,Februari n+1", C.TRIWULANAN, None),
    ],
)
def test_the_canonical_text_of_a_rule_reads_back_as_the_same_rule(text, cadence, canonical):
    rule = parse_release_rule(text, cadence).rule
    assert canonical is None or rule.text == canonical
    assert parse_release_rule(rule.text, cadence).rule == rule


def test_every_default_rule_reads_back_from_its_own_text():
    for cadence in (c for c in Cadence if c.is_periodic):
        rule = default_rule(cadence)
        assert parse_release_rule(rule.text, cadence).rule == rule


def test_every_spelling_of_the_real_daftar_data_is_read_or_refused_with_a_reason(real_files):
    path = real_files / "jabar-satudata" / "data-daftar-data-jabar.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found: Counter[str] = Counter()
    for row in rows:
        try:
            cadence = parse_cadence(row["PERIODE DATA"])
        except UnknownCadence:
            found["refused"] += 1
            continue
        parsed = parse_release_rule(row["JADWAL RILIS"], cadence)
        if parsed.schedule is Schedule.PARSED:
            found["unscheduled" if cadence.is_unscheduled else "scheduled"] += 1
            assert (parsed.rule is None) is cadence.is_unscheduled
        else:
            found[parsed.schedule.value] += 1
            assert parsed.reason
    # Refused: 5 "Tahunan dan bulanan", 4 "***", 1 "3 Tahunan", 1 blank.
    assert found == {
        "scheduled": 2236,
        "UNPARSED": 214,
        "UNPUBLISHED": 104,
        "unscheduled": 53,
        "refused": 11,
    }
    assert found.total() == len(rows) == 2618
