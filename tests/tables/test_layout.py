"""The table is found among titles, sections, totals and notes; each row left out is told."""

import pytest

from checks.tables.validation import validate
from tests.tables.building import table_of, types_of, workbook


def test_the_header_below_title_rows_is_found():
    table = table_of("Data Penduduk Kota Batu,,\n,,\nKecamatan,L,P\nBatu,1,2\nBumiaji,3,4\n")
    assert table.header == ("Kecamatan", "L", "P")
    assert table.header_line == 3
    assert list(table.record_lines) == [4, 5]
    assert table.decided("header_row") == "3"


def test_an_unpadded_title_row_is_no_header_either():
    table = table_of("Laporan Bulanan\n\nBulan;Nilai;Ket\nJan 2024;1;a\nFeb 2024;2;b\n")
    assert table.header == ("Bulan", "Nilai", "Ket")


def test_a_header_in_two_rows_is_joined():
    table = table_of(
        "No,Kecamatan,Penduduk,,Jumlah\n,,Laki-laki,Perempuan,\n1,Batu,5,6,11\n2,Junrejo,7,8,15\n"
    )
    assert table.header == (
        "No",
        "Kecamatan",
        "Penduduk Laki-laki",
        "Penduduk Perempuan",
        "Jumlah",
    )
    assert table.n_rows == 2
    assert table.header_line == 2


def test_a_file_without_header_gets_names_of_its_own():
    table = table_of(
        "3579,Batu,2024-01-02,5\n3573,Malang,2024-01-03,6\n3511,Bondowoso,2024-01-04,7\n"
    )
    assert table.header == ("kolom_1", "kolom_2", "kolom_3", "kolom_4")
    assert table.header_line == 0
    assert table.n_rows == 3


def test_years_as_labels_are_a_header():
    table = table_of("Jenis,2021,2022\nSapi,508,327\nKuda,0,4\n")
    assert table.header == ("Jenis", "2021", "2022")


def test_blank_and_double_labels_get_names():
    table = table_of(",nilai,nilai\nx,1,2\ny,3,4\n")
    assert table.header == ("kolom_1", "nilai", "nilai_2")


def test_columns_without_label_and_values_are_left_out():
    table = table_of("a,b,,\n1,x,,\n2,y,,\n")
    assert table.header == ("a", "b")
    assert table.decided("blank_columns") == "2"


def test_a_trailing_total_is_left_out_and_told():
    table = table_of("Kecamatan,L,P\nBatu,1,2\nBumiaji,3,4\nJumlah/ Total,4,6\n")
    assert table.n_rows == 2
    assert table.decided("total_rows") == "4"
    assert table.left_out_lines == {4}


def test_a_row_that_only_begins_with_the_word_jumlah_stays():
    table = table_of("Uraian,Satuan,2023\nJumlah Produksi Padi,Ton,9498.07\nJumlah Sapi,Ekor,12\n")
    assert table.n_rows == 2


def test_many_rows_called_jumlah_are_a_category():
    text = "jenis,tahun,n\n" + "".join(f"Jumlah,20{y},1\nLain,20{y},2\n" for y in range(10, 20))
    assert table_of(text).n_rows == 20


def test_a_trailing_average_is_left_out():
    table = table_of("Bulan,Suhu,Hujan\nJanuari,27.9,3\nFebruari,28,4\nRata-rata,27.95,3.5\n")
    assert table.n_rows == 2


def test_section_rows_inside_the_data_are_left_out():
    table = table_of(
        "Uraian,Satuan,2023,2024\nPencari Kerja,,,\nLaki-laki,Orang,1,2\n"
        "Tidak Terdidik,Orang,-,-\nPenempatan,,,\nPerempuan,Orang,3,4\n"
    )
    assert [row[0] for row in table.rows] == ["Laki-laki", "Tidak Terdidik", "Perempuan"]
    assert table.decided("section_rows") == "2, 5"


def test_a_month_without_values_is_a_row_not_a_section():
    table = table_of("Bulan,A,B\nJanuari,1,2\nFebruari,,\nMaret,3,4\nApril,5,6\n")
    assert table.n_rows == 4


def test_a_torn_line_is_a_row_not_a_section():
    table = table_of("a,b,c\nx,1,2\nsobekan\ny,3,4\nz,5,6\n")
    assert table.n_rows == 4


