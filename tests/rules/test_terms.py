"""The closed vocabularies and the words officials use."""

import pytest

from catalog.rules.errors import MutakhirError, UnknownCadence
from catalog.rules.terms import Cadence, ClosingKind, State, parse_cadence


@pytest.mark.parametrize(
    ("word", "cadence"),
    [
        ("Tahunan", Cadence.TAHUNAN),
        (" TAHUNAN ", Cadence.TAHUNAN),
        ("setiap  tahun", Cadence.TAHUNAN),
        ("Tahun Ajaran", Cadence.TAHUN_AJARAN),
        ("TA 2025/2026", Cadence.TAHUN_AJARAN),
        ("Apabila Dibutuhkan", Cadence.INSIDENTAL),
        ("Apabila dibutuhkan", Cadence.INSIDENTAL),
        ("Apabila Diajukan", Cadence.INSIDENTAL),
        ("Tidak Teratur", Cadence.INSIDENTAL),
        ("Hanya Sekali", Cadence.INSIDENTAL),
        ("Insidental", Cadence.INSIDENTAL),
        ("situasional", Cadence.INSIDENTAL),
        ("Bulanan", Cadence.BULANAN),
        ("tiap bulan", Cadence.BULANAN),
        ("Semester", Cadence.SEMESTERAN),
        ("Semesteran", Cadence.SEMESTERAN),
        ("6 bulanan", Cadence.SEMESTERAN),
        ("Triwulan", Cadence.TRIWULANAN),
        ("Triwulanan", Cadence.TRIWULANAN),
        ("TW", Cadence.TRIWULANAN),
        ("Quarter", Cadence.TRIWULANAN),
        ("kuartal", Cadence.TRIWULANAN),
        ("Lima Tahun", Cadence.LIMA_TAHUNAN),
        ("Lima Tahunan", Cadence.LIMA_TAHUNAN),
        ("5 Tahun", Cadence.LIMA_TAHUNAN),
        ("Dwi Tahunan", Cadence.DWITAHUNAN),
        ("2 tahunan", Cadence.DWITAHUNAN),
        ("Empat Bulanan", Cadence.EMPAT_BULANAN),
        ("empat_bulanan", Cadence.EMPAT_BULANAN),
        ("Caturwulan", Cadence.EMPAT_BULANAN),
        ("Mingguan", Cadence.MINGGUAN),
        ("pekanan", Cadence.MINGGUAN),
        ("Harian", Cadence.HARIAN),
        ("setiap hari", Cadence.HARIAN),
        ("Harian Kerja", Cadence.HARIAN_KERJA),
        ("per jam", Cadence.PER_JAM),
        ("Tetap", Cadence.TETAP),
        ("statis", Cadence.TETAP),
    ],
)
def test_the_words_of_officials_name_a_cadence(word, cadence):
    assert parse_cadence(word) is cadence


@pytest.mark.parametrize("cadence", list(Cadence))
def test_every_code_reads_as_itself(cadence):
    assert parse_cadence(cadence.value) is cadence


@pytest.mark.parametrize("word", ["3 Tahunan", "Tahunan dan bulanan", "*", "***", "", "kadang"])
def test_any_other_word_is_an_error_that_names_it_and_what_is_accepted(word):
    with pytest.raises(UnknownCadence) as caught:
        parse_cadence(word)
    said = str(caught.value)
    assert ("kosong" in said) if word in ("", "*", "***") else (f'"{word}"' in said)
    assert "bulanan, triwulanan" in said
    assert isinstance(caught.value, MutakhirError)


def test_every_cadence_is_periodic_rolling_or_unscheduled_and_only_one():
    for cadence in Cadence:
        kinds = [cadence.is_periodic, cadence.is_rolling, cadence.is_unscheduled]
        assert kinds.count(True) == 1, cadence
    assert [c for c in Cadence if c.is_rolling] == ["harian_kerja", "harian", "per_jam"]
    assert [c for c in Cadence if c.is_unscheduled] == ["insidental", "tetap"]


def test_an_obligation_is_closed_in_exactly_the_three_ways_of_closing():
    assert {s.value for s in State if s.is_closed} == {k.value for k in ClosingKind}
