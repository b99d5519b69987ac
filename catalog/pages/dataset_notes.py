"""What is said about one dataset beside its verdict: its facts, files, versions, checks."""

from dataclasses import dataclass

from catalog.pages.language import _, ngettext
from catalog.pages.sentences import joined
from catalog.pages.verdicts import due_sentence, rule_sentence
from catalog.pages.wording import (
    dimension_name,
    instant,
    local_day,
    long_day,
    number,
    percent,
    period_label_name,
    period_name,
    sensitivity_name,
    size,
    source_name,
)
from catalog.rules.score import Share
from catalog.rules.terms import Merge, Outcome, Rank
from catalog.store.dataset_page import AnswerLine, CheckLine, DatasetPage
from catalog.store.line import DatasetLine
from catalog.store.standing import AgencyRef
from catalog.store.versions import Column, VersionLine

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rest:
    """That a source is left alone for a while, and the reason in its own words."""

    sentence: str
    reason: str


def dataset_facts(page: DatasetPage) -> list[Fact]:
    """Return the definition list under the title of a dataset."""
    line = page.line
    facts = [
        (_("Produsen data"), line.agency.name),
        (_("Jadwal rilis"), rule_sentence(line)),
        (_("Terakhir dipenuhi"), _last_fulfilled(line)),
    ]
    if line.next_due:
        due = due_sentence(line.next_due, page.as_of)
        facts.append(
            (
                _("Berikutnya jatuh tempo"),
                _("%(period)s: %(due)s", period=period_name(line.next_due.period), due=due),
            )
        )
    facts.append((_("Cakupan data"), _coverage(line)))
    if page.n_parts > 1:
        facts.append((_("Berkas sumber"), files_sentence(page)))
    return facts


def files_sentence(page: DatasetPage) -> str:
    """Return of how many files a dataset consists, and which of them decide."""
    n, all_count = number(page.n_parts), page.merge is Merge.ALL
    if page.line.cadence.is_rolling:
        if all_count:
            return _("%(n)s berkas; umurnya dihitung dari berkas yang paling lama.", n=n)
        return _("%(n)s berkas; umurnya dihitung dari berkas yang terakhir berubah.", n=n)
    if all_count:
        return _("%(n)s berkas; suatu periode terpenuhi bila semuanya memuatnya.", n=n)
    return _("%(n)s berkas; suatu periode terpenuhi bila salah satunya memuatnya.", n=n)


def about_facts(page: DatasetPage) -> list[Fact]:
    """Return the standar data and what else is agreed about a dataset."""
    line = page.line
    facts = [
        (term, text)
        for term, text in (
            (_("Satuan"), page.unit),
            (_("Indikator"), page.indicator),
            (_("Konsep"), page.concept),
            (_("Definisi"), page.definition),
            (_("Ukuran"), page.measure),
        )
        if text
    ]
    facts.append((_("Klasifikasi"), sensitivity_name(line.sensitivity)))
    facts.append((_("Lisensi"), line.licence or _("belum ditentukan")))
    if line.dimension:
        facts.append((_("Dimensi kota cerdas"), dimension_name(line.dimension)))
    if line.source_kind:
        facts.append((_("Sumber"), source_name(line.source_kind)))
    facts.append((_("Disepakati dalam daftar data"), long_day(line.agreed_on)))
    return facts


def _last_fulfilled(line: DatasetLine) -> str:
    last = line.last_fulfilled
    if last is None or last.closing is None:
        return _("belum pernah")
    return _(
        "%(period)s, pada %(day)s",
        period=period_name(last.obligation.period),
        day=long_day(local_day(last.closing.at)),
    )


def _coverage(line: DatasetLine) -> str:
    if line.newest_period:
        name = period_label_name(line.cadence, line.newest_period)
        return _("sampai dengan %(period)s", period=name)
    return _("belum diketahui")


def fulfilled_sentence(line: DatasetLine) -> str:
    """Return what arrived last, and when."""
    last = line.last_fulfilled
    if last is None or last.closing is None:
        return ""
    return _(
        "%(period)s, diterima %(at)s",
        period=period_name(last.obligation.period),
        at=long_day(local_day(last.closing.at)),
    )


def line_details(line: DatasetLine) -> str:
    """Return the small print of a dataset in a list: promise, format, access, validity."""
    parts = [rule_sentence(line), line.format or _("belum ada berkas")]
    return " · ".join(parts)


def file_sentence(version: VersionLine) -> str:
    """Return what the newest file holds."""
    parts = [size(version.n_bytes)]
    if version.n_rows is not None:
        parts.append(rows_sentence(version.n_rows))
    parts.append(_("diterima %(at)s", at=instant(version.seen_at)))
    return ", ".join(parts)


def rows_sentence(n: int) -> str:
    """Return "1.203 baris"."""
    return ngettext("%(n)s baris", "%(n)s baris", n, n=number(n))


