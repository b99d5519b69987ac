"""The page that tests a source: what would be read, then a look at once, or a proposal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from catalog.context import Context
from catalog.models.db import unit_of_work
from catalog.pages.language import _
from checks.desk.bounds import barrier, hidden_address, is_secret, meant_address
from checks.desk.option_entries import options_in, texts_of, typed_texts
from checks.desk.trial_page import (
    Behind,
    TrialPage,
    behind_link,
    blank,
    failed,
    filled,
    language,
    said,
    seen_of,
)
from checks.desk.trying import Busy, try_once
from checks.desk.wording import Done
from checks.looking.registered import Registered, ask_for_look
from checks.looking.trials import check_place, check_source, faults_of, settled_options
from checks.sources import SourceError
from checks.tables.table import UnreadableTable
from checks.telling.links import Ticket
from checks.telling.proposals import Proposal, Setting, TooManyProposals, propose

_LONGEST_ADDRESS = 2_000
_LONGEST_REASON = 500


class Deed(StrEnum):
    """What a button of the page does."""

    TRY = "uji"
    LOOK = "periksa"
    PROPOSE = "usul"


@dataclass(frozen=True, slots=True)
class _Typed:
    """What the form says; `options` as they are stored, `before` those that are registered."""

    address: str
    options: Mapping[str, Any]
    before: Mapping[str, Any]
    is_changed: bool


def asking(context: Context, ticket: Ticket, now: datetime) -> TrialPage:
    """Return the page as a link opens it; nothing is asked of the source."""
    behind = behind_link(context, ticket, now)
    source = behind.source
    if source is None:
        return replace(
            blank(behind),
            sentence=_("Data ini tidak diambil dari satu alamat, jadi tidak ada yang diuji."),
            has_source=False,
        )
    shown = hidden_address(source.address)
    return filled(blank(behind), source, texts_of(source.kind, source.options), shown, {})


def acting(
    context: Context, ticket: Ticket, form: Mapping[str, str], now: datetime
) -> TrialPage | Done:
    """Do what the button says: test, have it looked at, or propose a change."""
    behind = behind_link(context, ticket, now)
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
    page = filled(blank(behind), source, texts, shown, errors)
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


def _errors(source: Registered, address: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong by field; that of the address stands under `address`."""
    faults = {
        each.name: each.sentence_en if language() == "en" else each.sentence_id
        for each in faults_of(source.kind, options)
    }
    try:
        check_place(source.kind, address)
        if not faults:
            check_source(source.kind, address, options)
    except SourceError as error:
        return {"address": said(error), **faults}
    return faults


def _registered_options(source: Registered) -> Mapping[str, Any]:
    try:
        return settled_options(source.kind, source.options)
    except SourceError:
        return source.options


def _tested(
    context: Context,
    behind: Behind,
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
        return replace(failed(page, error), may_propose=typed.is_changed)
    return replace(
        page,
        title=_("Sumber ini dapat dibaca"),
        sentence=_("Inilah yang akan terbaca; belum ada yang disimpan."),
        next_step=behind.rest or "",
        seen=seen_of(trial, source.sensitivity),
        may_look=not typed.is_changed and behind.rest is None,
        may_propose=typed.is_changed,
    )


def _looked_for(
    context: Context, behind: Behind, source: Registered, now: datetime
) -> TrialPage | Done:
    if behind.rest is not None:
        texts = texts_of(source.kind, source.options)
        page = filled(blank(behind), source, texts, hidden_address(source.address), {})
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
    behind: Behind,
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
    try:
        with unit_of_work(context.engine) as session:
            propose(session, proposal, now)
    except TooManyProposals:
        return replace(
            page,
            status=429,
            title=_("Usulan untuk hari ini sudah cukup"),
            sentence=_("Walidata membaca dahulu usulan yang sudah masuk; coba lagi besok."),
        )
    return Done(
        _("Usulan sudah dikirim kepada walidata"),
        _("Sumber yang terdaftar belum berubah; walidata yang memeriksa dan memutuskannya."),
        _("Tautan ini tetap dapat dipakai untuk menguji lagi."),
    )


def _shown(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if not is_secret(name)}
