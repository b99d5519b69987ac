"""The address to which an application pushes: one token, one dataset, a verdict as JSON.

No cookie is read here and none is needed, so no form token either: the bearer token alone
says who sends.
"""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, func, select
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.http import parse_options_header

from catalog import models
from catalog.context import Context, current
from catalog.models import SourceKind
from catalog.models.db import reading
from catalog.pages.errors import show_unusable
from catalog.pages.language import _
from catalog.rules.periods import UnknownPeriod
from checks.desk.pushed import Refused, answer, problem, pushed
from checks.look import Receipt, receive
from checks.looking.tokens import PUSH_PATH, Sender, sender_of
from checks.looking.watcher import watcher_of

#: So many pushes of one source are taken in a minute, counted in the database.
MOST_A_MINUTE = 10
_MINUTE = timedelta(minutes=1)
_LONGEST_TOKEN = 200
_TABLES = frozenset(
    {
        "",
        "application/csv",
        "application/geo+json",
        "application/json",
        "application/jsonl",
        "application/octet-stream",
        "application/vnd.apache.parquet",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/x-ndjson",
        "application/zip",
        "binary/octet-stream",
        "text/csv",
        "text/plain",
        "text/tab-separated-values",
    }
)
blueprint = Blueprint("push", __name__)


@blueprint.record_once
def _need_no_form_token(state: BlueprintSetupState) -> None:
    if protection := state.app.extensions.get("csrf"):
        protection.exempt(blueprint)


@blueprint.route(PUSH_PATH, methods=["PUT", "POST"])
def push(slug: str) -> Response:
    """Take the body in as the newest data of the dataset; the same bytes twice are one version."""
    context = current()
    now = context.clock()
    with reading(context.reading_engine) as session:
        sender = _sender(session, slug, context)
        _refuse_haste(session, sender, now)
    name = _file_name()
    _refuse_other_types()
    with _turn(sender.source_id):
        receipt = _received(context, sender, name, now)
    with reading(context.reading_engine) as session:
        version = session.get_one(models.Version, receipt.version_id)
    return answer(pushed(slug, receipt, version))


def _sender(session: Session, slug: str, context: Context) -> Sender:
    """Return whom the token lets in here; raises Refused (401, 403, 404)."""
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    sender = None
    if scheme.lower() == "bearer" and len(token) <= _LONGEST_TOKEN:
        sender = sender_of(session, token.strip())
    if sender is None:
        raise Refused(
            401,
            "no-token",
            _("Token tidak ada, tidak dikenal, atau sudah dicabut."),
            _("Sertakan kepala Authorization: Bearer <token>; token dibuat oleh walidata."),
            {"WWW-Authenticate": 'Bearer realm="mutakhir"'},
        )
    if sender.slug != slug:
        is_known = session.exec(select(models.Dataset.id).where(models.Dataset.slug == slug)).all()
        raise Refused(
            403 if is_known else 404,
            "other-dataset" if is_known else "no-dataset",
            _("Token ini bukan untuk data ini.")
            if is_known
            else _("Tidak ada data di alamat ini."),
            _("Token ini untuk %(slug)s; periksa alamatnya.", slug=sender.slug),
        )
    is_retired = sender.retired_on is not None and sender.retired_on <= context.today()
    if is_retired or sender.paused_reason:
        why = _("data sudah keluar dari daftar") if is_retired else sender.paused_reason
        raise Refused(
            403,
            "stopped",
            _("Kiriman untuk data ini dihentikan: %(why)s.", why=why),
            _("Hubungi walidata."),
        )
    return sender


def _refuse_haste(session: Session, sender: Sender, now: datetime) -> None:
    """Raise Refused (429) where the source has pushed too often within the last minute."""
    check: Any = models.Check
    lately = (check.source_id == sender.source_id, check.at > now - _MINUTE)
    n, first = session.exec(select(func.count(), func.min(check.at)).where(*lately)).one()
    if n >= MOST_A_MINUTE:
        raise _too_often(int((first + _MINUTE - now).total_seconds()) + 1)


