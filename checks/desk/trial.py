"""The page that tests a source: what would be read, then a look at once, or a proposal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from catalog import models
from catalog.context import Context
from catalog.models import Sensitivity
from catalog.models.db import reading, unit_of_work
from catalog.pages.language import _, locale
from catalog.pages.wording import instant, number, size
from catalog.store.rests import Maintenance, maintenance_of, paused_since
from checks.desk.bounds import barrier, hidden_address, is_secret, meant_address
from checks.desk.option_entries import FormEntry, entries, options_in, texts_of, typed_texts
from checks.desk.trying import Busy, try_once
from checks.desk.wording import Done
from checks.looking.registered import Registered, ask_for_look, registered_source
from checks.looking.trials import (
    Trial,
    check_source,
    faults_of,
    kind_name,
    settled_options,
)
from checks.sources import Fault, SourceError
from checks.tables.personal_forms import masked_cell, masked_personal
from checks.tables.table import UnreadableTable
from checks.telling.asked import Hurdle, NotTaken
from checks.telling.links import Ticket
from checks.telling.proposals import Proposal, Setting, propose

Fact = tuple[str, str]
_LONGEST_ADDRESS = 2_000
_LONGEST_REASON = 500


class Deed(StrEnum):
    """What a button of the page does."""

    TRY = "uji"
    LOOK = "periksa"
    PROPOSE = "usul"


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
class _Behind:
    """Who holds the link, and the source that it is about."""

    person: models.Person
    dataset: models.Dataset
    agency: models.Agency
    source: Registered | None
    rest: str | None


@dataclass(frozen=True, slots=True)
class _Typed:
    """What the form says; `options` as they are stored, `before` those that are registered."""

    address: str
    options: Mapping[str, Any]
    before: Mapping[str, Any]
    is_changed: bool


def asking(context: Context, ticket: Ticket, now: datetime) -> TrialPage:
    """Return the page as a link opens it; nothing is asked of the source."""
    behind = _behind(context, ticket, now)
    source = behind.source
    if source is None:
        return replace(
            _blank(behind),
            sentence=_("Data ini tidak diambil dari satu alamat, jadi tidak ada yang diuji."),
            has_source=False,
        )
    shown = hidden_address(source.address)
    return _filled(_blank(behind), source, texts_of(source.kind, source.options), shown, {})


def acting(
    context: Context, ticket: Ticket, form: Mapping[str, str], now: datetime
) -> TrialPage | Done:
    """Do what the button says: test, have it looked at, or propose a change."""
    behind = _behind(context, ticket, now)
    source = behind.source
    if source is None:
        return asking(context, ticket, now)
    if form.get("deed") == Deed.LOOK:
        return _looked_for(context, behind, source, now)
    shown = form.get("address", "").strip()[:_LONGEST_ADDRESS]
    texts = typed_texts(source.kind, form)
    options = options_in(source.kind, texts, source.options)
    address = meant_address(source, shown)
    errors = _errors(source, address, options)
    page = _filled(_blank(behind), source, texts, shown, errors)
    if errors:
        return replace(
            page,
            status=422,
            title=_("Isian perlu diperiksa"),
            sentence=_("Belum ada yang diuji; betulkan isian yang ditandai."),
        )
    settled, before = settled_options(source.kind, options), _registered_options(source)
    is_changed = settled != before or address != source.address
    typed = _Typed(address, settled, before, is_changed)
    if form.get("deed") == Deed.PROPOSE:
        reason = form.get("reason", "").strip()[:_LONGEST_REASON]
        return _proposed(context, behind, source, typed, page, reason, now)
    return _tested(context, behind, source, typed, page, now)


def _behind(context: Context, ticket: Ticket, now: datetime) -> _Behind:
    """Return what the link is about. Raises NotTaken where it is gone."""
    with reading(context.reading_engine) as session:
        person = session.get(models.Person, ticket.person_id)
        dataset = session.get(models.Dataset, ticket.dataset_id) if ticket.dataset_id else None
        if person is None or not person.active or dataset is None or dataset.retired_on is not None:
            raise NotTaken(Hurdle.GONE, "The dataset or the person of this link is gone.")
        agency = session.get_one(models.Agency, dataset.agency_id)
        source = registered_source(session, dataset)
        if source is None:
            return _Behind(person, dataset, agency, None, None)
        since = paused_since(session, [source.source_id]).get(source.source_id)
        window = maintenance_of(session, source.host, now)
        return _Behind(
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


def _blank(behind: _Behind) -> TrialPage:
    source = behind.source
    facts = [
        (_("Data"), behind.dataset.title),
        (_("Perangkat daerah"), behind.agency.name),
    ]
    if source is not None:
        facts.append((_("Jenis sumber"), kind_name(source.kind, _language())))
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


def _filled(
    page: TrialPage,
    source: Registered,
    texts: Mapping[str, str],
    address: str,
    errors: Mapping[str, str],
) -> TrialPage:
    fields = entries(source.kind, texts, errors, _language())
    return replace(page, address=address, entries=fields, errors=errors)


def _errors(source: Registered, address: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong by field; that of the address stands under `address`."""
    found = {
        each.name: each.sentence_en if _language() == "en" else each.sentence_id
        for each in faults_of(source.kind, options)
    }
    if not found:
        try:
            check_source(source.kind, address, options)
        except SourceError as error:
            found["address"] = _said(error)
    return found


