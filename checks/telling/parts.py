"""What a letter says about each thing: one part for a dataset, a host, a task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog import models
from catalog.rules.escalation import HIGHEST_LEVEL
from catalog.rules.obligations import Judged, timing, working_days_late
from catalog.rules.terms import Access, State, Timing
from catalog.store.standing import City, Standing
from checks.telling.ages import Aged
from checks.telling.letter import Link, Part
from checks.telling.links import Purpose, Ticket, sign
from checks.telling.words import Words

STRIP_CELLS = 12
MAX_PERIODS = 6
_SIGNS = {
    State.FULFILLED: "✓",
    State.NIL: "–",
    State.WAIVED: "–",
    State.LATE: "!",
    State.ARREARS: "!",
    State.UNOBSERVED: "?",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the links of a letter lead and what signs them."""

    base_url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Everything one letter is written from."""

    city: City
    now: datetime
    person: models.Person
    issued_at: datetime
    desk: Desk
    words: Words
    own_agencies: frozenset[int]
    stands: Mapping[int, Standing]
    labels: Mapping[int, str]
    at_host: Mapping[tuple[int, str], Sequence[str]]
    aged: Mapping[int, Aged]

    def link(
        self,
        verb: str,
        purpose: Purpose,
        dataset_id: int | None = None,
        obligation_id: int | None = None,
    ) -> Link:
        """Return a verb with its signed address, in the person's language."""
        ticket = Ticket(purpose, self.person.id or 0, self.issued_at, dataset_id, obligation_id)
        address = f"{self.desk.base_url}/jawab/{sign(ticket, self.desk.secret)}"
        suffix = "" if self.words.locale == "id" else f"?lang={self.words.locale}"
        return Link(verb, address + suffix)

    def judged(self, notice: models.Notice) -> Judged | None:
        """Return the obligation a notice is about, as it stands now."""
        stand = self.stands.get(notice.dataset_id or 0)
        label = self.labels.get(notice.obligation_id or 0)
        if stand is None or label is None:
            return None
        return next((j for j in stand.judged if j.obligation.period.label == label), None)

    def titled(self, stand: Standing) -> str:
        """Return the dataset's title, with its agency for those who watch several."""
        if stand.agency.id in self.own_agencies:
            return stand.title
        return f"{stand.agency.short}: {stand.title}"


def worst(group: Sequence[models.Notice]) -> int:
    """Return the highest level among the notices."""
    return max(notice.level or 0 for notice in group)


def owed_part(writer: Writer, group: Sequence[models.Notice]) -> Part:
    """Return what is owed for one dataset, with the links to answer."""
    words, stand = writer.words, writer.stands.get(group[0].dataset_id or 0)
    if stand is None:
        return Part(words.gettext("Data yang sudah tidak ada dalam daftar"), ())
    worst_first: dict[int, models.Notice] = {}
    for notice in sorted(group, key=lambda n: -(n.level or 0)):
        worst_first.setdefault(notice.obligation_id or 0, notice)
    told = [(n, j) for n in worst_first.values() if (j := writer.judged(n)) is not None]
    told.sort(key=lambda pair: pair[1].obligation.due_at)
    lines = [_sentence(writer, j, n.level or 0) for n, j in told[:MAX_PERIODS]]
    named = {j.obligation.period.label for _, j in told[:MAX_PERIODS]}
    n_other = sum(o.period.label not in named for o in stand.missing)
    if n_other:
        lines.append(
            words.ngettext(
                "Ada %(n)d periode lain yang juga belum ada.",
                "Ada %(n)d periode lain yang juga belum ada.",
                n_other,
            )
        )
    if stand.access is Access.PUTUS:
        lines.append(words.gettext("Alamat sumbernya sedang tidak dapat kami akses."))
    lines.append(_strip(writer, stand))
    links: tuple[Link, ...] = ()
    if told and stand.agency.id in writer.own_agencies:
        links = _answer_links(writer, stand.dataset_id, told[0][0].obligation_id)
    return Part(writer.titled(stand), tuple(lines), links)


def _sentence(writer: Writer, judged: Judged, found: int) -> str:
    words, obligation = writer.words, judged.obligation
    calendar = writer.city.calendar
    period, due = words.period(obligation.period), words.day(obligation.due_date)
    if found <= 1:
        return words.gettext(
            "Data %(period)s jatuh tempo %(due)s. Mohon dikirim paling lambat hari itu.",
            period=period,
            due=due,
        )
    if found == 2:
        last_day = calendar.local_date(obligation.grace_at) - timedelta(days=1)
        return words.gettext(
            "Data %(period)s belum kami temukan. Jatuh tempo %(due)s; masih tepat waktu "
            "bila kami terima paling lambat %(grace)s.",
            period=period,
            due=due,
            grace=words.day(last_day),
        )
    n_days = working_days_late(obligation, None, writer.now, calendar)
    if found < HIGHEST_LEVEL:
        return words.ngettext(
            "Data %(period)s belum kami temukan. Jatuh tempo %(due)s; terlambat %(n)d hari kerja.",
            "Data %(period)s belum kami temukan. Jatuh tempo %(due)s; terlambat %(n)d hari kerja.",
            n_days,
            period=period,
            due=due,
        )
    return words.ngettext(
        "Data %(period)s menunggak. Jatuh tempo %(due)s; terlambat %(n)d hari kerja.",
        "Data %(period)s menunggak. Jatuh tempo %(due)s; terlambat %(n)d hari kerja.",
        n_days,
        period=period,
        due=due,
    )


