"""What a person is shown to mend a file: findings in groups, repairs, questions."""

from dataclasses import dataclass

from catalog.context import Context
from catalog.pages.language import _, locale
from catalog.pages.wording import number
from checks.desk.sent import Bench, Sent
from checks.tables.grouping import Group, grouped, left_out
from checks.tables.mending.questions import Question
from checks.tables.mending.remedies import Mending
from checks.tables.table import UnreadableTable, folded

#: A larger file is not read again for its page; it is mended where it was made.
LARGEST_HELPED = 50_000_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """All findings of one kind in one column, as their author can mend them."""

    place: str
    n: int
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Option:
    """One way to read a column, with what some of its cells then mean."""

    code: str
    label: str
    examples: tuple[str, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that can be read in two ways."""

    column: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """What is offered beside a sent file; `address` is that of its page behind the link.

    `has_copies` says whether it is a table of which copies can be made, `may_send`
    whether something can still be sent.
    """

    address: str
    troubles: tuple[Trouble, ...]
    n_findings: int
    note: str | None
    repairs: tuple[str, ...]
    untouched: tuple[str, ...]
    choices: tuple[Choice, ...]
    has_copies: bool
    may_send: bool


def help_with(context: Context, found: Sent, address: str, *, may_send: bool) -> Help:
    """Return what can be offered; a file that cannot be read again has its findings alone."""
    mended, has_copies = _mending(context, found)
    in_english = locale().language == "en"
    note = left_out(found.n_findings, len(found.findings))
    repairs = mended.repairs if found.is_troubled else ()
    return Help(
        address=address,
        troubles=tuple(_trouble(group, in_english=in_english) for group in mended.groups),
        n_findings=found.n_findings,
        note=note[in_english] if note else None,
        repairs=tuple(r.message_en if in_english else r.message_id for r in repairs),
        untouched=mended.untouched if repairs else (),
        choices=tuple(
            _choice(question, found, in_english=in_english) for question in mended.questions
        ),
        has_copies=has_copies and found.is_troubled,
        may_send=may_send,
    )


def _mending(context: Context, found: Sent) -> tuple[Mending, bool]:
    is_table = bool(found.version.header) and found.version.n_bytes <= LARGEST_HELPED
    if is_table:
        try:
            return Bench(context, found).mending(), True
        except UnreadableTable:
            is_table = False
    return Mending(grouped(found.findings), (), (), ()), is_table


def _trouble(group: Group, *, in_english: bool) -> Trouble:
    shown = ", ".join(group.places)
    if group.n > len(group.places) > 0:
        shown += ", …"
    if not shown and group.examples[0].row is not None:
        shown = _("baris %(n)s", n=number(group.examples[0].row))
    return Trouble(
        place=shown or group.field or _("seluruh berkas"),
        n=group.n,
        message=group.message_en if in_english else group.message_id,
        remedy=group.remedy_en if in_english else group.remedy_id,
    )


def _choice(question: Question, found: Sent, *, in_english: bool) -> Choice:
    current = found.choices.get(folded(question.column))
    return Choice(
        question.column,
        tuple(
            Option(
                way.code,
                way.label_en if in_english else way.label_id,
                way.examples,
                way.code == current,
            )
            for way in question.readings
        ),
    )
