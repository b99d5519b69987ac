"""Documents are told apart by their columns alone."""

import pytest

from catalog.intake.documents import Document, UnknownDocument
from catalog.intake.kinds import Kind, recognise


def kind_of(*header: str) -> Kind:
    return recognise(Document("x.csv", header, [])).kind


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("kode,nama,singkatan,jenis,email", Kind.AGENCIES),
        ("opd,judul,periode_data", Kind.DATASETS),
        (
            "PENGHASIL DATA,IKU PEMERINTAH DAERAH,NAMA DATA,PERIODE DATA,JADWAL RILIS,SATUAN,"
            "KLASIFIKASI",
            Kind.DATASETS,
        ),
        ("opd,judul,tahun_data,tautan", Kind.LISTING),
        ("Produsen Data,Judul Tabel,Tahun Data,Status Data,Tautan", Kind.LISTING),
        ("nama,email,opd,peran", Kind.PEOPLE),
        ("tanggal,nama,jenis", Kind.HOLIDAYS),
        ("date,name,kind,estimated,source,imported_on", Kind.HOLIDAYS),
        ("opd,nama_aplikasi,fungsi,terintegrasi,target", Kind.APPLICATIONS),
        ("OPD , Periode-Data ;, J U D U L", Kind.DATASETS),
    ],
)
def test_a_document_is_recognised_by_its_columns_in_any_spelling(header: str, kind: Kind) -> None:
    assert kind_of(*header.split(",")) is kind


def test_a_header_of_two_hundred_columns_is_read_and_the_first_of_two_alike_counts() -> None:
    extra = tuple(f"kolom {number}" for number in range(197))
    found = recognise(Document("x.csv", ("judul", *extra, "OPD", "periode data", "JUDUL"), []))
    assert found.kind is Kind.DATASETS
    assert found.columns["judul"] == 0
    assert found.columns["periode_data"] == 199


def test_what_lacks_a_column_is_refused_with_the_columns_it_lacks() -> None:
    with pytest.raises(UnknownDocument, match=r"mirip daftar data.*tidak ada: periode_data"):
        kind_of("opd", "judul", "jadwal_rilis", "satuan")


@pytest.mark.parametrize("header", [(), ("", ""), ("a", "b"), ("\x00\x01", "\x7f")])
def test_a_table_without_known_columns_is_refused_with_what_can_be_loaded(
    header: tuple[str, ...],
) -> None:
    with pytest.raises(UnknownDocument, match="daftar OPD, daftar hari libur"):
        kind_of(*header)
