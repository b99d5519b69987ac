"""The same table reads the same however an office writes its title."""

import pytest

from catalog.intake.matching import AUTOMATIC_FROM, UNSURE_FROM, Published, promised, similarity
from catalog.intake.naming import initials_of, name_key, slug_of
from catalog.intake.titles import Lexicon

LEXICON = Lexicon.of(
    [
        "Jumlah Sekolah Menengah Atas (SMA) Berdasarkan Kecamatan di Kota Sukamaju",
        "Jumlah Pegawai Negeri Sipil (PNS) di Lingkungan Pemerintah Kota Sukamaju",
        "Luas Panen Padi Menurut Kecamatan di Kota Sukamaju",
        "Indeks Kepuasan Masyarakat (IKM) di Kota Sukamaju",
        "Jumlah Industri Kecil Menengah (IKM) di Kota Sukamaju",
        "Jumlah Pos Keamanan Lingkungan (Poskamling) di Kota Sukamaju",
    ]
)


def score(wanted: str, found: str, classification: str | None = None) -> float:
    return similarity(
        promised(LEXICON, 1, wanted, classification), Published(1, LEXICON.read(found))
    )


@pytest.mark.parametrize(
    ("wanted", "found", "classification"),
    [
        ("Jumlah SMA", "Jumlah Sekolah Menengah Atas (SMA) Berdasarkan Kecamatan", None),
        ("Luas Panen Tanaman Padi", "Luas Panen Padi di Kota Sukamaju", None),
        ("Jumlah Produksi Cabe Rawit", "Produksi Cabai Rawit Menurut Kecamatan", None),
        ("Banyaknya PNS", "Jumlah Pegawai Negeri Sipil di Kota Sukamaju", None),
        ("Jumlah Posyandu (Unit)", "Jumlah Posyandu Se-Kota Sukamaju", None),
        ("Produksi Teh Tahun ke-n", "Produksi Teh", None),
        ("Jumlah Guru", "Jumlah Guru Berdasarkan Jenis Kelamin", "Kecamatan; Jenis Kelamin"),
        ("1. Jumlah Puskesmas**", "Jumlah Puskesmas Berdasarkan Tahun", None),
        ("Jumlah pelaku usaha yang diawasi", "Jumlah Pelaku Usaha yg Diawasi", None),
    ],
)
def test_the_same_thing_said_twice_is_recognised(
    wanted: str, found: str, classification: str | None
) -> None:
    assert score(wanted, found, classification) >= AUTOMATIC_FROM


@pytest.mark.parametrize(
    ("wanted", "found", "classification"),
    [
        ("Jumlah Siswa SMA Negeri", "Jumlah Siswa SMA Swasta", None),
        ("Jumlah Siswa SMA", "Jumlah Siswa SMA Negeri", None),
        ("Produksi Padi", "Produktivitas Padi", None),
        ("Jumlah Penerima Bantuan Sosial", "Jumlah Penerimaan Bantuan Sosial", None),
        ("Jumlah Terminal Tipe 1", "Jumlah Terminal Tipe 2", None),
        ("Jumlah Desa Berdasarkan Sumber Air", "Jumlah Desa Berdasarkan Kecamatan", None),
        ("Jumlah Desa", "Jumlah Desa Berdasarkan Sumber Air", None),
        ("Jumlah PNS", "Jumlah PNS Dinas Kesehatan", None),
        ("Indeks Kualitas Air", "Indeks Kualitas Air Berdasarkan Kecamatan", "***"),
        ("Jumlah IKM", "Indeks Kepuasan Masyarakat", None),
        ("Produksi Teh Tahun ke-(n-1)", "Produksi Teh", None),
    ],
)
def test_another_thing_is_never_accepted_without_a_person(
    wanted: str, found: str, classification: str | None
) -> None:
    assert score(wanted, found, classification) < AUTOMATIC_FROM


def test_a_region_s_index_is_not_the_indices_of_its_parts_unless_those_were_promised() -> None:
    parts = "Indeks Kualitas Udara Menurut Kecamatan"
    assert UNSURE_FROM <= score("Indeks Kualitas Udara", parts, "Kota") < AUTOMATIC_FROM
    assert score("Indeks Kualitas Udara", parts, "Kota; Kecamatan") >= AUTOMATIC_FROM


def test_the_words_on_both_sides_of_an_alias_do_not_grow_together() -> None:
    with_alias = LEXICON.read("Opini atas Laporan Pemerintah (Poskamling) Kota Sukamaju")
    assert "pemerintah" in with_alias.words


def test_names_are_folded_for_comparison_and_for_addresses() -> None:
    assert name_key("DINAS Pendidikan & Olah-raga") == "dinas pendidikan olah raga"
    assert initials_of("Dinas Pemberdayaan Masyarakat dan Desa") == "dpmd"
    assert slug_of("Café (1) Ñandú") == "cafe-1-nandu"
    assert slug_of("***") == "tanpa-nama"
    assert slug_of("a b", {"a-b", "a-b-2"}) == "a-b-3"
    assert len(slug_of("kata " * 50)) <= 80
