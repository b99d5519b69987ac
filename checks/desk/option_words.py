"""The English of what the options of sources are called and what to write there."""

_ENGLISH = {
    "Jalur data": "Path of the data",
    "Letak daftar baris di dalam JSON, dipisah titik, misalnya data.data; kosongkan bila JSON "
    "langsung berupa larik": "Where the list of rows stands in the JSON, with dots, such as "
    "data.data; leave empty where the JSON itself is an array",
    "Cara berhalaman": "Way of paging",
    "tidak = satu jawaban berisi semuanya; nomor = ?page=1, 2, 3; lompatan = ?offset=0, 100, 200; "
    "kursor atau tautan = penunjuk halaman berikut ada di jawaban": "tidak = one answer holds "
    "everything; nomor = ?page=1, 2, 3; lompatan = ?offset=0, 100, 200; kursor or tautan = the "
    "answer itself points to its next page",
    "Parameter nomor halaman": "Parameter of the page number",
    "Nama parameter alamat untuk nomor halaman": "Name of the parameter that holds the page number",
    "Halaman pertama": "First page",
    "Nomor halaman pertama: 1, atau 0 pada sebagian layanan": "Number of the first page: 1, or 0 "
    "with some services",
    "Parameter lompatan": "Parameter of the offset",
    "Nama parameter alamat untuk banyak baris yang dilompati": "Name of the parameter that says "
    "how many rows are skipped",
    "Parameter kursor": "Parameter of the cursor",
    "Nama parameter alamat yang menerima kursor": "Name of the parameter that takes the cursor",
    "Jalur penunjuk berikut": "Path of the pointer to the next page",
    "Letak kursor atau tautan halaman berikut di dalam JSON, misalnya links.next": "Where the "
    "cursor or the link of the next page stands in the JSON, such as links.next",
    "Parameter ukuran": "Parameter of the size",
    "Nama parameter alamat untuk banyak baris per halaman": "Name of the parameter that says how "
    "many rows a page holds",
    "Baris per halaman": "Rows a page",
    "Banyak baris yang diminta per halaman; kosongkan untuk bawaan layanan": "How many rows are "
    "asked for at once; leave empty for what is usual there",
    "Jalur jumlah baris": "Path of the number of rows",
    "Letak jumlah seluruh baris di dalam JSON, misalnya total; bila diisi, jawaban yang kurang "
    "dari jumlah itu tidak diterima": "Where the number of all rows stands in the JSON, such as "
    "total; where it is given, an answer with fewer is not taken",
    "Batas halaman": "Most pages",
    "Paling banyak halaman yang diambil (1 sampai 1000); lebih dari itu gagal": "How many pages "
    "are read at most (1 to 1000); more of them are a failure",
    "Kolom yang diambil": "Columns taken",
    "Hanya kolom ini yang dibaca, menurut urutannya; kosongkan untuk semua kolom": "Only these "
    "columns are read, in their order; leave empty for all of them",
    "Kolom yang dibuang": "Columns dropped",
    "Kolom data pribadi (nama, NIK, alamat) yang dibuang sebelum disimpan": "Columns of personal "
    "data (names, NIK, addresses) that are dropped before anything is stored",
    "Kolom data pribadi (nama, NIK, NPWPD) yang dibuang sebelum disimpan": "Columns of personal "
    "data (names, NIK, NPWPD) that are dropped before anything is stored",
    "Kolom data pribadi yang dibuang sebelum disimpan; judul kolom harus ada di baris pertama "
    "lembar": "Columns of personal data that are dropped before anything is stored; their titles "
    "must stand in the first row of the sheet",
    "Kolom yang dibuang sebelum disimpan; hanya untuk isi datastore": "Columns that are dropped "
    "before anything is stored; only for the contents of the DataStore",
    "Hitung menurut": "Count by",
    "Bila diisi, yang disimpan hanya jumlah baris menurut kolom-kolom ini": "Where it is given, "
    "only the numbers of rows by these columns are stored",
    "Isi yang dibaca": "Contents read",
    "daftar = satu baris per peraturan; ringkasan = jumlah peraturan menurut tahun dan jenis "
    "beserta tanggal pengundangan terbarunya": "daftar = one row a regulation; ringkasan = the "
    "number of regulations by year and type, with the date of the newest",
    "Letak larik peraturan di dalam JSON; kosongkan bila JSON langsung larik": "Where the array "
    "of regulations stands in the JSON; leave empty where the JSON itself is one",
    "Tampilan (view)": "View",
    "Nama view atau tabel yang dibaca, misalnya publik.realisasi_pad": "Name of the view or table "
    "that is read, such as publik.realisasi_pad",
    "Kueri": "Query",
    "Satu perintah SELECT tanpa titik koma, sebagai pengganti nama tampilan": "One SELECT without "
    "a semicolon, in the place of the name of a view",
    "Batas waktu (detik)": "Limit of time (seconds)",
    "Kueri yang berjalan lebih lama dihentikan (1 sampai 60 detik)": "A query that runs longer is "
    "stopped (1 to 60 seconds)",
    "Batas baris": "Limit of rows",
    "Hasil yang lebih banyak dari ini ditolak, tidak dipotong (sampai 1000000)": "A result with "
    "more rows is refused, not cut off (up to 1000000)",
    "Berkas": "File",
    "Id atau judul berkas di dalam dataset; kosongkan bila hanya ada satu": "Id or title of the "
    "file in its dataset; leave empty where there is only one",
    "Format": "Format",
    "Format berkas yang diambil, misalnya CSV; kosongkan untuk yang terbaik": "Format of the file "
    "that is taken, such as CSV; leave empty for the best one",
    "Bila ada beberapa": "Where there are several",
    "satu = gagal bila lebih dari satu berkas cocok; terbaru = ambil yang paling akhir diubah, "
    "misalnya portal dengan satu berkas per tahun": "satu = a failure where several files fit; "
    "terbaru = the one that was changed last, as with a portal that has one file a year",
    "Dataset": "Dataset",
    "Id atau nama dataset di portal; kosongkan bila alamatnya halaman dataset": "Id or name of the "
    "dataset at the portal; leave empty where the address is that of its page",
    "berkas = berkas yang diterbitkan; datastore = baris di DataStore portal": "berkas = the file "
    "that is published; datastore = the rows in the portal's DataStore",
    "Pengenal (identifier) atau judul dataset di dalam data.json": "Identifier or title of the "
    "dataset in data.json",
    "Nomor lembar (gid)": "Number of the sheet (gid)",
    "Angka sesudah gid= pada alamat lembar; kosongkan untuk lembar pada alamat": "The number "
    "after gid= in the address of the sheet; leave empty for the sheet of the address",
}


def in_language(text: str, language: str) -> str:
    """Return a title or a help of an option in a language; as it stands where it is not known."""
    return _ENGLISH.get(text, text) if language == "en" else text


def known_texts() -> frozenset[str]:
    """Return every text that has its English."""
    return frozenset(_ENGLISH)