def _answer_links(writer: Writer, dataset_id: int, obligation_id: int | None) -> tuple[Link, ...]:
    words = writer.words
    verbs = (
        (words.gettext("Unggah berkas"), Purpose.UPLOAD),
        (words.gettext("Nyatakan nihil"), Purpose.NIL),
        (words.gettext("Beri tanggapan"), Purpose.ANSWER),
        (words.gettext("Bukan tugas saya"), Purpose.NOT_MINE),
    )
    return tuple(writer.link(verb, purpose, dataset_id, obligation_id) for verb, purpose in verbs)


def _strip(writer: Writer, stand: Standing) -> str:
    """Return the strip as text, oldest left, and the sentence that says the same."""
    words, today = writer.words, writer.city.calendar.local_date(writer.now)
    seen = [j for j in stand.judged if j.obligation.period.start <= today][-STRIP_CELLS:]
    cells = " ".join(_SIGNS.get(j.state, "…") for j in seen)
    on_time = sum(
        j.closing is not None and timing(j.obligation, j.closing) is not Timing.LATE for j in seen
    )
    late = sum(j.closing is not None for j in seen) - on_time
    missing = sum(j.state in (State.LATE, State.ARREARS) for j in seen)
    said = words.gettext(
        "%(on_time)d terpenuhi, %(late)d terpenuhi terlambat, %(missing)d belum ada",
        on_time=on_time,
        late=late,
        missing=missing,
    )
    return f"{cells}  ({said})"


def recovery_part(writer: Writer, notice: models.Notice) -> Part:
    """Return the note that something missing has come."""
    words, judged = writer.words, writer.judged(notice)
    stand = writer.stands.get(notice.dataset_id or 0)
    if stand is None or judged is None or judged.closing is None:
        return Part(words.gettext("Data yang sudah tidak ada dalam daftar"), ())
    period = words.period(judged.obligation.period)
    at = words.moment(judged.closing.at)
    if judged.state is State.FULFILLED:
        said = words.gettext("Data %(period)s sudah kami terima (%(at)s).", period=period, at=at)
    elif judged.state is State.NIL:
        said = words.gettext("Data %(period)s dinyatakan nihil (%(at)s).", period=period, at=at)
    else:
        said = words.gettext("Kewajiban data %(period)s dibebaskan.", period=period)
    return Part(writer.titled(stand), (said + " " + words.gettext("Terima kasih."),))


def access_part(writer: Writer, notice: models.Notice) -> Part:
    """Return what happened to a host, and the data that come from it."""
    _, word, _day, agency_id, rest = notice.key.split(":", 4)
    host = rest.rpartition(":")[0]
    titles = writer.at_host.get((int(agency_id), host), ())
    words = writer.words
    if word == Access.PUTUS:
        said = words.ngettext(
            "Kami tidak dapat mengakses alamat ini; %(n)d data diambil dari sana. "
            "Mohon periksa peladen atau tautannya.",
            "Kami tidak dapat mengakses alamat ini; %(n)d data diambil dari sana. "
            "Mohon periksa peladen atau tautannya.",
            len(titles),
        )
        links = _trial_links(writer, notice, int(agency_id))
    else:
        said = words.gettext("Alamat ini sudah dapat kami akses kembali. Terima kasih.")
        links = ()
    return Part(host, (said, *titles[:MAX_PERIODS]), links)


def _trial_links(writer: Writer, notice: models.Notice, agency_id: int) -> tuple[Link, ...]:
    """Return the link to test the source that broke, for its own agency's people."""
    if notice.dataset_id is None or agency_id not in writer.own_agencies:
        return ()
    verb = writer.words.gettext("Uji sumber ini")
    return (writer.link(verb, Purpose.TRY, notice.dataset_id),)


def task_part(writer: Writer, notice: models.Notice) -> Part:
    """Return what walidata is asked to do."""
    words, about = writer.words, notice.reason or ""
    match notice.key.partition(":")[0]:
        case "hold":
            n_worsened, n_datasets, n_lost = (int(n) for n in about.split())
            lines = [
                words.gettext(
                    "%(n)d dari %(of)d data memburuk sekaligus bukan karena jadwal, dan %(lost)d "
                    "data keluar dari daftar. Semua pesan ditahan: periksa jaringan dan sumber.",
                    n=n_worsened,
                    of=n_datasets,
                    lost=n_lost,
                ),
                words.gettext("Bila keadaan itu benar, lanjutkan pengiriman lewat tautan ini."),
            ]
            links = (writer.link(words.gettext("Lanjutkan pengiriman"), Purpose.RESUME),)
            return Part(words.gettext("Pesan ditahan"), tuple(lines), links)
        case "line":
            since = words.day(writer.city.calendar.local_date(datetime.fromisoformat(about)))
            lines = [
                words.gettext(
                    "Sejak %(since)s pemantau tidak dapat menjangkau satu pun server sumber. "
                    "Semua penilaian dibekukan; tidak ada perangkat daerah yang disalahkan.",
                    since=since,
                ),
                words.gettext("Periksa sambungan internet dan DNS mesin pemantau."),
            ]
            return Part(words.gettext("Pemantau terganggu"), tuple(lines))
        case "proposal":
            said = words.gettext(
                "Periksa usulan ini; bila tepat, ubah daftar data lalu muat ulang."
            )
            return Part(words.gettext("Usulan perubahan sumber"), (about, said))
        case "contact":
            said = words.gettext("Perbarui alamat ini; pesannya dialihkan ke peran berikutnya.")
            return Part(words.gettext("Kontak tidak sah"), (about, said))
        case "not-mine":
            said = words.gettext("Tentukan penerima yang tepat untuk data ini.")
            return Part(words.gettext("Penerima perlu diganti"), (about, said))
        case _:
            said = words.gettext("Pesan ini tidak terkirim; hubungi penerimanya dengan cara lain.")
            return Part(words.gettext("Pesan tidak terkirim"), (about, said))
