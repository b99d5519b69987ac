"""An uploaded file: taken in, judged, and answered with a receipt a person can act on."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from catalog import models
from catalog.context import Context
from catalog.models import VersionStatus
from catalog.models.db import reading, unit_of_work
from catalog.pages.language import _
from catalog.pages.wording import instant, number, period_name
from catalog.rules.terms import Rank
from checks.desk.help import Help, help_with
from checks.desk.sent import sent
from checks.look import Receipt, receive
from checks.looking.watcher import watcher_of
from checks.telling.asked import Asked, Hurdle, NotTaken, aging_of, asked_by
from checks.telling.declarations import note_upload
from checks.telling.links import Ticket


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in for what a link asks."""

    asked: Asked
    receipt: Receipt
    name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the receipt page says: what became of the file, why, and what happens next."""

    title: str
    sentence: str
    next_step: str
    facts: tuple[tuple[str, str], ...]
    help: Help
    slug: str


def take_upload(
    context: Context, ticket: Ticket, token: str, stream: IO[bytes], name: str, now: datetime
) -> Taken:
    """Take a file in for what a link asks. Raises NotTaken when its period is closed."""
    with reading(context.engine) as session:
        asked = asked_by(session, ticket)
    if asked.closing is not None:
        raise NotTaken(Hurdle.CLOSED, f"Period {asked.row.label} is closed already.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        receipt = receive(
            watcher_of(context),
            asked.dataset_id,
            path,
            name,
            person_id=ticket.person_id,
            declared_period=asked.owed.label if asked.owed else None,
            now=now,
        )
    with unit_of_work(context.engine) as session:
        note_upload(session, ticket, token, name, now)
    return Taken(asked, receipt, name)


def answered(context: Context, taken: Taken, link: str) -> Answered:
    """Return what the receipt says; `link` is the address of the link that was used."""
    receipt, asked = taken.receipt, taken.asked
    title, sentence, next_step = _verdict(context, receipt, asked)
    facts = [
        (_("Berkas"), taken.name),
        (_("Diterima"), instant(receipt.received_at)),
        (_("Untuk"), sent_for(asked)),
    ]
    if receipt.n_rows is not None:
        facts.append((_("Jumlah baris"), number(receipt.n_rows)))
    if receipt.newest_period:
        facts.append((_("Periode terbaru di dalamnya"), receipt.newest_period))
    with reading(context.engine) as session:
        version = session.get_one(models.Version, receipt.version_id)
        found = sent(session, asked, version.number)
    is_open = asked.owed is None or asked.owed.label not in receipt.closed
    return Answered(
        title=title,
        sentence=sentence,
        next_step=next_step,
        facts=tuple(facts),
        help=help_with(context, found, f"{link}/versi/{version.number}", may_send=is_open),
        slug=asked.dataset.slug,
    )


def sent_for(asked: Asked) -> str:
    """Return what a file was sent for: the dataset, and the period where it has one."""
    if asked.owed is None:
        return asked.dataset.title
    return f"{asked.dataset.title}, {period_name(asked.obligation.period)}"


def _verdict(context: Context, receipt: Receipt, asked: Asked) -> tuple[str, str, str]:
    if receipt.status is VersionStatus.QUARANTINED:
        return (
            _("Berkas belum dapat dipakai"),
            receipt.reason or _("Isinya tidak dapat dibaca sebagai tabel."),
            _("Perbaiki berkasnya, lalu unggah lagi lewat tautan yang sama."),
        )
    if receipt.status in (VersionStatus.IN_REVIEW, VersionStatus.REJECTED):
        return (
            _("Berkas diterima dan menunggu pemeriksaan walidata"),
            receipt.reason or _("Ada hal yang perlu diperiksa walidata."),
            _(
                "Waktu penerimaan sudah tercatat: sejak saat ini tenggat dihitung untuk "
                "pemeriksaan walidata, bukan untuk perangkat daerah."
            ),
        )
    if asked.owed is None:
        return _verdict_of_age(context, receipt, asked)
    period = period_name(asked.obligation.period)
    if asked.row.label in receipt.closed:
        return (
            _("Data diterima, periode ini terpenuhi"),
            _("Kewajiban %(period)s selesai. Terima kasih.", period=period),
            _("Tidak ada lagi pengingat untuk periode ini."),
        )
    if not receipt.is_new or receipt.rank in (Rank.E0, Rank.E2):
        return (
            _("Berkas diterima, tetapi isinya sama dengan yang sudah ada"),
            _("Periode %(period)s belum terpenuhi karena tidak ada isi yang baru.", period=period),
            _("Periksa apakah berkas yang benar yang dikirim, lalu unggah lagi."),
        )
    if receipt.received_at < asked.row.closable_at:
        return (
            _("Data diterima, periodenya belum berakhir"),
            _("Isi berkas dihitung mulai %(at)s.", at=instant(asked.row.closable_at)),
            _("Tidak ada yang perlu dilakukan bila data periode ini sudah lengkap."),
        )
    return (
        _("Berkas diterima, tetapi periode ini belum terpenuhi"),
        _("Kami tidak menemukan nilai untuk periode %(period)s di dalamnya.", period=period),
        _("Lengkapi kolom waktu dan nilainya, lalu unggah lagi lewat tautan yang sama."),
    )


def _verdict_of_age(context: Context, receipt: Receipt, asked: Asked) -> tuple[str, str, str]:
    """Return what became of a file for data without periods: their age decides."""
    now = receipt.received_at
    with reading(context.engine) as session:
        aging = aging_of(session, asked, context.city(session).calendar, now)
    if aging.newest_at is None:
        return (
            _("Berkas diterima, tetapi isinya belum dapat dinilai umurnya"),
            _("Kami tidak menemukan kolom waktu yang terisi di dalamnya."),
            _("Lengkapi kolom waktu dan nilainya, lalu unggah lagi lewat tautan yang sama."),
        )
    newest = instant(aging.newest_at)
    if aging.is_current:
        return (
            _("Data diterima dan mutakhir"),
            _("Isi terbarunya bertanggal %(newest)s. Terima kasih.", newest=newest),
            _("Tautan ini dapat dipakai lagi untuk kiriman berikutnya sampai masanya habis."),
        )
    return (
        _("Berkas diterima, tetapi isinya masih terlalu lama"),
        _("Isi terbaru yang ada pada kami bertanggal %(newest)s.", newest=newest),
        _("Periksa apakah berkas yang benar yang dikirim, lalu unggah lagi."),
    )