def test_notes_below_the_table_are_left_out():
    table = table_of("Tahun,A,B\n2023,1,2\n2024,3,4\n,,\nSumber: BPS Kota Batu,,\n")
    assert table.n_rows == 2
    assert table.decided("note_rows") == "5"


SIGNED = [
    ["Kecamatan", "L", "P"],
    ["Batu", 10, 10],
    ["Junrejo", 20, 20],
    ["Jumlah", 30, 30],
    [],
    [None, None, "Batu, 10 Januari 2025"],
    ["Mengetahui", None, "Kepala Dinas"],
    [],
    ["Dra. SITI AMINAH", None, "Drs. BUDI SANTOSO, M.Si"],
    [None, None, "NIP. 19680312 199403 1 005"],
]


def test_a_signature_below_the_table_is_left_out_in_every_column():
    table = table_of(workbook(SIGNED), "data.xlsx")
    assert table.n_rows == 2
    assert types_of(table) == ["string", "integer", "integer"]
    assert table.decided("note_rows") == "6, 7, 9, 10"
    assert table.decided("total_rows") == "4"
    assert "NIP. 19680312 199403 1 005" in table.beside


def test_a_signature_in_a_text_file_is_seen_by_the_verdict_too(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        "Kecamatan,L,P\nBatu,10,10\nJunrejo,20,20\n"
        ',,"Batu, 10 Januari 2025"\n,,Kepala Dinas\n,,NIP. 19680312 199403 1 005\n'
    )
    fields = [
        {"name": "Kecamatan", "type": "string"},
        {"name": "L", "type": "integer"},
        {"name": "P", "type": "integer"},
    ]
    for engine in ("fast", "frictionless"):
        found = validate(path, {"fields": fields}, engine=engine)
        assert (found.valid, found.n_rows) == (True, 2)


def test_remarks_in_several_rows_are_left_out_from_the_first_on():
    table = table_of("Tahun,A,B\n2023,1,2\n2024,3,4\n\nKeterangan:\n1. Sementara\n2. Tetap\n")
    assert table.n_rows == 2
    assert table.decided("note_rows") == "5, 6, 7"


def test_last_rows_that_miss_their_values_stay():
    table = table_of("Kode,Desa,L\n01,Sisir,5\n02,Temas,6\n03,Sumberejo,\n04,Punten,\n")
    assert table.n_rows == 4


def test_a_total_named_with_what_it_sums_is_left_out():
    table = table_of(
        "Kecamatan,Desa,L\nBatu,Sisir,1\nBatu,Temas,2\nJumlah Batu,,3\n"
        "Bumiaji,Punten,4\nBumiaji,Giripurno,5\nSub Total Kec. Bumiaji,,9\nTotal,,12\n"
    )
    assert table.n_rows == 4
    assert table.decided("total_rows") == "4, 7, 8"


def test_totals_inside_that_lack_a_label_are_left_out_however_many():
    table = table_of(
        "Kecamatan,Desa,L\nBatu,Sisir,1\nBatu,Temas,2\nJumlah,,3\n"
        "Bumiaji,Punten,4\nBumiaji,Giripurno,5\nJumlah,,9\n"
    )
    assert table.decided("total_rows") == "4, 7"


def test_a_merged_label_holds_for_all_its_rows_and_a_shared_measure_for_none():
    book = workbook(
        [
            ["No", "Kecamatan", "Desa", "Tahun", "L", "Luas"],
            [1, "Batu", "Sisir", 2024, 4, 99],
            [None, None, "Temas", None, 6, None],
            [2, "Bumiaji", "Punten", 2024, 5, 77],
        ],
        merged=("A2:A3", "B2:B3", "D2:D3", "F2:F3"),
    )
    table = table_of(book, "data.xlsx")
    assert table.rows[1] == ("1", "Batu", "Temas", "2024", "6", None)
    assert table.decided("merged_cells") == "3"


def test_a_cover_of_words_is_not_the_table():
    cover: list[list[object]] = [["LAPORAN DATA SEKTORAL"], ["Dinas Kesehatan Kota Batu"]]
    table = table_of(workbook(cover, [["Puskesmas", "Kasus"], ["A", 4], ["B", 5]]), "data.xlsx")
    assert table.header == ("Puskesmas", "Kasus")
    assert table.decided("sheet") == "Lembar 2"


