"""Every validator keeps the port: unique code, words in both languages, good and bad sample."""

import importlib
import importlib.util
from datetime import timedelta
from types import ModuleType

import pytest

from catalog.registry import discover
from checks import validators
from checks.validators import Inspection, Severity
from checks.validators.future import FutureTimes
from checks.validators.personal_data import PersonalData, is_nik, masked_text
from checks.validators.volume import Volume
from tests.tables.inspections import NOW, inspection

FOUND = discover(validators)


def samples_of(validator: type) -> ModuleType:
    name = validator.__module__.rpartition(".")[2]
    place = f"tests.tables.samples.{name}"
    assert importlib.util.find_spec(place), f"write tests/tables/samples/{name}.py: good(), bad()"
    return importlib.import_module(place)


def test_the_folder_scan_finds_the_validators():
    assert PersonalData in FOUND
    assert Volume in FOUND


def test_codes_are_unique():
    codes = [validator.code for validator in FOUND]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("validator", FOUND, ids=lambda v: v.code)
def test_a_validator_names_itself_in_both_languages_and_says_whether_it_quarantines(validator):
    assert validator.code == validator.code.lower().replace("_", "-").replace(" ", "-")
    assert validator.title_id
    assert validator.title_en
    assert validator.title_id != validator.title_en
    assert isinstance(validator.quarantines, bool)
    assert validator.__doc__


@pytest.mark.parametrize("validator", FOUND, ids=lambda v: v.code)
def test_a_validator_is_silent_on_its_good_sample(validator):
    assert list(validator().run(samples_of(validator).good())) == []


@pytest.mark.parametrize("validator", FOUND, ids=lambda v: v.code)
def test_a_validator_speaks_in_both_languages_on_its_bad_sample(validator):
    found = list(validator().run(samples_of(validator).bad()))
    assert found
    for one in found:
        assert one.message_id != one.message_en
        for sentence in (one.message_id, one.message_en, one.remedy_id, one.remedy_en):
            assert sentence.endswith(".")
        assert one.code.startswith("mutakhir/") or validator.code == "schema"


@pytest.mark.parametrize("validator", [v for v in FOUND if v.quarantines], ids=lambda v: v.code)
def test_a_bad_sample_of_a_quarantining_validator_is_an_error(validator):
    found = list(validator().run(samples_of(validator).bad()))
    assert any(one.severity is Severity.ERROR for one in found)


def codes(validator: type, sample: Inspection) -> list[str]:
    return [one.message_id for one in validator().run(sample)]


@pytest.mark.parametrize(("n_rows", "held"), [(9, True), (10, False), (11, False)])
def test_half_of_the_rows_is_the_bound(n_rows, held):
    sample = inspection("tahun,n\n" + "2024,1\n" * n_rows, previous_counts=(20,))
    assert bool(codes(Volume, sample)) is held


def test_fewer_than_twenty_rows_before_are_no_yardstick():
    assert codes(Volume, inspection("tahun,n\n2024,1\n", previous_counts=(19,))) == []


def test_an_outlier_among_eight_versions_is_held_back():
    history = (1203, 1188, 1240, 1215, 1199, 1222, 1231, 1210)
    sample = inspection("tahun,n\n" + "2024,1\n" * 700, previous_counts=history)
    assert "sekitar 1212" in codes(Volume, sample)[0]


def test_the_future_begins_one_day_ahead():
    sample = inspection("tanggal,n\n2025-07-20,1\n2025-07-22,2\n")
    assert codes(FutureTimes, sample) == []
    earlier = inspection("tanggal,n\n2025-07-20,1\n2025-07-22,2\n", now=NOW - timedelta(days=1))
    assert "2025-07-22" in codes(FutureTimes, earlier)[0]


def test_coming_months_without_values_are_no_future():
    assert codes(FutureTimes, inspection("bulan,n\nJuli 2025,1\nAgustus 2025,\n")) == []


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("3579010101900001", True),
        ("3579014101900001", True),
        ("3579013101900001", True),
        ("3579013201900001", False),
        ("3579017101900001", True),
        ("3579017201900001", False),
        ("3579010100900001", False),
        ("3579010112900001", True),
        ("3579010113900001", False),
        ("3579010101900000", False),
        ("9901010101900001", False),
        ("6501010101900001", True),
        ("9601010101900001", True),
    ],
)
def test_a_nik_is_known_by_place_birth_date_and_serial(digits, expected):
    assert is_nik(digits) is expected


def test_personal_data_is_counted_and_never_shown():
    found = list(
        PersonalData().run(inspection("nama,nik\nA,3579014507900001\nB,3579011203850002\n"))
    )
    assert len(found) == 1
    assert found[0].cell == "3579************"
    assert "2 baris" in found[0].message_id
    assert (found[0].row, found[0].field, found[0].field_number) == (2, "nik", 2)
    assert "3579014507900001" not in str(found[0])


def test_a_nik_inside_a_text_cell_is_found():
    text = "id,keterangan\n1,atas nama B (3579011203850002)\n2,tidak ada\n"
    assert len(list(PersonalData().run(inspection(text)))) == 1


def test_a_few_mobile_numbers_are_an_office_and_many_are_people():
    rows = [f"A{i},0812-3456-78{i:02d}\n" for i in range(3)]
    two, three = "nama,kontak\n" + "".join(rows[:2]), "nama,kontak\n" + "".join(rows)
    assert list(PersonalData().run(inspection(two))) == []
    assert "nomor ponsel" in next(iter(PersonalData().run(inspection(three)))).message_id


def test_private_mail_only_warns_and_official_mail_is_silent():
    private = "nama,surel\n" + "".join(f"A{i},orang{i}@contoh.id\n" for i in range(3))
    found = list(PersonalData().run(inspection(private)))
    assert [one.severity for one in found] == [Severity.WARNING]
    assert list(PersonalData().run(inspection(private.replace("contoh.id", "kota.go.id")))) == []


def test_a_large_number_is_no_nik():
    text = "kecamatan,anggaran\nBatu,1234567890123456\nJunrejo,12\n"
    assert list(PersonalData().run(inspection(text))) == []


def test_masking_keeps_four_characters():
    assert masked_text("3579014507900001") == "3579************"
    assert masked_text("abc") == "abc"
