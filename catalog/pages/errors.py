"""What a reader is told when a page cannot be given: a sentence and the next step."""

import re
from dataclasses import dataclass

from flask import Response, current_app, jsonify, make_response, render_template
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from catalog.pages.language import _
from catalog.pages.respond import wants_json

RETRY_AFTER_SECONDS = 30
_SAID_OF_DAMAGE = re.compile("malformed|not a database")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One error as a page says it."""

    status: int
    title: str
    sentence: str
    next_step: str


def trouble_of(status: int) -> Trouble:
    """Return what is said for a status."""
    match status:
        case 404:
            return Trouble(
                404,
                _("Halaman tidak ditemukan"),
                _("Alamat ini tidak menunjuk halaman, data, atau berkas yang diterbitkan."),
                _("Periksa kembali alamatnya, atau cari datanya di katalog."),
            )
        case 405:
            return Trouble(
                405,
                _("Cara membuka alamat ini tidak sesuai"),
                _("Alamat ini tidak menerima permintaan dengan cara yang dipakai."),
                _("Buka halamannya dari tautan atau tombol yang tersedia."),
            )
        case 413:
            return Trouble(
                413,
                _("Berkas terlalu besar"),
                _("Berkas yang dikirim melebihi ukuran yang dapat diterima."),
                _("Kirim berkas yang lebih kecil, misalnya hanya periode yang baru."),
            )
        case 503:
            return Trouble(
                503,
                _("Sedang sibuk, belum dapat dilayani"),
                _("Basis data kami sedang tidak dapat dipakai; tidak ada yang tersimpan."),
                _("Coba lagi sebentar lagi. Bila berulang, beri tahu walidata."),
            )
        case status if status >= 500:
            return Trouble(
                status,
                _("Halaman ini sedang terganggu"),
                _("Kesalahan terjadi di pihak kami, bukan karena tindakan Anda."),
                _("Coba lagi beberapa menit lagi. Bila berulang, beri tahu walidata."),
            )
        case _:
            return Trouble(
                status,
                _("Permintaan tidak dapat dipenuhi"),
                _("Permintaan ini tidak dapat kami pahami atau tidak diizinkan."),
                _("Kembali ke beranda, lalu ulangi dari sana."),
            )


def show_http(error: HTTPException) -> Response:
    """Answer an error that has a status."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    trouble = trouble_of(status)
    if wants_json():
        response = jsonify({"status": status, "title": trouble.title, "detail": trouble.sentence})
    else:
        response = make_response(render_template("trouble.html", trouble=trouble))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


def show_unusable(error: DBAPIError) -> Response:
    """Answer a database that is locked, lost or damaged: nothing was written, try again.

    Any other refusal of the database is a fault of ours like all the others.
    """
    current_app.logger.exception("the database refused")
    is_unusable = isinstance(error, OperationalError) or _SAID_OF_DAMAGE.search(str(error.orig))
    if not is_unusable:
        return show_http(InternalServerError())
    response = show_http(ServiceUnavailable())
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def show_unforeseen(_error: InternalServerError) -> Response:
    """Answer an error that nobody foresaw; what it was goes to the log, not to the reader."""
    return show_http(InternalServerError())
