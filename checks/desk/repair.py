"""The addresses at which a sent file is mended, all behind the link that it was sent by."""

import io
from pathlib import PurePath

from flask import Response, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from catalog.context import Context, current
from catalog.models.db import reading
from catalog.pages.files import SANDBOX
from catalog.pages.language import _, locale
from catalog.pages.wording import instant, number, word_of
from checks.desk.help import help_with
from checks.desk.pages import blueprint, page
from checks.desk.sent import Bench, Sent, choose, note_repair, sent
from checks.desk.upload import Taken, answered, sent_for, take_upload
from checks.desk.wording import no_copy
from checks.tables.mending.marking import Language
from checks.tables.table import UnreadableTable
from checks.telling.asked import Asked, Hurdle, NotTaken, asked_by
from checks.telling.links import LinkRefused, Purpose, Ticket, read

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHOICE = "choice:"


@blueprint.get("/<token>/versi/<int:version>")
def show_sent(token: str, version: int) -> Response:
    """Show what is wrong with a file that was sent, and what would mend it."""
    context = current()
    _ticket, asked, found = _behind(context, token, version)
    facts = (
        (_("Berkas"), found.version.file_name),
        (_("Diterima"), instant(found.version.seen_at)),
        (_("Untuk"), sent_for(asked)),
        (_("Keadaan"), word_of(found.version.status)),
        (_("Jumlah baris"), number(found.version.n_rows or 0)),
    )
    address = request.path.rstrip("/")
    return page(
        "desk/sent.html",
        200,
        facts=facts,
        reason=found.version.status_reason,
        help=help_with(context, found, address, may_send=asked.closing is None),
        slug=found.dataset.slug,
    )


@blueprint.get("/<token>/versi/<int:version>/bertanda.xlsx")
def give_marked(token: str, version: int) -> Response:
    """Give a copy as a workbook in which the faulty cells are marked."""
    context = current()
    _ticket, _asked, found = _behind(context, token, version)
    return _attached(Bench(context, found).marked(_language()), found, _("bertanda"))


@blueprint.get("/<token>/versi/<int:version>/perbaikan.xlsx")
def give_repaired(token: str, version: int) -> Response:
    """Give a copy as a workbook with the repairs proposed."""
    context = current()
    _ticket, _asked, found = _behind(context, token, version)
    return _attached(Bench(context, found).repaired(_language()), found, _("usulan-perbaikan"))


@blueprint.post("/<token>/versi/<int:version>/kirim")
def send_repaired(token: str, version: int) -> Response:
    """Send the repaired file the way of any upload, as the person has confirmed."""
    context = current()
    now = context.clock()
    ticket, asked, found = _behind(context, token, version)
    if asked.closing is not None:
        raise NotTaken(Hurdle.CLOSED, f"Period {asked.row.label} is closed already.")
    bench = Bench(context, found)
    repairs, payload = bench.mending(), bench.repaired_text()
    name = f"{PurePath(found.version.file_name).stem}-diperbaiki.csv"
    taken = take_upload(context, ticket, token, io.BytesIO(payload), name, now)
    note_repair(context, asked, found, taken.receipt.version_id or 0, repairs, now)
    return _receipt(context, taken, token)


@blueprint.post("/<token>/versi/<int:version>/arti")
def choose_reading(token: str, version: int) -> AnyResponse:
    """Keep how unclear columns are to be read, and read the same file again that way."""
    context = current()
    now = context.clock()
    ticket, asked, found = _behind(context, token, version)
    said = {
        name.removeprefix(_CHOICE): code
        for name, code in request.form.items()
        if name.startswith(_CHOICE) and name.removeprefix(_CHOICE) in found.version.header
    }
    changed = choose(context, asked, said, now)
    if not changed or asked.closing is not None:
        return redirect(url_for("desk.show_sent", token=token, version=version), 303)
    try:
        with context.originals.open(found.version.blob) as stream:
            taken = take_upload(context, ticket, token, stream, found.version.file_name, now)
    except FileNotFoundError:
        raise NotTaken(Hurdle.GONE, "The original of this version is gone.") from None
    return _receipt(context, taken, token)


def _behind(context: Context, token: str, version: int) -> tuple[Ticket, Asked, Sent]:
    """Return what the link asks and the version named; only a link to upload opens it."""
    ticket = read(token, context.settings.secret_key, context.clock())
    if ticket.purpose is not Purpose.UPLOAD:
        raise LinkRefused("This link is for something else.")
    with reading(context.engine) as session:
        asked = asked_by(session, ticket)
        return ticket, asked, sent(session, asked, version)


def _receipt(context: Context, taken: Taken, token: str) -> Response:
    link = url_for("desk.show", token=token)
    return page("desk/receipt.html", 200, receipt=answered(context, taken, link))


def _attached(payload: bytes, found: Sent, what: str) -> Response:
    response = send_file(
        io.BytesIO(payload),
        mimetype=_SHEET,
        as_attachment=True,
        download_name=f"{found.dataset.slug}-v{found.version.number}-{what}.xlsx",
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _language() -> Language:
    return "en" if locale().language == "en" else "id"


@blueprint.errorhandler(UnreadableTable)
def _when_no_copy(error: UnreadableTable) -> Response:
    stop = no_copy(error.sentence_en if _language() == "en" else error.sentence_id)
    return page("desk/stop.html", stop.status, stop=stop)
