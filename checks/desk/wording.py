"""What the desk says when an answer cannot be taken, and what to do next."""

from dataclasses import dataclass
from datetime import date

from catalog.pages.language import _
from catalog.pages.wording import long_day
from checks.telling.asked import Hurdle


@dataclass(frozen=True, slots=True)
class Stop:
    """Why it goes no further here, and the next step; `status` is the HTTP status."""

    status: int
    title: str
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was written down, and what happens next."""

    title: str
    sentence: str
    next_step: str


def expired() -> Stop:
    """Return what is said of a link whose days are over."""
    return Stop(
        410,
        _("Tautan ini sudah kedaluwarsa"),
        _("Demi keamanan, tautan dalam surel hanya berlaku 30 hari."),
        _("Pakai tautan dalam surel yang terbaru, atau hubungi walidata."),
    )


def refused() -> Stop:
    """Return what is said of a link that this installation did not sign."""
    return Stop(
        404,
        _("Tautan ini tidak dikenal"),
        _("Tautan terpotong atau bukan dari kami."),
        _("Salin tautan dari surel secara utuh, atau hubungi walidata."),
    )


def out_of_date() -> Stop:
    """Return what is said of a form that was open too long or came from elsewhere."""
    return Stop(
        400,
        _("Formulir ini tidak dapat diterima"),
        _("Formulir terlalu lama terbuka, atau peramban tidak menyimpan kuki."),
        _("Buka kembali tautan dari surel, lalu kirim lagi."),
    )


def too_large(n_bytes: int) -> Stop:
    """Return what is said of a file over the limit."""
    return Stop(
        413,
        _("Berkas terlalu besar"),
        _("Ukuran berkas paling besar %(n)d MB.", n=max(1, n_bytes // 1_048_576)),
        _("Kirim hanya data yang diperlukan, tanpa gambar, lalu coba lagi."),
    )


def no_copy(sentence: str) -> Stop:
    """Return what is said where no copy of a file can be made; the sentence says why."""
    return Stop(
        422,
        _("Salinan tidak dapat dibuat"),
        sentence,
        _("Perbaiki berkas aslinya, lalu unggah lagi lewat tautan yang sama."),
    )


def stop_at(hurdle: Hurdle, on: date | None) -> Stop:
    """Return what is said of a hurdle; `on` is the day that matters."""
    day = long_day(on) if on else ""
    match hurdle:
        case Hurdle.USED:
            return Stop(
                409,
                _("Tautan ini sudah dipakai"),
                _("Setiap tautan hanya untuk satu kali jawaban, dan jawabannya sudah tercatat."),
                _("Bila ada yang perlu diubah, hubungi walidata."),
            )
        case Hurdle.CLOSED:
            return Stop(
                409,
                _("Periode ini sudah selesai"),
                _("Data periode ini sudah terpenuhi, dinyatakan nihil, atau dibebaskan."),
                _("Tidak ada yang perlu dilakukan. Perbaikan data disampaikan kepada walidata."),
            )
        case Hurdle.CURRENT:
            return Stop(
                409,
                _("Data ini sudah mutakhir kembali"),
                _("Isi yang baru sudah kami temukan, jadi tidak ada keterlambatan lagi."),
                _("Tidak ada yang perlu dilakukan."),
            )
        case Hurdle.GONE:
            return Stop(
                410,
                _("Kewajiban ini sudah tidak ada"),
                _("Data ini sudah keluar dari daftar, atau penerimanya sudah diganti."),
                _("Hubungi walidata bila hal ini tidak sesuai."),
            )
        case Hurdle.NOT_YET:
            return Stop(
                409,
                _("Periodenya belum berakhir"),
                _("Nihil baru dapat dinyatakan mulai %(day)s.", day=day),
                _("Simpan surelnya, lalu buka kembali tautan ini pada hari itu."),
            )
        case Hurdle.TOO_MANY_NIL:
            return Stop(
                409,
                _("Nihil tidak dapat dinyatakan lagi"),
                _("Nihil paling banyak dua periode berturut-turut, dan satu untuk data tahunan."),
                _("Unggah datanya, atau minta walidata membebaskan periode ini."),
            )
        case Hurdle.TOO_MANY_ETAS:
            return Stop(
                409,
                _("Perkiraan sudah diberikan dua kali"),
                _("Untuk satu keterlambatan, tanggal perkiraan paling banyak diberikan dua kali."),
                _("Unggah datanya begitu siap, atau hubungi walidata."),
            )
        case Hurdle.ETA_OUT_OF_RANGE:
            return Stop(
                422,
                _("Tanggal perkiraan di luar batas"),
                _("Isi tanggal mulai hari ini sampai %(day)s.", day=day),
                _("Kembali ke formulir, lalu pilih tanggal lain."),
            )
