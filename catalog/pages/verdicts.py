"""What is said about a dataset: its state with the reason, its source, its promise."""

from collections.abc import Sequence
from datetime import datetime

from catalog.models import SourceKind
from catalog.pages.language import _, ngettext
from catalog.pages.wording import (
    cadence_name,
    instant,
    local_day,
    long_day,
    period_name,
    short_day,
    word_of,
)
from catalog.rules.obligations import Obligation
from catalog.rules.terms import Access, Headline, Outcome, State, Validity
from catalog.store.composition import CheckRef
from catalog.store.line import DatasetLine

MOST_NAMED = 6


def named_periods(obligations: Sequence[Obligation]) -> str:
    """Return the periods by name, the last ones in full and the others counted."""
    shown = [period_name(o.period) for o in obligations[-MOST_NAMED:]]
    rest = len(obligations) - len(shown)
    if rest:
        return ngettext(
            "%(num)d periode sebelumnya, %(names)s",
            "%(num)d periode sebelumnya, %(names)s",
            rest,
            names=", ".join(shown),
        )
    return ", ".join(shown)


def headline_word(line: DatasetLine) -> str:
    """Return the word over a dataset: "Menunggak 3 periode"."""
    if line.headline is Headline.ARREARS and line.missing:
        n = len(line.missing)
        return ngettext("Menunggak %(num)d periode", "Menunggak %(num)d periode", n)
    return word_of(line.headline)


def state_sentence(line: DatasetLine) -> str:
    """Return why the dataset has its headline, in one sentence."""
    if line.cadence.is_rolling:
        return _rolling_sentence(line)
    match line.headline:
        case Headline.CURRENT | Headline.DUE_SOON:
            return _kept_sentence(line)
        case Headline.GRACE | Headline.LATE | Headline.ARREARS | Headline.UNOBSERVED:
            return _owed_sentence(line)
    return _outside_sentence(line)


def _kept_sentence(line: DatasetLine) -> str:
    due = line.next_due
    last = line.last_closed
    said = _("Data ini mutakhir.")
    if last is not None:
        said = _(
            "Data %(period)s sudah tersedia sesuai jadwal rilis yang disepakati.",
            period=period_name(last.obligation.period),
        )
        if last.state is State.NIL:
            said = _(
                "Data %(period)s dinyatakan nihil.", period=period_name(last.obligation.period)
            )
        if last.state is State.WAIVED:
            said = _(
                "Data %(period)s dibebaskan oleh walidata.",
                period=period_name(last.obligation.period),
            )
    if due is None:
        return said
    return f"{said} " + _(
        "Berikutnya %(period)s, jatuh tempo %(due)s.",
        period=period_name(due.period),
        due=long_day(due.due_date),
    )


def _owed_sentence(line: DatasetLine) -> str:
    newest = line.missing[-1]
    said = {
        "n": str(len(line.missing)),
        "names": named_periods(line.missing),
        "period": period_name(newest.period),
        "due": long_day(newest.due_date),
        "grace": long_day(local_day(newest.grace_at)),
    }
    if line.review_since is not None:
        return _(
            "Berkas yang masuk %(at)s menunggu pemeriksaan walidata; sejak saat itu waktu "
            "perangkat daerah tidak dihitung.",
            at=instant(line.review_since),
        )
    if line.headline is Headline.UNOBSERVED:
        if line.source_kind is None:
            return _(
                "Data %(period)s jatuh tempo %(due)s, tetapi data ini belum ditautkan ke sumber, "
                "sehingga belum dapat dinilai.",
                **said,
            )
        return _(
            "Data %(period)s jatuh tempo %(due)s, tetapi sumbernya belum dapat diperiksa secara "
            "lengkap sejak itu, sehingga belum dapat dinilai.",
            **said,
        )
    if len(line.missing) == 1:
        return _("Data %(period)s belum kami temukan. Jatuh tempo %(due)s.", **said)
    return _(
        "%(n)s periode belum kami temukan: %(names)s. Yang terbaru jatuh tempo %(due)s.", **said
    )


def _rolling_sentence(line: DatasetLine) -> str:
    cadence = cadence_name(line.cadence)
    match line.headline:
        case Headline.CURRENT:
            return _("Isi data masih dalam batas umur data %(cadence)s.", cadence=cadence)
        case Headline.GRACE:
            return _(
                "Isi data melewati batas umur data %(cadence)s dan masih dalam masa tenggang.",
                cadence=cadence,
            )
        case Headline.LATE | Headline.ARREARS:
            return _(
                "Isi data terbaru sudah lebih tua daripada batas umur data %(cadence)s.",
                cadence=cadence,
            )
        case Headline.UNOBSERVED | Headline.NEW:
            return _("Belum ada isi data yang dapat dinilai umurnya.")
    return _outside_sentence(line)


