"""What a letter says about many datasets at once: the old backlog, the list for pimpinan."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from catalog import models
from catalog.rules.escalation import HIGHEST_LEVEL, NAG_LEVEL, level
from catalog.store.standing import Standing
from checks.telling.age_parts import MAX_LISTED, arrears_lines, old_titles
from checks.telling.letter import Part
from checks.telling.parts import Writer
from checks.telling.words import Words


def backlog_part(writer: Writer, notice: models.Notice) -> Part:
    """Return the one summary of what was already late at first sight."""
    stands = [s for s in writer.stands.values() if s.agency.id == notice.agency_id]
    until = _registered_until(writer, notice)
    late = [(s, _n_late(writer, s, until)) for s in stands]
    found = [(s, n) for s, n in late if n]
    words = writer.words
    name = stands[0].agency.name if stands else ""
    old = old_titles(writer, notice.agency_id, until)
    lines: list[str] = []
    if found or not old:
        said = words.gettext(
            "Saat daftar data ini mulai dipantau, %(periods)d periode dari %(datasets)d data sudah "
            "lewat tenggang.",
            periods=sum(n for _, n in found),
            datasets=len(found),
        )
        lines += [said, *_listed(words, [(s.title, n) for s, n in found])]
    if old:
        said = words.ngettext(
            "Saat daftar data ini mulai dipantau, isi %(n)d data sudah melewati batas umurnya.",
            "Saat daftar data ini mulai dipantau, isi %(n)d data sudah melewati batas umurnya.",
            len(old),
        )
        lines += [said, *old[:MAX_LISTED]]
    lines.append(
        words.gettext("Ringkasan ini hanya sekali; setelah ini hanya perubahan dikabarkan.")
    )
    return Part(name, tuple(lines))


def _registered_until(writer: Writer, notice: models.Notice) -> datetime:
    """Return the end of the day on which the backlog's data came on the list."""
    return writer.city.calendar.midnight_after(date.fromisoformat(notice.key.split(":")[2]))


def _n_late(writer: Writer, stand: Standing, until: datetime) -> int:
    return sum(
        level(j, writer.now) >= NAG_LEVEL and j.obligation.grace_at <= until for j in stand.judged
    )


def _listed(words: Words, items: Sequence[tuple[str, int]]) -> list[str]:
    lines = [
        words.ngettext("%(title)s: %(n)d periode", "%(title)s: %(n)d periode", n, title=title)
        for title, n in items[:MAX_LISTED]
    ]
    if len(items) > MAX_LISTED:
        n_more = len(items) - MAX_LISTED
        lines.append(words.ngettext("dan %(n)d data lain", "dan %(n)d data lain", n_more))
    return lines


def monthly_part(writer: Writer) -> Part:
    """Return the list for pimpinan: how much is in arrears, by agency."""
    words = writer.words
    arrears: Counter[str] = Counter()
    for stand in writer.stands.values():
        arrears[stand.agency.name] += sum(
            level(j, writer.now) >= HIGHEST_LEVEL for j in stand.judged
        )
    found = [(name, n) for name, n in arrears.most_common() if n]
    title = words.gettext("Data yang menunggak, menurut perangkat daerah")
    return Part(title, (*_listed(words, found), *arrears_lines(writer)))