def test_numbered_headings_without_values_are_sections():
    table = table_of(
        "No,Uraian,Satuan,2023,2024\nI,PENDAPATAN,,,\n1,Pajak,Rp,5,6\n2,Retribusi,Rp,7,8\n"
        "II,BELANJA,,,\n1,Pegawai,Rp,5,6\n2,Modal,Rp,,\n"
    )
    assert table.decided("section_rows") == "2, 5"
    assert [row[1] for row in table.rows] == ["Pajak", "Retribusi", "Pegawai", "Modal"]


THREE_ROWS = [
    ["No", "Kecamatan", "Kelompok Umur", None, None, None, "Total"],
    [None, None, "0-14", None, "15-64", None, None],
    [None, None, "L", "P", "L", "P", None],
    [1, "Batu", 1, 2, 3, 4, 10],
    [2, "Bumiaji", 1, 2, 3, 4, 10],
]
MERGED = ("A1:A3", "B1:B3", "C1:F1", "C2:D2", "E2:F2", "G1:G3")


@pytest.mark.parametrize("merged", [MERGED, ()], ids=["merged", "bare"])
def test_a_header_in_three_rows_is_joined(merged):
    table = table_of(workbook(THREE_ROWS, merged=merged), "data.xlsx")
    assert table.header == (
        "No",
        "Kecamatan",
        "Kelompok Umur 0-14 L",
        "Kelompok Umur 0-14 P",
        "Kelompok Umur 15-64 L",
        "Kelompok Umur 15-64 P",
        "Total",
    )
    assert table.n_rows == 2


@pytest.mark.parametrize(
    "numbers", ["1,2,3,4", "(1),(2),(3),(4=2+3)", "(a),(b),(c),(d)", "1,2,3,4 = 2 + 3"]
)
def test_however_columns_are_counted_it_is_no_data(numbers):
    table = table_of(f"Kecamatan,L,P,Jumlah\n{numbers}\nBatu,5,6,11\nBumiaji,7,8,15\n")
    assert table.n_rows == 2
    assert table.decided("numbering_rows") == "2"


def test_a_first_row_that_counts_by_chance_stays():
    assert table_of("a,b,c\n1,2,3\n4,5,6\n7,8,9\n").n_rows == 3


def test_the_row_of_column_numbers_is_left_out():
    table = table_of("Kecamatan,L,P\n(1),(2),(3)\nBatu,5,6\nBumiaji,7,8\n")
    assert table.n_rows == 2
    assert table.decided("numbering_rows") == "2"


def test_a_header_repeated_inside_the_data_is_left_out():
    table = table_of("a,b\nx,1\na,b\ny,2\n")
    assert table.rows == [("x", "1"), ("y", "2")]


def test_one_row_with_a_cell_too_many_does_not_widen_the_table():
    rows = "".join(f"Desa {i},{i}\n" for i in range(30))
    table = table_of("nama,n\n" + rows + "Desa 31,31,lebih\n")
    assert table.header == ("nama", "n")
    assert table.decided("ragged_rows") == "32"


def test_blank_records_are_skipped_and_counted_but_lines_stay_those_of_the_file():
    table = table_of("a,b\n\n1,x\n,\n2,y\n")
    assert list(table.record_lines) == [3, 5]
    assert table.decided("blank_rows") == "2"


def test_missing_words_are_nothing_in_a_number_column_and_text_in_a_text_column():
    table = table_of("n,status,kosong\n1,-,-\n***,baik,-\nn/a,-,NA\n5,rusak,\n")
    assert [row[0] for row in table.rows] == ["1", None, None, "5"]
    assert [row[1] for row in table.rows] == ["-", "baik", "-", "rusak"]
    assert [row[2] for row in table.rows] == [None, None, None, None]


def test_codes_stay_text():
    table = table_of(
        "kode_wilayah,npsn,nip,urut,id,kdkec\n35.79,20534567,0012,007,1,3201190.0\n"
        "35.10,20534568,0013,008,2,3201191.0\n"
    )
    assert types_of(table) == ["string", "string", "string", "string", "integer", "string"]
    assert table.rows[1][0] == "35.10"
    assert table.rows[0][5] == "3201190"
    assert table.decided("codes_as_floats") == "kdkec"