def _too_often(seconds: int) -> Refused:
    return Refused(
        429,
        "too-often",
        _("Terlalu sering mengirim; paling banyak %(n)d kali per menit.", n=MOST_A_MINUTE),
        _("Tunggu %(n)d detik, lalu kirim lagi.", n=seconds),
        {"Retry-After": str(seconds)},
    )


_guard = threading.Lock()
_under_way: set[int] = set()


@contextmanager
def _turn(source_id: int) -> Iterator[None]:
    """Let one push of a source in at a time, in this process; raises Refused (429)."""
    with _guard:
        if source_id in _under_way:
            raise _too_often(5)
        _under_way.add(source_id)
    try:
        yield
    finally:
        with _guard:
            _under_way.discard(source_id)


def _refuse_other_types() -> None:
    """Raise Refused (415) for what is no file as it is: a form, a coded body, a picture."""
    coding = request.headers.get("Content-Encoding", "identity").lower()
    if request.mimetype in _TABLES and coding == "identity":
        return
    found = request.mimetype if coding == "identity" else f"Content-Encoding {coding}"
    raise Refused(
        415,
        "no-table-type",
        _("Jenis isi %(found)s tidak diterima.", found=found[:80]),
        _(
            "Kirim berkasnya langsung sebagai badan permintaan, misalnya dengan Content-Type "
            "text/csv, application/json, atau tanpa Content-Type."
        ),
    )


def _file_name() -> str:
    """Return the name that the sender gives the file, without its folder."""
    stated = parse_options_header(request.headers.get("Content-Disposition"))[1]
    name = PurePath(stated.get("filename", "").replace("\\", "/")).name
    return "".join(c for c in name if c.isprintable())[:150] or "kiriman"


def _received(context: Context, sender: Sender, name: str, now: datetime) -> Receipt:
    """Take the body in and judge it; raises Refused (422) where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "push"
        with path.open("wb") as file:
            shutil.copyfileobj(request.stream, file)
        if path.stat().st_size == 0:
            raise Refused(
                422,
                "empty",
                _("Kiriman kosong; badan permintaan harus berisi berkas datanya."),
                _("Kirim isi berkasnya, misalnya dengan curl -T berkas.csv."),
            )
        return receive(
            watcher_of(context),
            sender.dataset_id,
            path,
            name,
            person_id=None,
            declared_period=request.args.get("periode") or None,
            now=now,
            kind=SourceKind.PUSH,
            media_type=request.mimetype or None,
        )


@blueprint.errorhandler(Refused)
def _when_refused(error: Refused) -> Response:
    response = problem(error.status, error.code, error.sentence, error.do)
    response.headers.update(error.headers)
    return response


@blueprint.errorhandler(UnknownPeriod)
def _when_period_is_unknown(error: UnknownPeriod) -> Response:
    return problem(
        422, "unknown-period", str(error), _("Perbaiki nilai ?periode=, atau hilangkan.")
    )


@blueprint.errorhandler(InternalServerError)
@blueprint.errorhandler(HTTPException)
def _when_not_taken(error: HTTPException) -> Response:
    """Answer what the server itself refuses (a body over the limit), or our own fault."""
    status = error.code or 500
    if status == 413:
        most = (current_app.config.get("MAX_CONTENT_LENGTH") or 0) // 1_048_576
        return problem(
            413,
            "too-large",
            _("Ukuran berkas paling besar %(n)d MB.", n=max(1, most)),
            _("Kirim hanya data yang diperlukan, tanpa gambar, lalu coba lagi."),
        )
    return problem(
        status,
        "not-taken",
        _("Kiriman tidak dapat diterima saat ini; tidak ada yang tersimpan."),
        _("Kirim lagi beberapa menit lagi. Bila berulang, hubungi walidata."),
    )


@blueprint.errorhandler(DBAPIError)
def _when_the_database_refuses(error: DBAPIError) -> Response:
    shown = show_unusable(error)
    response = problem(
        shown.status_code,
        "not-taken",
        _("Kiriman tidak dapat diterima saat ini; tidak ada yang tersimpan."),
        _("Kirim lagi beberapa menit lagi. Bila berulang, hubungi walidata."),
    )
    if wait := shown.headers.get("Retry-After"):
        response.headers["Retry-After"] = wait
    return response
