"""What changed between two versions: rows by key or likeness, columns by name and place."""

from checks.tables.changes.difference import difference
from checks.tables.changes.drift import drift
from tests.tables.building import table_of

OLD = "kecamatan,tahun,jumlah\nBatu,2023,10\nBumiaji,2023,20\nJunrejo,2023,30\n"


def counts(old: str, new: str, key: tuple[str, ...] = ()) -> tuple[int, int, int]:
    seen = difference(table_of(old), table_of(new), key)
    return seen.n_added, seen.n_removed, seen.n_changed


def test_one_cell_is_one_changed_row_with_its_values():
    seen = difference(table_of(OLD), table_of(OLD.replace(",20\n", ",21\n")))
    assert (seen.n_added, seen.n_removed, seen.n_changed) == (0, 0, 1)
    example = seen.examples[0]
    assert (example.column, example.before, example.after) == ("jumlah", "20", "21")


def test_the_same_content_differs_in_nothing():
    turned = "\n".join(reversed(OLD.strip().split("\n")[1:]))
    assert difference(table_of(OLD), table_of("kecamatan,tahun,jumlah\n" + turned)).is_empty


def test_rows_added_and_removed_are_counted_by_key():
    new = "kecamatan,tahun,jumlah\nBatu,2023,10\nBumiaji,2023,25\nSisir,2023,5\nTemas,2023,6\n"
    assert counts(OLD, new, ("kecamatan", "tahun")) == (2, 1, 1)


def test_without_a_unique_key_rows_are_matched_to_the_likest():
    old = "jenis,n,m,k\nA,1,2,3\nA,4,5,6\nB,7,8,9\n"
    new = "jenis,n,m,k\nA,1,2,3\nA,4,5,60\nB,70,80,90\n"
    assert counts(old, new) == (1, 1, 1)


def test_a_row_put_in_between_renumbers_the_others_and_changes_none():
    old = "no,desa,n\n1,A,5\n2,B,6\n3,C,7\n"
    assert counts(old, "no,desa,n\n1,X,4\n2,A,5\n3,B,6\n4,C,7\n") == (1, 0, 0)
    assert counts(old, "no,desa,n\n1,B,6\n2,A,5\n3,C,7\n") == (0, 0, 2)


def test_one_corrected_word_is_a_changed_row_and_another_year_another_row():
    old = "nama,alamat,tahun,n\nX,Jl 1,2023,5\nY,Jl 2,2023,6\nZ,Jl 3,2023,7\n"
    assert counts(old, old.replace("Jl 2", "Jl 22")) == (0, 0, 1)
    assert counts(old, old.replace("Jl 2,2023", "Jl 2,2024")) == (1, 1, 0)


def test_a_row_that_comes_twice_is_one_row_added():
    assert counts(OLD, OLD + "Batu,2023,10\n", ("kecamatan",)) == (1, 0, 0)


def test_a_column_that_only_one_version_has_changes_no_row():
    new = OLD.replace("jumlah\n", "jumlah,ket\n").replace("0\n", "0,baik\n")
    assert counts(OLD, new) == (0, 0, 0)


def test_large_rewrites_are_counted_without_comparing_each_with_each():
    old = "nama,n\n" + "".join(f"A,{i}\n" for i in range(700))
    new = "nama,n\n" + "".join(f"B,{i + 1000}\n" for i in range(700))
    assert counts(old, new) == (700, 700, 0)


def sentences(old: str, new: str) -> list[str]:
    return [c.message_id for c in drift(table_of(old).columns, table_of(new).columns)]


def test_a_renamed_column_is_told_as_one_change():
    assert sentences("tahun,jml\n2023,1\n", "tahun,jumlah\n2023,1\n") == [
        "kolom 'jml' menjadi 'jumlah'"
    ]


def test_a_renamed_column_is_known_by_likeness_when_it_also_moved():
    old, new = "a,jumlah_penduduk,z\nx,1,y\n", "a,z,jumlah penduduk\nx,y,1\n"
    assert sentences(old, new) == ["kolom 'jumlah_penduduk' menjadi 'jumlah penduduk'"]


def test_columns_that_came_and_went_are_told():
    assert sentences("a,lama\nx,1\n", "a,keterangan,z\nx,teks,y\n") == [
        "kolom 'lama' hilang",
        "kolom 'keterangan' baru",
        "kolom 'z' baru",
    ]


def test_a_changed_type_is_told_but_integer_to_number_is_data():
    assert sentences("a,n\nx,1\n", "a,n\nx,satu\n") == [
        "tipe kolom 'n' berubah dari integer menjadi string"
    ]
    assert sentences("a,n\nx,1\n", "a,n\nx,1.5\n") == []


def test_order_and_case_of_the_columns_are_no_drift():
    assert sentences("a,n\nx,1\n", "N,A\n1,x\n") == []


def test_the_next_year_in_the_place_of_the_first_is_another_column():
    old, new = "uraian,2021,2022\na,1,2\n", "uraian,2022,2023\na,2,3\n"
    assert sentences(old, new) == ["kolom '2021' hilang", "kolom '2023' baru"]
    assert sentences(old, "uraian,Tahun 2021,2022\na,1,2\n") == [
        "kolom '2021' menjadi 'Tahun 2021'"
    ]
    assert sentences(old, "tahun,sapi,kuda\na,1,2\n")[1:] == [
        "kolom '2021' hilang",
        "kolom '2022' hilang",
        "kolom 'sapi' baru",
        "kolom 'kuda' baru",
    ]


def test_two_renamed_columns_that_changed_places_are_each_known():
    old, new = "a,jml_l,jml_p\nx,1,2\n", "a,jumlah_p,jumlah_l\nx,2,1\n"
    assert sentences(old, new) == [
        "kolom 'jml_l' menjadi 'jumlah_l'",
        "kolom 'jml_p' menjadi 'jumlah_p'",
    ]


def test_the_month_that_is_filled_in_is_no_change_of_type_and_an_emptied_one_is_told():
    before, after = "obyek,jan,feb\na,1,\nb,2,\n", "obyek,jan,feb\na,1,3\nb,2,4\n"
    assert sentences(before, after) == []
    assert sentences(after, before) == ["kolom 'feb' kini kosong"]