def test_sixteen_digits_and_dotted_codes_are_text_without_a_telling_name():
    table = table_of("x,y\n3579010101900001,32.01.02\n3579010101900002,12.01.03\n")
    assert types_of(table) == ["string", "string"]


def test_years_written_as_floats_are_years():
    table = table_of("tahun,n\n2019.0,1\n2020.0,2\n")
    assert types_of(table)[0] == "year"
    assert table.rows[0][0] == "2019"


def test_times_and_booleans_are_recognised():
    table = table_of(
        "tanggal,periode,aktif,bulan\n17/08/2024,202401,Ya,Pebruari 2019\n"
        "18/08/2024,202402,Tidak,Nopember 2019\n"
    )
    assert types_of(table) == ["date", "period", "boolean", "period"]


def test_units_come_from_the_name_the_cells_or_the_column_satuan():
    table = table_of("luas (ha),persen,biaya\n1.5,97 %,Rp 2.000.000\n2.5,98 %,Rp 3.500.000\n")
    assert [column.unit for column in table.columns] == ["ha", "persen", "rupiah"]
    assert table_of("n,satuan\n5,JIWA\n6,JIWA\n").columns[0].unit == "jiwa"


def test_cells_that_span_rows_and_columns_of_an_html_table_are_placed():
    table = table_of(
        "<table><tr><td colspan=4>PENDUDUK 2024</td></tr>"
        "<tr><th rowspan=2>Kecamatan</th><th rowspan=2>Desa</th><th colspan=2>Umur</th></tr>"
        "<tr><th>0-14</th><th>15-64</th></tr>"
        "<tr><td rowspan=2>Batu</td><td>Sisir</td><td>11</td><td>12</td></tr>"
        "<tr><td>Temas</td><td>13</td><td>14</td></tr>"
        "<tr><td>Bumiaji</td><td>Punten</td><td>15</td><td>16</td></tr>"
        "<tr><td colspan=2>Jumlah</td><td>39</td><td>42</td></tr></table>",
        "unduhan.xls",
    )
    assert table.header == ("Kecamatan", "Desa", "Umur 0-14", "Umur 15-64")
    assert table.rows == [
        ("Batu", "Sisir", "11", "12"),
        ("Batu", "Temas", "13", "14"),
        ("Bumiaji", "Punten", "15", "16"),
    ]


def test_lines_that_were_wrapped_in_quotes_are_unwrapped():
    table = table_of('"Kecamatan;""L"";""P"""\n"Batu;1;2"\n"Bumiaji;3;4"\n')
    assert table.header == ("Kecamatan", "L", "P")
    assert table.rows == [("Batu", "1", "2"), ("Bumiaji", "3", "4")]
    assert table.decided("wrapped_lines") == "3"


def test_quoted_texts_of_one_column_stay_texts():
    assert table_of('"nama, gelar"\n"BUDI, S.Pd"\n"SITI, S.E"\n').header == ("nama, gelar",)


def test_a_letterhead_with_a_text_in_its_corner_is_no_header():
    rows = [
        ["PEMERINTAH KOTA BATU", None, None, "Lampiran I"],
        ["DINAS KESEHATAN"],
        [],
        ["No", "Puskesmas", "Kunjungan"],
        [1, "Batu", 100],
        [2, "Junrejo", 200],
    ]
    table = table_of(workbook(rows, merged=("A1:C1",)), "data.xlsx")
    assert table.header == ("No", "Puskesmas", "Kunjungan")
    assert table.n_rows == 2


def test_units_below_the_header_belong_to_it():
    table = table_of("Desa,Luas,Penduduk\n,(ha),(jiwa)\nSisir,15,100\nTemas,25,200\n")
    assert table.header == ("Desa", "Luas (ha)", "Penduduk (jiwa)")
    assert types_of(table) == ["string", "integer", "integer"]


def test_a_heading_in_the_second_column_is_a_section():
    table = table_of(
        "No,Desa,Penduduk\n,KECAMATAN BATU,\n1,Sisir,100\n2,Temas,200\n"
        ",KECAMATAN JUNREJO,\n1,Beji,300\n2,Junrejo,400\n"
    )
    assert table.decided("section_rows") == "2, 5"
    assert table.n_rows == 4
