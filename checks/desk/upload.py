"""An uploaded file: taken in, judged, and answered with a receipt a person can act on."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from catalog.context import Context
from catalog.models import VersionStatus
from catalog.models.db import reading, unit_of_work
from catalog.pages.language import _, locale
from catalog.pages.wording import instant, number, period_name
from catalog.rules.terms import Rank
from checks.look import Receipt, receive, watcher_for
from checks.tables.findings import Finding
from checks.telling.asked import Asked, Hurdle, NotTaken, asked_by
from checks.telling.declarations import note_upload
from checks.telling.links import Ticket

MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """One finding as its author can mend it."""

    place: str
    cell: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the receipt page says: what became of the file, why, and what happens next."""

    title: str
    sentence: str
    next_step: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Trouble, ...]
    n_findings: int
    slug: str


def take_upload(
    context: Context, ticket: Ticket, token: str, stream: IO[bytes], name: str, now: datetime
) -> Answered:
    """Take a file in for the obligation of the link. Raises NotTaken when it is closed."""
    with reading(context.engine) as session:
        asked = asked_by(session, ticket)
    if asked.closing is not None:
        raise NotTaken(Hurdle.CLOSED, f"Period {asked.row.label} is closed already.")
    settings = context.settings
    watcher = watcher_for(
        context.engine,
        originals_dir=settings.originals_dir,
        zone=settings.zone,
        clock=context.clock,
        contact=settings.contact,
        city_name=settings.city_name,
        registration_due_on=settings.registration_due_on,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        receipt = receive(
            watcher,
            asked.row.dataset_id,
            path,
            name,
            person_id=ticket.person_id,
            declared_period=asked.row.label,
            now=now,
        )
    with unit_of_work(context.engine) as session:
        note_upload(session, ticket, token, name, now)
    return _answered(receipt, asked, name)


def _answered(receipt: Receipt, asked: Asked, name: str) -> Answered:
    title, sentence, next_step = _verdict(receipt, asked)
    facts = [
        (_("Berkas"), name),
        (_("Diterima"), instant(receipt.received_at)),
        (_("Untuk"), f"{asked.dataset.title}, {period_name(asked.obligation.period)}"),
    ]
    if receipt.n_rows is not None:
        facts.append((_("Jumlah baris"), number(receipt.n_rows)))
    if receipt.newest_period:
        facts.append((_("Periode terbaru di dalamnya"), receipt.newest_period))
    return Answered(
        title=title,
        sentence=sentence,
        next_step=next_step,
        facts=tuple(facts),
        findings=tuple(_trouble(finding) for finding in receipt.findings[:MAX_FINDINGS]),
        n_findings=max(sum(receipt.counts.values()), len(receipt.findings)),
        slug=asked.dataset.slug,
    )


def _verdict(receipt: Receipt, asked: Asked) -> tuple[str, str, str]:
    period = period_name(asked.obligation.period)
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


def _trouble(finding: Finding) -> Trouble:
    in_english = locale().language == "en"
    places = []
    if finding.row is not None:
        places.append(_("baris %(n)s", n=number(finding.row)))
    if finding.field:
        places.append(_("kolom %(name)s", name=finding.field))
    return Trouble(
        place=", ".join(places) or _("seluruh berkas"),
        cell=finding.cell or "",
        message=finding.message_en if in_english else finding.message_id,
        remedy=finding.remedy_en if in_english else finding.remedy_id,
    )
