"""What a letter says about rolling data: how old they are, and that they are CURRENT again."""

from collections import Counter
from datetime import datetime, timedelta

from catalog import models
from catalog.rules.promise import AgeLimits
from catalog.rules.terms import Access, Headline
from checks.telling.ages import Aged
from checks.telling.letter import Link, Part
from checks.telling.links import Purpose
from checks.telling.parts import Writer

MAX_LISTED = 40
_LATE = frozenset({Headline.LATE, Headline.ARREARS})
_TOO_OLD = _LATE | {Headline.GRACE}


def age_part(writer: Writer, notice: models.Notice) -> Part:
    """Return how old the data of one dataset are, with the links to answer."""
    words, each = writer.words, writer.aged.get(notice.dataset_id or 0)
    if each is None:
        return Part(words.gettext("Data yang sudah tidak ada dalam daftar"), ())
    lines = [_newest(writer, each)]
    if each.stand.headline in _TOO_OLD:
        lines.append(_since(writer, each))
    if each.stand.access is Access.PUTUS:
        lines.append(words.gettext("Alamat sumbernya sedang tidak dapat kami akses."))
    lines += [_said(writer, answer) for answer in each.said[-1:]]
    is_own = each.stand.agency.id in writer.own_agencies
    links = _links(writer, each) if is_own else ()
    return Part(writer.titled(each.stand), tuple(lines), links)


def _said(writer: Writer, answer: models.Declaration) -> str:
    words = writer.words
    return words.gettext(
        "Tanggapan %(on)s: %(reason)s (perkiraan dikirim: %(eta)s).",
        on=words.day(writer.city.calendar.local_date(answer.at)),
        reason=answer.reason,
        eta=words.day(answer.eta_on) if answer.eta_on else "–",
    )


def _newest(writer: Writer, each: Aged) -> str:
    words, newest_at = writer.words, each.aging.newest_at
    limit = _limit(writer, each.stand.promise.ages)
    if newest_at is None:
        return words.gettext(
            "Sejak disepakati pada %(agreed)s, belum ada isi bertanggal yang kami temukan. "
            "Menurut janji, umur isinya paling lama %(limit)s.",
            agreed=words.day(each.stand.agreed_on),
            limit=limit,
        )
    return words.gettext(
        "Isi terbaru yang kami temukan bertanggal %(newest)s. Menurut janji, umurnya paling "
        "lama %(limit)s.",
        newest=_when(writer, newest_at),
        limit=limit,
    )


def _limit(writer: Writer, ages: AgeLimits | None) -> str:
    n = ages.max_age if ages else 0
    if ages is not None and ages.in_working_days:
        return writer.words.ngettext("%(n)d hari kerja", "%(n)d hari kerja", n)
    return writer.words.ngettext("%(n)d jam", "%(n)d jam", n)


def _since(writer: Writer, each: Aged) -> str:
    """Return until when it is in its grace, or since when it is late."""
    words, bounds = writer.words, each.aging.bounds
    match each.stand.headline:
        case Headline.GRACE:
            until = _bound(writer, each, bounds.grace)
            return words.gettext("Masih dalam masa tenggang sampai %(until)s.", until=until)
        case Headline.LATE:
            since = _bound(writer, each, bounds.grace, is_start=True)
            return words.gettext("Terlambat sejak %(since)s.", since=since)
    since = _bound(writer, each, bounds.late, is_start=True)
    return words.gettext("Menunggak sejak %(since)s.", since=since)


def _bound(writer: Writer, each: Aged, last: datetime, *, is_start: bool = False) -> str:
    """Return the last instant of a state in words, or the start of what follows it."""
    ages = each.stand.promise.ages
    if ages is None or not ages.in_working_days:
        return writer.words.moment(last)
    day = writer.city.calendar.local_date(last)
    return writer.words.day(day + timedelta(days=is_start))


def _when(writer: Writer, at: datetime) -> str:
    """Return the time of a row: a day where it is one, else with its hour."""
    calendar = writer.city.calendar
    day = calendar.local_date(at)
    return writer.words.day(day) if at == calendar.midnight(day) else writer.words.moment(at)


def _links(writer: Writer, each: Aged) -> tuple[Link, ...]:
    """Return the links: to send a file where people send one, else to test the source."""
    words, stand = writer.words, each.stand
    verbs = [
        (words.gettext("Beri tanggapan"), Purpose.ANSWER),
        (words.gettext("Bukan tugas saya"), Purpose.NOT_MINE),
    ]
    if stand.source_kind is not None and stand.source_kind.is_looked_at:
        verbs.insert(0, (words.gettext("Uji sumber ini"), Purpose.TRY))
    else:
        verbs.insert(0, (words.gettext("Unggah berkas"), Purpose.UPLOAD))
    return tuple(writer.link(verb, purpose, stand.dataset_id) for verb, purpose in verbs)


def age_recovery_part(writer: Writer, notice: models.Notice) -> Part:
    """Return the note that data which were too old are CURRENT again."""
    words, each = writer.words, writer.aged.get(notice.dataset_id or 0)
    if each is None or each.aging.newest_at is None:
        return Part(words.gettext("Data yang sudah tidak ada dalam daftar"), ())
    newest = _when(writer, each.aging.newest_at)
    said = words.gettext(
        "Data ini mutakhir kembali; isi terbarunya bertanggal %(newest)s.", newest=newest
    )
    return Part(writer.titled(each.stand), (said + " " + words.gettext("Terima kasih."),))


def old_titles(writer: Writer, agency_id: int | None, until: datetime) -> list[str]:
    """Return the titles of an agency's rolling data that were late at an instant and are still."""
    return [
        each.stand.title
        for each in writer.aged.values()
        if each.stand.agency.id == agency_id
        and each.stand.headline in _LATE
        and each.aging.bounds.grace <= until
    ]


def arrears_lines(writer: Writer) -> list[str]:
    """Return how many rolling data are in arrears, by agency."""
    arrears = Counter(
        each.stand.agency.name
        for each in writer.aged.values()
        if each.stand.headline is Headline.ARREARS
    )
    return [
        writer.words.ngettext(
            "%(title)s: %(n)d data yang isinya terlalu lama",
            "%(title)s: %(n)d data yang isinya terlalu lama",
            n,
            title=name,
        )
        for name, n in arrears.most_common(MAX_LISTED)
    ]
