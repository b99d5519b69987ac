"""What is said of an option that holds nonsense: its name, what was found, what was expected."""

from typing import Any

import pytest

from catalog.models import SourceKind
from checks.looking.trials import check_source, settled_options
from checks.sources import SourceError
from checks.sources.answers import rows_at
from checks.sources.database_faults import refused_query

API, VIEW = SourceKind.JSON_API, SourceKind.SQL_VIEW


@pytest.mark.parametrize(
    ("kind", "options", "said_id", "said_en"),
    [
        (API, {"ukuran": 0}, "0, seharusnya angka paling sedikit 1", "0, expected a number of at"),
        (API, {"ukuran": 10**7}, "angka paling banyak 100000", "at most 100000"),
        (API, {"ukuran": "banyak"}, '"banyak", seharusnya angka bulat', "a whole number"),
        (API, {"ukuran": 1.5}, "1.5, seharusnya angka bulat", "a whole number"),
        (API, {"ukuran": True}, "true, seharusnya angka bulat", "true, expected a whole number"),
        (API, {"halaman": "semua"}, "salah satu dari tidak, nomor,", "one of tidak, nomor,"),
        (API, {"jalur_data": None}, "null, seharusnya teks", "null, expected a text"),
        (API, {"jalur_data": "a b"}, '"a b", seharusnya teks tanpa spasi', "without blanks"),
        (SourceKind.JDIHN, {"jalur_data": "a b"}, "teks tanpa spasi", "without blanks"),
        (SourceKind.GOOGLE_SHEET, {"gid": "satu"}, "seharusnya angka saja", "digits alone"),
        (VIEW, {"tampilan": "v; DROP"}, "tidak sesuai: Nama view atau tabel", "see its help"),
        (API, {"ambil_kolom": "bulan"}, "seharusnya daftar nama", "a list of names"),
        (API, {"parameter_halaman": ""}, "teks yang tidak kosong", "a text that is not empty"),
        (API, {"rahasia": "kunci-asli"}, "(dirahasiakan), seharusnya rujukan", "not the key"),
        (VIEW, {"kueri": "DELETE FROM v"}, "satu perintah SELECT", "one SELECT without"),
    ],
)
def test_a_wrong_option_says_what_it_should_have_held(
    kind: SourceKind, options: dict[str, Any], said_id: str, said_en: str
) -> None:
    with pytest.raises(SourceError) as refused:
        settled_options(kind, options)
    name = next(iter(options))
    error = refused.value
    assert f'"{name}"' in error.sentence_id
    assert f'"{name}"' in error.sentence_en
    assert said_id in error.sentence_id
    assert said_en in error.sentence_en
    assert "kunci-asli" not in error.sentence_id + error.sentence_en


@pytest.mark.parametrize(
    ("kind", "options", "names"),
    [
        (VIEW, {}, ("tampilan", "kueri")),
        (VIEW, {"tampilan": "v", "kueri": "SELECT 1"}, ("tampilan", "kueri")),
        (API, {"rahasia": "env:SUMBER_X"}, ("rahasia", "kepala_rahasia", "parameter_rahasia")),
    ],
)
def test_options_that_contradict_each_other_are_named_in_both_languages(
    kind: SourceKind, options: dict[str, Any], names: tuple[str, ...]
) -> None:
    with pytest.raises(SourceError) as refused:
        check_source(kind, "env:SUMBER_X", options)
    for name in names:
        assert name in refused.value.sentence_id
        assert name in refused.value.sentence_en


def test_an_option_without_a_name_is_unknown_not_a_contradiction() -> None:
    with pytest.raises(SourceError, match='Opsi "" tidak dikenal'):
        settled_options(API, {"": 1})


def test_the_number_of_a_sheet_may_be_written_as_a_number() -> None:
    assert settled_options(SourceKind.GOOGLE_SHEET, {"gid": 5}) == {"gid": "5"}


def test_a_refused_query_names_a_code_only_where_there_is_one() -> None:
    assert "kode" not in refused_query().sentence_id
    assert "(code 42P01)" in refused_query("kode 42P01", "code 42P01").sentence_en


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"success": False, "error": {"message": "Access denied"}}, '"Access denied"'),
        ({"errors": [{"kode": 7}]}, '[{"kode": 7}]'),
        ({}, "keys found: none"),
    ],
)
def test_what_a_service_says_instead_of_data_is_repeated_in_its_own_words(
    tree: dict[str, Any], said: str
) -> None:
    with pytest.raises(SourceError) as refused:
        rows_at(tree, "result.records")
    assert said in refused.value.sentence_en