def preview_sentence(n_shown: int, n_rows: int | None) -> str:
    """Return how much of the file the preview shows."""
    if n_rows is None:
        return ngettext("%(num)d baris pertama", "%(num)d baris pertama", n_shown)
    return _("%(n)s baris pertama dari %(of)s", n=number(n_shown), of=number(n_rows))


def column_sentence(column: Column) -> str:
    """Return what is known of a column."""
    parts = [part for part in (column.title, column.description) if part]
    if column.required:
        parts.append(_("wajib diisi"))
    if column.unique:
        parts.append(_("tidak boleh berulang"))
    return "; ".join(parts) or "–"


def type_word(code: str | None) -> str:
    """Return what a column holds, in words; the code itself where it is none of ours."""
    words = {
        None: _("belum ditentukan"),
        "integer": _("bilangan bulat"),
        "number": _("bilangan"),
        "date": _("tanggal"),
        "period": _("periode"),
        "year": _("tahun"),
        "boolean": _("ya atau tidak"),
        "string": _("teks"),
    }
    return words.get(code) or str(code)


def change_sentence(version: VersionLine) -> str:
    """Return what a version changed against the one before."""
    match version.rank:
        case Rank.E2:
            return _("Berkas disentuh tanpa perubahan isi.")
        case Rank.E0:
            if not version.is_public:
                return _("Isi ini tidak dipakai.")
            return _("Isi yang pernah diterima muncul kembali.")
    counted = [
        phrase
        for n, phrase in (
            (version.n_added, _("%(n)s baris ditambah", n=number(version.n_added or 0))),
            (version.n_removed, _("%(n)s baris dihapus", n=number(version.n_removed or 0))),
            (version.n_changed, _("%(n)s baris diubah", n=number(version.n_changed or 0))),
        )
        if n
    ]
    if not counted:
        return _("Isi baru.")
    return _("Isi baru: %(changes)s.", changes=joined(counted))


def look_sentence(check: CheckLine) -> str:
    """Return one look at the source."""
    status = f" (HTTP {check.http_status})" if check.http_status else ""
    said = {"at": instant(check.at), "status": status}
    match check.outcome:
        case Outcome.COMPLETE:
            return _("%(at)s: jawaban lengkap%(status)s.", **said)
        case Outcome.NOT_MODIFIED:
            return _("%(at)s: tidak ada perubahan%(status)s.", **said)
        case Outcome.SOURCE_FAILED:
            return _("%(at)s: sumber tidak memberi data%(status)s.", **said)
    return _("%(at)s: gagal di pihak pemantau, bukan di sumber data.", **said)


def punctuality_sentence(punctuality: Share | None) -> str:
    """Return how many of the last obligations were kept."""
    if punctuality is None:
        return _("Belum ada periode yang dapat dinilai ketepatan waktunya.")
    return _(
        "%(n)s dari %(of)s periode terakhir tepat waktu (%(percent)s).",
        n=number(punctuality.n),
        of=number(punctuality.of),
        percent=percent(punctuality.n, punctuality.of),
    )


def answer_sentence(answer: AnswerLine, agency: AgencyRef) -> str:
    """Return that the agency gave a reason, and by when it expects to deliver."""
    said = {"agency": agency.name, "at": long_day(local_day(answer.at))}
    if answer.eta_on is None:
        return _("Tanggapan %(agency)s, %(at)s:", **said)
    return _(
        "Tanggapan %(agency)s, %(at)s, dengan perkiraan penyampaian %(eta)s:",
        eta=long_day(answer.eta_on),
        **said,
    )


def rests(page: DatasetPage) -> list[Rest]:
    """Return why and since when nobody looks at the source, or when its server will rest."""
    found = []
    if page.pause is not None:
        since = page.pause.since_at
        said = _("Pemeriksaan sumber dijeda:")
        if since is not None:
            said = _("Pemeriksaan sumber dijeda sejak %(at)s:", at=instant(since))
        found.append(Rest(said, page.pause.reason))
    if page.maintenance is not None:
        said = _(
            "Server sumber dipelihara dari %(start)s sampai %(end)s, tanpa pemeriksaan:",
            start=instant(page.maintenance.starts_at),
            end=instant(page.maintenance.ends_at),
        )
        found.append(Rest(said, page.maintenance.reason))
    return found


def citation(page: DatasetPage, city_name: str) -> str:
    """Return how the dataset is cited."""
    number_text = _(", versi %(n)s", n=str(page.current.number)) if page.current else ""
    return _(
        "%(agency)s, %(city)s. “%(title)s”%(version)s. Diakses %(day)s.",
        agency=page.line.agency.name,
        city=city_name,
        title=page.line.title,
        version=number_text,
        day=long_day(local_day(page.as_of)),
    )
