"""The addresses of the desk: a signed link opens a page that asks, and acts only when posted."""

from collections.abc import Callable
from pathlib import PurePath

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import RequestEntityTooLarge

from catalog.context import Context, current
from catalog.models.db import unit_of_work
from catalog.pages.language import _
from catalog.pages.visit import visit
from catalog.pages.wording import long_day
from checks.desk.forms import AnswerForm, ConfirmForm, NilForm, NotMineForm, UploadForm
from checks.desk.question import Question, question_of
from checks.desk.sent import last_trouble
from checks.desk.trial import acting, asking
from checks.desk.upload import answered, take_upload
from checks.desk.wording import Done, Stop, expired, out_of_date, refused, stop_at, too_large
from checks.telling.asked import Hurdle, NotTaken
from checks.telling.declarations import (
    declare_nil,
    give_answer,
    is_used,
    not_mine,
    note_use,
)
from checks.telling.guard import held, resume
from checks.telling.links import LinkExpired, LinkRefused, Purpose, Ticket, read

blueprint = Blueprint("desk", __name__, url_prefix="/jawab", template_folder="templates")

_FORMS: dict[Purpose, Callable[[], FlaskForm]] = {
    Purpose.UPLOAD: UploadForm,
    Purpose.NIL: NilForm,
    Purpose.ANSWER: AnswerForm,
    Purpose.NOT_MINE: NotMineForm,
    Purpose.RESUME: ConfirmForm,
}


@blueprint.get("/<token>")
def show(token: str) -> Response:
    """Ask; opening a link changes nothing, whoever opens it."""
    context = current()
    now = context.clock()
    ticket = read(token, context.settings.secret_key, now)
    if ticket.purpose is Purpose.TRY:
        trial = asking(context, ticket, now)
        return page("desk/trial.html", trial.status, trial=trial)
    return _asking(ticket, token, _FORMS[ticket.purpose](), 200)


@blueprint.post("/<token>")
def act(token: str) -> Response:
    """Do what the link is for, once."""
    context = current()
    now = context.clock()
    ticket = read(token, context.settings.secret_key, now)
    if ticket.purpose is Purpose.TRY:
        trial = acting(context, ticket, request.form, now)
        if isinstance(trial, Done):
            return page("desk/done.html", 200, done=trial)
        return page("desk/trial.html", trial.status, trial=trial)
    form = _FORMS[ticket.purpose]()
    if not form.validate_on_submit():
        return _asking(ticket, token, form, 422)
    if isinstance(form, UploadForm):
        name = PurePath(form.file.data.filename or "").name[:120]
        taken = take_upload(context, ticket, token, form.file.data.stream, name, now)
        receipt = answered(context, taken, url_for("desk.show", token=token))
        return page("desk/receipt.html", 200, receipt=receipt)
    try:
        done = _done(context, ticket, token, form)
    except IntegrityError:
        # The data came in between the check and the commit: the period is closed.
        raise NotTaken(Hurdle.CLOSED, "The period was closed at the same moment.") from None
    return page("desk/done.html", 200, done=done)


def _done(context: Context, ticket: Ticket, token: str, form: FlaskForm) -> Done:
    now = context.clock()
    with unit_of_work(context.engine) as session:
        calendar = context.city(session).calendar
        match ticket.purpose:
            case Purpose.NIL:
                declare_nil(session, ticket, token, form.reason.data, calendar, now)
                return Done(
                    _("Nihil sudah tercatat"),
                    _("Periode ini selesai sebagai nihil, dengan alasan yang Anda tulis."),
                    _("Tidak ada lagi pengingat untuk periode ini."),
                )
            case Purpose.ANSWER:
                eta_on = form.eta_on.data
                give_answer(session, ticket, token, form.reason.data, eta_on, calendar, now)
                return Done(
                    _("Tanggapan sudah tercatat"),
                    _("Data diperkirakan dikirim paling lambat %(day)s.", day=long_day(eta_on)),
                    _(
                        "Sampai hari itu pengingat mingguan berhenti; keadaan data di halaman umum "
                        "tetap apa adanya."
                    ),
                )
            case Purpose.NOT_MINE:
                not_mine(session, ticket, token, form.reason.data or "", now)
                return Done(
                    _("Terima kasih, sudah kami catat"),
                    _("Walidata diminta menentukan penerima yang tepat."),
                    _("Pesan yang sudah dalam perjalanan mungkin masih sampai kepada Anda."),
                )
            case _:
                person = note_use(session, ticket, token, now)
                resume(session, person.email, now)
                return Done(
                    _("Pengiriman dilanjutkan"),
                    _("Pesan yang ditahan berangkat pada putaran berikutnya."),
                    _("Perubahan sebelum saat ini tidak lagi menahan pesan."),
                )


def _asking(ticket: Ticket, token: str, form: FlaskForm, status: int) -> Response:
    """Show the page that asks, with what was typed so far."""
    here = visit()
    question: Question | None = None
    if ticket.is_about_data:
        question = question_of(here.session, ticket, token, here.city, here.now)
    elif is_used(here.session, token):
        raise NotTaken(Hurdle.USED, "This link was used before.")
    template = f"desk/{ticket.purpose.name.lower()}.html"
    on_hold = held(here.session) if ticket.purpose is Purpose.RESUME else None
    trouble: str | None = None
    if ticket.purpose is Purpose.UPLOAD and ticket.dataset_id is not None:
        number = last_trouble(here.session, ticket.dataset_id)
        if number is not None:
            trouble = url_for("desk.show_sent", token=token, version=number)
    return page(template, status, question=question, form=form, hold=on_hold, trouble=trouble)


def page(template: str, status: int, **values: object) -> Response:
    """Return a page behind a link."""
    response = make_response(render_template(template, **values), status)
    # Pages behind a link belong to one person: neither kept, nor indexed, nor passed on.
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _stopped(stop: Stop) -> Response:
    return page("desk/stop.html", stop.status, stop=stop)


@blueprint.errorhandler(LinkRefused)
def _when_refused(_error: LinkRefused) -> Response:
    return _stopped(refused())


@blueprint.errorhandler(LinkExpired)
def _when_expired(_error: LinkExpired) -> Response:
    return _stopped(expired())


@blueprint.errorhandler(NotTaken)
def _when_not_taken(error: NotTaken) -> Response:
    return _stopped(stop_at(error.hurdle, error.on))


@blueprint.errorhandler(CSRFError)
def _when_out_of_date(_error: CSRFError) -> Response:
    return _stopped(out_of_date())


@blueprint.errorhandler(RequestEntityTooLarge)
def _when_too_large(_error: RequestEntityTooLarge) -> Response:
    return _stopped(too_large(current_app.config.get("MAX_CONTENT_LENGTH") or 0))