def _outside_sentence(line: DatasetLine) -> str:
    match line.headline:
        case Headline.NEW:
            if line.next_due is None:
                return _("Belum ada periode yang jatuh tempo.")
            return _(
                "Belum ada periode yang jatuh tempo. Yang pertama %(period)s, jatuh tempo %(due)s.",
                period=period_name(line.next_due.period),
                due=long_day(line.next_due.due_date),
            )
        case Headline.UNSCHEDULED:
            return _("Data ini diterbitkan tanpa jadwal tetap, sehingga tidak dinilai.")
        case Headline.UNPARSED_SCHEDULE:
            return _(
                "Jadwal rilis yang tertulis belum dapat dibaca sebagai tanggal, "
                "sehingga belum dapat dinilai."
            )
        case Headline.UNPUBLISHED:
            return _("Menurut daftar data, data ini tidak dipublikasikan, sehingga tidak dinilai.")
        case _:
            return _("Data ini sudah dihentikan dan tidak dinilai lagi.")


def check_sentence(check: CheckRef | None, kind: SourceKind | None) -> str:
    """Return what the newest look at the source came back with."""
    if kind is None:
        return _("Data ini belum ditautkan ke sumber; belum ada yang dapat diperiksa.")
    if check is None:
        return _("Sumber data belum pernah diperiksa.")
    said = {"at": instant(check.at), "status": str(check.http_status or "")}
    match check.outcome:
        case Outcome.COMPLETE if check.http_status:
            return _("Sumber menjawab lengkap (HTTP %(status)s) pada %(at)s.", **said)
        case Outcome.COMPLETE:
            return _("Sumber terbaca lengkap pada %(at)s.", **said)
        case Outcome.NOT_MODIFIED:
            return _("Sumber menjawab tidak ada perubahan pada %(at)s.", **said)
        case Outcome.SOURCE_FAILED if check.http_status:
            return _("Sumber tidak memberi data (HTTP %(status)s) pada %(at)s.", **said)
        case Outcome.SOURCE_FAILED:
            return _("Sumber tidak dapat diakses pada %(at)s.", **said)
    return _("Pemeriksaan pada %(at)s gagal di pihak pemantau, bukan di sumber data.", **said)


def access_sentence(access: Access) -> str:
    """Return what the access axis means."""
    match access:
        case Access.LANCAR:
            return _("Sumber dapat diakses pada pemeriksaan terakhir.")
        case Access.TERGANGGU:
            return _("Satu pemeriksaan terakhir gagal; akan dicoba lagi.")
        case Access.PUTUS:
            return _("Sumber gagal diakses berulang kali, dengan jeda sedikitnya 30 menit.")
    return _("Sumber belum pernah diperiksa.")


def validity_sentence(validity: Validity) -> str:
    """Return what the validity axis means."""
    match validity:
        case Validity.VALID:
            return _("Isi berkas terakhir sesuai skema.")
        case Validity.PERINGATAN:
            return _("Isi berkas terakhir sesuai skema, dengan peringatan.")
        case Validity.TIDAK_VALID:
            return _("Isi berkas terakhir tidak sesuai skema atau ditahan.")
    return _("Isi berkas belum pernah diperiksa.")


def rule_sentence(line: DatasetLine) -> str:
    """Return the promise in words: how often, and when it is due."""
    cadence = cadence_name(line.cadence)
    cadence = cadence[:1].upper() + cadence[1:]
    if line.cadence.is_rolling:
        return cadence
    if not line.has_due_dates:
        return f"{cadence} ({line.rule_text})" if line.rule_text else cadence
    if line.rule_text:
        return _("%(cadence)s, rilis %(rule)s", cadence=cadence, rule=line.rule_text)
    return _("%(cadence)s, jadwal baku", cadence=cadence)


def due_sentence(obligation: Obligation, now: datetime) -> str:
    """Return the due date with the days left: "Kamis, 10 April 2025 (3 hari lagi)"."""
    left = (obligation.due_date - local_day(now)).days
    if left == 0:
        return _("%(day)s (hari ini)", day=long_day(obligation.due_date))
    return ngettext(
        "%(day)s (%(num)d hari lagi)",
        "%(day)s (%(num)d hari lagi)",
        left,
        day=long_day(obligation.due_date),
    )


def short_due(obligation: Obligation) -> str:
    """Return "Maret 2025, jatuh tempo 10 Apr 2025"."""
    return _(
        "%(period)s, jatuh tempo %(due)s",
        period=period_name(obligation.period),
        due=short_day(obligation.due_date),
    )