def _registered_options(source: Registered) -> Mapping[str, Any]:
    try:
        return settled_options(source.kind, source.options)
    except SourceError:
        return source.options


def _tested(
    context: Context,
    behind: _Behind,
    source: Registered,
    typed: _Typed,
    page: TrialPage,
    now: datetime,
) -> TrialPage:
    stopped = barrier(source, typed.address, typed.before, typed.options)
    if stopped is not None:
        return replace(
            page,
            title=_("Perubahan ini tidak diuji lewat tautan"),
            sentence=stopped,
            next_step=_("Kirimkan sebagai usulan; walidata yang menguji dan memutuskannya."),
            may_propose=True,
        )
    try:
        trial = try_once(context, source, typed.address, typed.options, now)
    except Busy:
        return replace(
            page,
            status=503,
            title=_("Uji lain sedang berjalan"),
            sentence=_("Hanya satu sumber diuji pada satu saat."),
            next_step=_("Tunggu satu menit, lalu tekan tombolnya lagi."),
        )
    except (SourceError, UnreadableTable) as error:
        return replace(_failed(page, error), may_propose=typed.is_changed)
    return replace(
        page,
        title=_("Sumber ini dapat dibaca"),
        sentence=_("Inilah yang akan terbaca; belum ada yang disimpan."),
        next_step=behind.rest or "",
        seen=_seen(trial, source.sensitivity),
        may_look=not typed.is_changed and behind.rest is None,
        may_propose=typed.is_changed,
    )


def _failed(page: TrialPage, error: SourceError | UnreadableTable) -> TrialPage:
    if isinstance(error, UnreadableTable):
        next_step = _("Betulkan isi sumbernya, lalu uji lagi.")
    elif error.fault is Fault.OURS:
        next_step = _("Gangguan ini di pihak kami, bukan di sumber Anda; hubungi walidata.")
    elif error.permanent:
        next_step = _("Menguji lagi tidak menolong sebelum hal ini dibetulkan.")
    else:
        next_step = _("Gangguan ini dapat bersifat sementara; uji lagi beberapa saat lagi.")
    title = _("Sumber ini belum dapat dibaca")
    return replace(page, title=title, sentence=_said(error), next_step=next_step)


def _seen(trial: Trial, sensitivity: Sensitivity) -> Seen:
    is_open = sensitivity is Sensitivity.TERBUKA
    rows = [
        tuple(masked_cell(n, c or "") for n, c in zip(trial.header, row, strict=True))
        for row in trial.rows
    ]
    is_english = _language() == "en"
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


def _looked_for(
    context: Context, behind: _Behind, source: Registered, now: datetime
) -> TrialPage | Done:
    if behind.rest is not None:
        texts = texts_of(source.kind, source.options)
        page = _filled(_blank(behind), source, texts, hidden_address(source.address), {})
        return replace(
            page,
            status=409,
            title=_("Sumber ini sedang tidak diperiksa"),
            sentence=behind.rest,
            next_step=_("Hubungi walidata bila hal ini tidak sesuai."),
        )
    with unit_of_work(context.engine) as session:
        ask_for_look(session, source.source_id, behind.person.email, now)
    return Done(
        _("Pemeriksaan sudah diminta"),
        _("Sumber yang terdaftar diperiksa pada putaran berikutnya."),
        _("Hasilnya terlihat di halaman data ini, biasanya dalam beberapa menit."),
    )


def _proposed(
    context: Context,
    behind: _Behind,
    source: Registered,
    typed: _Typed,
    page: TrialPage,
    reason: str,
    now: datetime,
) -> TrialPage | Done:
    if not typed.is_changed:
        return replace(
            page, status=422, sentence=_("Belum ada yang diubah, jadi tidak ada yang diusulkan.")
        )
    proposal = Proposal(
        source_id=source.source_id,
        title=source.title,
        person=behind.person.name,
        email=behind.person.email,
        before=Setting(hidden_address(source.address), _shown(typed.before)),
        after=Setting(hidden_address(typed.address), _shown(typed.options)),
        reason=reason,
    )
    with unit_of_work(context.engine) as session:
        propose(session, proposal, now)
    return Done(
        _("Usulan sudah dikirim kepada walidata"),
        _("Sumber yang terdaftar belum berubah; walidata yang memeriksa dan memutuskannya."),
        _("Tautan ini tetap dapat dipakai untuk menguji lagi."),
    )


def _shown(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if not is_secret(name)}


def _said(error: SourceError | UnreadableTable) -> str:
    return masked_personal(error.sentence_en if _language() == "en" else error.sentence_id)


def _language() -> str:
    return "en" if locale().language == "en" else "id"
