"""How everything is counted: rendered from the constants that count it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response

from catalog.pages.language import _
from catalog.pages.respond import page
from catalog.pages.sentences import joined
from catalog.pages.visit import visit
from catalog.pages.wording import cadence_name, local_day
from catalog.rules import change, conclusive, escalation, evidence, score
from catalog.rules.terms import Rank, State
from dashboards.methodology import Methodology, methodology
from dashboards.speech import number_fixed

CONSTANTS = {
    "formula": score.FORMULA,
    "late_penalty": score.LATE_PENALTY,
    "open_credit": score.OPEN_CREDIT,
    "decay": score.DECAY,
    "min_agreed": score.MIN_AGREED_TO_RANK,
    "failures_apart_minutes": int(conclusive.FAILURES_APART.total_seconds() // 60),
    "future_days": evidence.FUTURE_GUARD.days,
    "last_days": evidence.LAST_DAYS_EXPECTED,
    "least_share": change.LEAST_SHARE,
    "min_rows": change.MIN_ROWS_TO_COMPARE,
    "min_points": change.MIN_POINTS,
    "mad_factor": change.MAD_FACTOR,
    "max_z": change.MAX_ROBUST_Z,
    "longest_eta_days": escalation.LONGEST_ETA.days,
    "max_etas": escalation.MAX_ETAS,
}


def methodology_page() -> Response:
    """Show the method with the dates of this city's calendar."""
    return page(
        "dashboards/methodology.html",
        lambda: methodology(visit().city.calendar),
        _speak,
        json_address="/metodologi.json",
    )


def _speak(method: Methodology) -> dict[str, Any]:
    return {
        "c": CONSTANTS,
        "State": State,
        "fixed": number_fixed,
        "joined": joined,
        "last_day": _last_day,
        "evidence": {rank: evidence_text(rank) for rank in Rank},
        "unscheduled": joined(cadence_name(cadence) for cadence in method.unscheduled),
    }


def _last_day(end_at: datetime) -> date:
    """Return the last local day before an exclusive end."""
    return local_day(end_at - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class EvidenceText:
    """A rank of evidence in words, and what it closes."""

    what: str
    closes: str


def evidence_text(rank: Rank) -> EvidenceText:
    """Return what a rank of evidence is and what it closes."""
    no = _("Tidak.")
    match rank:
        case Rank.E5:
            return EvidenceText(
                _("Versi yang sah dengan kolom waktu: periode itu ada di dalam data, bernilai."),
                _("Ya, sejak pertama terlihat, paling awal saat periodenya berakhir."),
            )
        case Rank.E4:
            return EvidenceText(
                _("Tanpa kolom waktu: isi yang belum pernah ada, sah, tidak kosong."),
                _(
                    "Ya, untuk periode yang dinyatakan operator atau nama berkas; tanpa itu hanya "
                    "periode terbuka yang terlama, dan versi pertama tidak menutup apa pun."
                ),
            )
        case Rank.E3:
            return EvidenceText(
                _("Pernyataan nihil dari operator, bertanda tangan dan beralasan."),
                _("Ya, ditandai; paling banyak dua kali berturut-turut, sekali untuk tahunan."),
            )
        case Rank.E2:
            return EvidenceText(_("Berkas berubah tetapi isinya sama: disentuh saja."), no)
        case Rank.E1:
            return EvidenceText(
                _("Tanggal berkas, penanda server, atau tanggal di metadata portal."),
                _("Tidak; hanya menjadi alasan untuk memeriksa."),
            )
        case Rank.E0:
            return EvidenceText(
                _("Isi versi lama, isi yang berubah di setiap unduhan, waktu masa depan, ditahan."),
                _("Tidak; diberi peringatan."),
            )
