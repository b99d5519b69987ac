"""What a program is told of its push: a verdict, or a problem document (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from flask import Response, jsonify

from catalog import models
from catalog.models import VersionStatus
from catalog.pages.answers import answer_of
from catalog.pages.language import _, locale
from catalog.pages.wording import number
from catalog.rules.errors import MutakhirError
from checks.look import Receipt
from checks.tables.findings import Finding
from checks.tables.personal.forms import masked_finding

MAX_FINDINGS = 50


class Verdict(StrEnum):
    """What became of a push."""

    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"


_VERDICTS = {
    VersionStatus.ACCEPTED: Verdict.ACCEPTED,
    VersionStatus.IN_REVIEW: Verdict.HELD,
    VersionStatus.QUARANTINED: Verdict.REFUSED,
    VersionStatus.REJECTED: Verdict.REFUSED,
}


class Refused(MutakhirError):
    """A push that is not taken in; `code` names the reason to programs, `do` the next step."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        do: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.do = status, code, sentence, do
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One finding: where it is, what was found, what was expected, what to do."""

    code: str
    severity: str
    row: int | None
    field: str | None
    where: str
    found: str | None
    expected: str
    do: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of the bytes; `is_new` is False where they were there already.

    `closed` are the periods that they have fulfilled; `n_findings` counts all findings, of
    which the first are given.
    """

    dataset: str
    verdict: Verdict
    is_new: bool
    version: int
    received_at: datetime
    n_rows: int | None
    newest_period: str | None
    closed: tuple[str, ...]
    reason: str | None
    findings: tuple[Wrong, ...]
    n_findings: int


def pushed(slug: str, receipt: Receipt, version: models.Version) -> Pushed:
    """Return what is said of a push that was taken in as this version."""
    return Pushed(
        dataset=slug,
        verdict=_VERDICTS[receipt.status],
        is_new=receipt.is_new,
        version=version.number,
        received_at=receipt.received_at,
        n_rows=receipt.n_rows,
        newest_period=receipt.newest_period,
        closed=receipt.closed,
        reason=receipt.reason or version.status_reason,
        findings=tuple(
            _wrong(masked_finding(finding)) for finding in receipt.findings[:MAX_FINDINGS]
        ),
        n_findings=max(sum(receipt.counts.values()), len(receipt.findings)),
    )


def answer(said: Pushed) -> Response:
    """Return 201 for what is new, 200 for what was there, 202 for what waits, else 422."""
    if said.verdict is Verdict.REFUSED:
        reason = said.reason or _("Isinya tidak dapat dibaca sebagai tabel.")
        remedy = next((each.do for each in said.findings), None)
        return problem(
            422, "refused", reason, remedy or _("Perbaiki berkasnya, lalu kirim lagi."), said
        )
    response = jsonify(answer_of(said))
    response.headers["Cache-Control"] = "no-store"
    response.status_code = 201 if said.is_new else 200
    if said.verdict is Verdict.HELD:
        response.status_code = 202
    return response


def problem(status: int, code: str, detail: str, do: str, about: Pushed | None = None) -> Response:
    """Return a problem document with the next step, and with the verdict where there is one."""
    more = answer_of(about) if about is not None else {}
    assert isinstance(more, dict)
    response = jsonify(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": detail,
            "do": do,
            **more,
        }
    )
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    return response


def _wrong(finding: Finding) -> Wrong:
    in_english = locale().language == "en"
    places = []
    if finding.row is not None:
        places.append(_("baris %(n)s", n=number(finding.row)))
    if finding.field:
        places.append(_("kolom %(name)s", name=finding.field))
    return Wrong(
        code=finding.code,
        severity=finding.severity.value,
        row=finding.row,
        field=finding.field,
        where=", ".join(places) or _("seluruh berkas"),
        found=finding.cell,
        expected=finding.message_en if in_english else finding.message_id,
        do=finding.remedy_en if in_english else finding.remedy_id,
    )
