"""Whether the cells of a column are names of people, rather than of places or things."""

import re
from collections.abc import Collection
from pathlib import Path

_SHIPPED = Path(__file__).parent / "given_names_id.txt"
_PERSON_COLUMN = re.compile(
    r"^nama_(?:lengkap|orang|warga|penduduk|anak|bayi|balita|ibu|ayah|suami|istri|pasien|siswa|murid"
    r"|peserta_didik|guru|pegawai|asn|pns|karyawan|kepala_keluarga|kk|anggota_keluarga|penerima"
    r"|penerima_manfaat|pemohon|pelapor|pemilik|penghuni|korban|lansia|pengurus|pencari_kerja|wp"
    r"|wajib_pajak|petani|nelayan|penderita|krt|art|peserta|ahli_waris|kepala_rumah_tangga)(?:_|$)"
)
_BARE_NAME = re.compile(r"^(?:nama|name|nm|nama_?lengkap)$")
_ORGANISATION = re.compile(
    r"\b(?:sd|sdn|sdit|smp|smpn|sma|sman|smk|smkn|mi|mts|ma|tk|paud|kb|ra|slb|pkbm|pt|cv|ud|pd|kud|bpr"
    r"|bank|koperasi|toko|warung|rumah|makan|hotel|villa|homestay|wisma|puskesmas|posyandu|pustu|klinik"
    r"|apotek|rs|rsud|rsu|masjid|mushola|musholla|gereja|pura|vihara|kelenteng|pondok|pesantren|ponpes"
    r"|yayasan|dinas|badan|kantor|bagian|kecamatan|kelurahan|desa|dusun|rw|rt|pasar|terminal|stasiun"
    r"|jembatan|jalan|jl|sungai|embung|waduk|taman|kolam|wisata|pantai|air|terjun|candi|museum|goa|gunung"
    r"|coban|alun|agro|kampung|kelompok|poktan|gapoktan|tani|bumdes|pokdarwis|sanggar|perumahan|menara"
    r"|lapangan|stadion|gedung|balai|upt|uptd|spbu|tps|tpa|perum|grup|group|tbk|restoran|resto|cafe|kafe)\b",
    re.IGNORECASE,
)
# Names that many Indonesians bear; one of them in a name says that it is a person's.
_GIVEN = frozenset(
    word
    for line in _SHIPPED.read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
_WORD = re.compile(r"[a-z']+")
_SAMPLE = 400
_LEAST_SHARE = 0.2


def is_person_column(key: str) -> bool:
    """Tell whether a column says by its name (words joined by `_`) that it names people."""
    return _PERSON_COLUMN.search(key) is not None


def may_name_people(key: str) -> bool:
    """Tell whether a column may name people, so that its cells must decide."""
    return is_person_column(key) or _BARE_NAME.match(key) is not None


def are_people(names: Collection[str]) -> bool:
    """Tell whether these names are mostly of people: given names, few organisations."""
    looked_at = sorted(names)[:: max(1, len(names) // _SAMPLE)]
    n_organisations = sum(1 for name in looked_at if _ORGANISATION.search(name))
    n_people = sum(1 for name in looked_at if _GIVEN & set(_WORD.findall(name.casefold())))
    return n_people >= max(1, _LEAST_SHARE * len(looked_at)) and n_people > 2 * n_organisations
