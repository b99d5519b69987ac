"""Each code of a failed look in a few words that everybody understands; no address, no detail."""

_WORDS: dict[str, tuple[str, str]] = {
    "api-error": ("layanan memberi pesan galat", "the service answered with an error"),
    "bad-address": ("alamatnya tidak sah", "the address is not valid"),
    "bad-options": ("opsi sumber perlu dibetulkan", "the options need to be mended"),
    "bad-query": ("basis data menolak kueri", "the database refuses the query"),
    "bad-secret": ("kunci API pada pemantau rusak", "the monitor's API key is damaged"),
    "binary-column": ("ada kolom berkas atau gambar", "there is a column of files or images"),
    "bomb": ("isi mampat terlalu besar", "compressed content grows too large"),
    "broken-answer": ("balasan server rusak atau terpotong", "the answer was broken or cut short"),
    "changed-while-read": ("data berubah selagi dibaca", "the data changed while being read"),
    "connection-refused": ("server menolak sambungan", "the server refused the connection"),
    "database-busy": ("basis data sedang sibuk", "the database is busy"),
    "database-login": ("basis data menolak masuk", "the database refuses to let us in"),
    "empty-answer": ("server tidak mengirim isi", "the server sent nothing"),
    "forbidden-address": (
        "alamatnya tidak diizinkan",
        "the address is not permitted",
    ),
    "foreign-link": ("halaman berikut ada di server lain", "the next page is on another server"),
    "host-silent": ("server tidak menjawab", "the server does not answer"),
    "insecure-redirect": ("dialihkan ke alamat tanpa https", "redirected away from https"),
    "missing-column": ("ada kolom yang hilang", "a column is missing"),
    "no-columns": ("tidak ada kolom yang tersisa", "no column is left"),
    "no-connection": ("server tidak dapat dihubungi", "the server cannot be reached"),
    "no-drop-folder": ("folder setor belum diatur", "the drop folder is not set"),
    "no-file": ("berkasnya belum ada", "the file is not there"),
    "no-header": ("lembar tanpa judul kolom", "the sheet has no column titles"),
    "no-name-answer": ("nama server belum dapat dicari", "the name could not be looked up"),
    "no-records": ("daftar baris tidak ditemukan", "no list of records was found"),
    "no-secret": ("kunci belum diisi pada pemantau", "the monitor has no key for it"),
    "no-such-dataset": ("dataset tidak ada di portal", "the portal does not have the dataset"),
    "no-such-file": ("berkas tidak ada di portal", "the portal does not have the file"),
    "no-such-host": ("nama server tidak ditemukan", "the server name does not exist"),
    "no-total": ("jumlah baris tidak disebut", "the number of records is not said"),
    "not-ckan": ("bukan jawaban portal CKAN", "no answer of a CKAN portal"),
    "not-jdihn": ("bukan umpan JDIHN", "no JDIHN feed"),
    "not-json": ("jawabannya bukan JSON", "the answer is no JSON"),
    "not-pulled": ("dikirim oleh OPD sendiri", "sent by the agency itself"),
    "not-shared": ("lembar tidak dibagikan", "the sheet is not shared"),
    "our-disk": ("penyimpanan pemantau terganggu", "the monitor's disk is disturbed"),
    "our-error": ("pemantau sendiri gagal", "the monitor itself failed"),
    "our-line": ("sambungan pemantau terganggu", "the monitor's line is disturbed"),
    "paging-ignored": ("halaman yang sama dikirim lagi", "the same page came again"),
    "partial": ("jawaban tidak lengkap", "the answer is not complete"),
    "removed": ("dataset dihapus dari portal", "the portal dropped the dataset"),
    "several-datasets": ("beberapa dataset bernama sama", "several datasets of one name"),
    "several-files": ("beberapa berkas cocok", "several files fit"),
    "still-written": ("berkas masih ditulis", "the file is still being written"),
    "timeout": ("server terlalu lambat", "the server is too slow"),
    "tls": ("sertifikat https bermasalah", "the https certificate is not in order"),
    "too-large": ("berkas terlalu besar", "the file is too large"),
    "too-many-pages": ("terlalu banyak halaman", "too many pages"),
    "too-many-redirects": ("dialihkan terus-menerus", "redirected again and again"),
    "too-many-rows": ("terlalu banyak baris", "too many rows"),
    "trial-too-long": ("uji memakan waktu terlalu lama", "the test took too long"),
    "unframed": ("keutuhan jawaban tidak pasti", "not sure that the answer is whole"),
    "unknown-kind": ("jenis sumber tidak dikenal", "the kind of source is unknown"),
}
_STATUSES: dict[str, tuple[str, str]] = {
    "http-401": ("server meminta nama pengguna", "the server asks for a user name"),
    "http-403": ("server menolak akses", "the server refuses access"),
    "http-404": ("berkas tidak ditemukan", "the file is not found"),
    "http-410": ("berkas sudah dihapus", "the file has been removed"),
    "http-429": ("server meminta kita menunggu", "the server asks us to wait"),
}
_OTHER_STATUS = ("server bermasalah", "the server has a problem")
_UNKNOWN = ("sumber tidak dapat dibaca", "the source cannot be read")


def words_of(code: str | None, *, in_english: bool) -> str:
    """Return what went wrong in a few words; a status of HTTP stands behind them as a number."""
    found, status = _UNKNOWN, ""
    if code is not None and code.startswith("http-"):
        found, status = _STATUSES.get(code, _OTHER_STATUS), f" (HTTP {code[5:]})"
    elif code is not None:
        found = _WORDS.get(code, _UNKNOWN)
    return f"{found[in_english]}{status}"
