"""Which kind of document a table is, told by its columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from catalog.intake.documents import Document, UnknownDocument
from catalog.intake.naming import words_of


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind of document: which must be there, and how each may be headed.

    A column without words of its own is recognised by its name alone. One of `one_of`
    must be there too, where there are any.
    """

    title: str
    required: tuple[str, ...]
    headings: Mapping[str, tuple[str, ...]]
    one_of: tuple[str, ...] = ()


_AGENCY = ("perangkat daerah", "produsen data", "penghasil data", "instansi", "skpd", "agency")


class Kind(Enum):
    """The kinds of document, in the order in which they are loaded."""

    AGENCIES = Layout(
        "daftar OPD",
        ("nama",),
        {
            "kode": ("kode opd", "kode skpd"),
            "nama": ("nama opd", "nama perangkat daerah", "nama instansi"),
            "singkatan": ("akronim",),
            "jenis": (),
            "email": ("surel", "e mail"),
        },
        ("kode", "singkatan"),
    )
    HOLIDAYS = Layout(
        "daftar hari libur",
        ("tanggal", "nama"),
        {
            "tanggal": ("date", "hari tanggal"),
            "nama": ("name", "keterangan", "nama hari libur", "hari libur"),
            "jenis": ("kind", "jenis libur"),
            "perkiraan": ("estimated",),
            "sumber": ("source", "dasar hukum"),
        },
    )
    PEOPLE = Layout(
        "daftar petugas",
        ("nama", "email", "peran"),
        {"nama": (), "email": ("surel", "e mail"), "opd": _AGENCY, "peran": ("role", "tugas")},
    )
    DATASETS = Layout(
        "daftar data",
        ("opd", "judul", "periode_data"),
        {
            "opd": _AGENCY,
            "judul": ("nama data", "judul data", "nama dataset"),
            "slug": (),
            "indikator": ("iku pemerintah daerah", "iku", "indikator kinerja", "nama indikator"),
            "deskripsi": ("keterangan", "uraian"),
            "periode_data": ("periode", "frekuensi", "periode pemutakhiran"),
            "jadwal_rilis": ("jadwal pemutakhiran", "jadwal", "waktu rilis"),
            "satuan": (),
            "ukuran": (),
            "konsep": (),
            "definisi": (),
            "dimensi": ("dimensi smart city",),
            "klasifikasi": (),
            "sifat": ("sifat data", "klasifikasi akses", "hak akses"),
            "sumber": ("jenis sumber",),
            "alamat": ("alamat sumber", "url", "tautan"),
            "opsi": ("opsi sumber", "pengaturan sumber", "resep"),
            "gabungan": ("gabungan berkas",),
            "skema": (),
            "kolom_waktu": (),
            "kolom_nilai": (),
            "kolom_berubah": (),
            "kunci": ("kolom kunci",),
            "lisensi": (),
            "kata_kunci": ("tag", "tags"),
            "terdaftar": ("tanggal terdaftar", "disepakati"),
        },
    )
    APPLICATIONS = Layout(
        "inventaris aplikasi",
        ("opd", "nama"),
        {
            "opd": _AGENCY,
            "nama": ("nama aplikasi", "aplikasi"),
            "fungsi": ("kegunaan", "tujuan", "deskripsi", "keterangan"),
            "alamat": ("url", "tautan", "alamat aplikasi"),
            "status": (),
            "terintegrasi": ("integrasi", "sudah terintegrasi", "terhubung"),
            "target": ("target integrasi", "tanggal target", "target tanggal"),
        },
        ("fungsi", "status", "terintegrasi", "target"),
    )
    LISTING = Layout(
        "daftar tabel terbitan",
        ("opd", "judul", "tahun_data"),
        {
            "opd": _AGENCY,
            "judul": ("judul tabel", "nama tabel", "judul data", "nama data"),
            "tahun_data": ("tahun",),
            "status": ("status data",),
            "tautan": ("url", "alamat"),
        },
    )


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind and where each of its columns stands in the header."""

    kind: Kind
    columns: Mapping[str, int]


def recognise(document: Document) -> Recognised:
    """Tell the kind of a document: the one whose columns it has, the fullest first.

    Raises UnknownDocument, which names the columns that the nearest kind still lacks.
    """
    found = [Recognised(kind, _columns(kind.value, document.header)) for kind in Kind]
    complete = [each for each in found if not _lacking(each)]
    if complete:
        return max(complete, key=_fullness)
    nearest = max(found, key=lambda each: len(each.columns) - 2 * len(_lacking(each)))
    if not nearest.columns:
        kinds = ", ".join(kind.value.title for kind in Kind)
        raise UnknownDocument(
            f"Judul kolom tidak dikenal; yang dapat dimuat: {kinds}. "
            "Periksa apakah baris pertama berisi judul kolom."
        )
    raise UnknownDocument(
        f"Berkas ini mirip {nearest.kind.value.title}, tetapi kolom wajib tidak ada: "
        f"{', '.join(_lacking(nearest))}. Tambahkan kolom itu, lalu muat lagi."
    )


def _lacking(found: Recognised) -> list[str]:
    layout = found.kind.value
    lacking = [name for name in layout.required if name not in found.columns]
    if layout.one_of and not any(name in found.columns for name in layout.one_of):
        lacking.append(" atau ".join(layout.one_of))
    return lacking


def _fullness(found: Recognised) -> tuple[int, int]:
    return len(found.kind.value.required), len(found.columns)


def _columns(layout: Layout, header: tuple[str, ...]) -> dict[str, int]:
    """Return the position of every recognised column; of two alike the first counts."""
    places: dict[str, int] = {}
    for index, heading in enumerate(header):
        places.setdefault("".join(words_of(heading or "")), index)
    columns: dict[str, int] = {}
    for name, others in layout.headings.items():
        for spelling in (name, *others):
            place = places.get("".join(words_of(spelling)))
            if place is not None and place not in columns.values():
                columns[name] = place
                break
    return columns
