"""What the page that tests a source shows: the source, its form, and what came of a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from catalog import models
from catalog.context import Context
from catalog.models import Sensitivity
from catalog.models.db import reading
from catalog.pages.language import _, locale
from catalog.pages.wording import instant, number, size
from catalog.store.rests import Maintenance, maintenance_of, paused_since
from checks.desk.bounds import is_secret
from checks.desk.option_entries import FormEntry, entries
from checks.looking.registered import Registered, registered_source
from checks.looking.trials import Trial, kind_name
from checks.sources import Fault, SourceError
from checks.tables.personal.forms import masked_cell, masked_personal
from checks.tables.table import UnreadableTable
from checks.telling.asked import Hurdle, NotTaken
from checks.telling.links import Ticket

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look would read, as people are shown it; `rows` are empty where not open."""

    facts: tuple[Fact, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    decisions: tuple[Fact, ...]
    warnings: tuple[str, ...]
    is_closed: bool


@dataclass(frozen=True, slots=True)
class TrialPage:
    """Everything the page shows; `carried` are the fields of the form as they were tried."""

    status: int
    title: str
    sentence: str
    next_step: str
    slug: str
    facts: tuple[Fact, ...]
    address: str = ""
    entries: tuple[FormEntry, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    has_source: bool = True
    seen: Seen | None = None
    may_look: bool = False
    may_propose: bool = False

    @property
    def main_entries(self) -> tuple[FormEntry, ...]:
        """The fields that are filled in, required or wrong."""
        return tuple(each for each in self.entries if each.is_main)

    @property
    def other_entries(self) -> tuple[FormEntry, ...]:
        """The rest of the fields, which stand as usual."""
        return tuple(each for each in self.entries if not each.is_main)

    @property
    def carried(self) -> tuple[Fact, ...]:
        """The fields of the form, for a button that is not in it."""
        return (("address", self.address), *((each.key, each.value) for each in self.entries))


@dataclass(frozen=True, slots=True)
class Behind:
    """Who holds the link, and the source that it is about."""

    person: models.Person
    dataset: models.Dataset
    agency: models.Agency
    source: Registered | None
    rest: str | None


def behind_link(context: Context, ticket: Ticket, now: datetime) -> Behind:
    """Return what the link is about. Raises NotTaken where it is gone."""
    with reading(context.reading_engine) as session:
        person = session.get(models.Person, ticket.person_id)
        dataset = session.get(models.Dataset, ticket.dataset_id) if ticket.dataset_id else None
        if person is None or not person.active or dataset is None or dataset.retired_on is not None:
            raise NotTaken(Hurdle.GONE, "The dataset or the person of this link is gone.")
        agency = session.get_one(models.Agency, dataset.agency_id)
        source = registered_source(session, dataset)
        if source is None:
            return Behind(person, dataset, agency, None, None)
        since = paused_since(session, [source.source_id]).get(source.source_id)
        window = maintenance_of(session, source.host, now)
        return Behind(
            person, dataset, agency, source, _rest(source.paused_reason, since, window, now)
        )


def _rest(
    reason: str | None, since: datetime | None, window: Maintenance | None, now: datetime
) -> str | None:
    """Return why nobody looks at the source now, None where it is looked at."""
    if reason is not None:
        if since is None:
            return _("Sumber ini dijeda: %(reason)s", reason=reason)
        return _("Sumber ini dijeda sejak %(at)s: %(reason)s", at=instant(since), reason=reason)
    if window is not None and window.starts_at <= now:
        return _(
            "Server sumber sedang dipelihara sampai %(end)s: %(reason)s",
            end=instant(window.ends_at),
            reason=window.reason,
        )
    return None


def blank(behind: Behind) -> TrialPage:
    """Return the page of a source before anything was done, without its form."""
    source = behind.source
    facts = [
        (_("Data"), behind.dataset.title),
        (_("Perangkat daerah"), behind.agency.name),
    ]
    if source is not None:
        facts.append((_("Jenis sumber"), kind_name(source.kind, language())))
        facts.append((_("Keadaan"), behind.rest or _state(source)))
        if any(is_secret(name) and value for name, value in source.options.items()):
            facts.append((_("Kunci API"), _("tersimpan pada pengelola, tidak ditampilkan")))
    facts.append((_("Penerima tautan"), behind.person.name))
    return TrialPage(
        status=200,
        title=_("Uji sumber data"),
        sentence=_("Lihat apa yang akan terbaca dari sumber ini. Menguji tidak menyimpan apa pun."),
        next_step="",
        slug=behind.dataset.slug,
        facts=tuple(facts),
    )


def _state(source: Registered) -> str:
    if source.failing_since is None:
        return _("Tidak ada kegagalan yang tercatat")
    return _("Gagal diambil sejak %(at)s", at=instant(source.failing_since))


def filled(
    page: TrialPage,
    source: Registered,
    texts: Mapping[str, str],
    address: str,
    errors: Mapping[str, str],
) -> TrialPage:
    """Return the page with its form, what was typed into it and what is wrong there."""
    fields = entries(source.kind, texts, errors, language())
    return replace(page, address=address, entries=fields, errors=errors)


def failed(page: TrialPage, error: SourceError | UnreadableTable) -> TrialPage:
    """Return the page of a test that could not read anything, and whether it may pass."""
    if isinstance(error, UnreadableTable):
        next_step = _("Betulkan isi sumbernya, lalu uji lagi.")
    elif error.fault is Fault.OURS:
        next_step = _("Gangguan ini di pihak kami, bukan di sumber Anda; hubungi walidata.")
    elif error.permanent:
        next_step = _("Menguji lagi tidak menolong sebelum hal ini dibetulkan.")
    else:
        next_step = _("Gangguan ini dapat bersifat sementara; uji lagi beberapa saat lagi.")
    title = _("Sumber ini belum dapat dibaca")
    return replace(page, title=title, sentence=said(error), next_step=next_step)


def seen_of(trial: Trial, sensitivity: Sensitivity) -> Seen:
    """Return what was read as people are shown it; rows of open data alone, and masked."""
    is_open = sensitivity is Sensitivity.TERBUKA
    rows = [
        tuple(masked_cell(n, c or "") for n, c in zip(trial.header, row, strict=True))
        for row in trial.rows
    ]
    is_english = language() == "en"
    return Seen(
        facts=(
            (_("Berkas"), trial.file_name),
            (_("Besar berkas"), size(trial.n_bytes)),
            (_("Jumlah baris"), number(trial.n_rows)),
            (_("Periode terbaru"), trial.newest_period or _("tidak ditemukan")),
        ),
        header=trial.header,
        rows=tuple(rows) if is_open else (),
        decisions=tuple((masked_personal(d.value), masked_personal(d.why)) for d in trial.decisions)
        if is_open
        else (),
        warnings=tuple(
            masked_personal(each.sentence_en if is_english else each.sentence_id)
            for each in trial.warnings
        ),
        is_closed=not is_open,
    )


def said(error: SourceError | UnreadableTable) -> str:
    """Return what an error says, in the reader's language and without personal numbers."""
    return masked_personal(error.sentence_en if language() == "en" else error.sentence_id)


def language() -> str:
    """Return the reader's language, `id` or `en`."""
    return "en" if locale().language == "en" else "id"
