"""Agencies: the file that names them, and finding one by whatever it is called."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from rapidfuzz import fuzz, process
from sqlmodel import Session, select

from catalog.intake.documents import RowOutcome, RowRefused
from catalog.intake.naming import folded, initials_of, name_key, slug_of
from catalog.intake.records import Record
from catalog.models import Agency

_NEAR_FROM = 88.0
_NAMED_FROM = 60.0
_SECRETARIAT = "sekretariat daerah"
_UNIT_OF_SECRETARIAT = re.compile(r"\b(?:setda|sekretariat daerah)\b")
_REGION_WORDS = frozenset({"daerah", "kota", "kabupaten", "provinsi"})
_SHORTEST_STEM = 5
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")


def read_email(record: Record, name: str) -> str | None:
    """Return one plain e-mail address in lower case; raises RowRefused for anything else."""
    text = record.line_text(name)
    if text is not None and not _EMAIL.fullmatch(text):
        raise RowRefused(f'Kolom {name} berisi "{text}"; tulis satu alamat surel.')
    return text.lower() if text else None


class AgencyBook:
    """Every agency the database knows, found by code, abbreviation or name."""

    def __init__(self, session: Session, agencies: Iterable[Agency]) -> None:
        self._session = session
        self._by_name: dict[str, Agency] = {}
        self._by_word: dict[str, Agency] = {}
        self._slugs: set[str] = set()
        self._by_id: dict[int, Agency] = {}
        for agency in agencies:
            self._note(agency)

    @classmethod
    def of(cls, session: Session) -> Self:
        """Open the book on what the database holds."""
        return cls(session, session.exec(select(Agency).order_by(Agency.name)).all())

    def _note(self, agency: Agency) -> None:
        self._by_name[agency.name_key] = agency
        self._slugs.add(agency.slug)
        if agency.id is not None:
            self._by_id[agency.id] = agency
        for word in (agency.abbreviation, agency.code):
            if word:
                self._by_word.setdefault(folded(word), agency)

    def by_id(self, agency_id: int) -> Agency:
        """Return an agency by its primary key."""
        return self._by_id[agency_id]

    @property
    def is_official(self) -> bool:
        """Tell whether a list of agencies has been loaded: then unknown short names are errors."""
        return bool(self._by_word)

    def find(self, text: str) -> Agency | None:
        """Return the agency that a name, code or abbreviation stands for, exactly."""
        return self._by_word.get(folded(text)) or self._by_name.get(name_key(text))

    def resolve(self, text: str, now: datetime) -> tuple[Agency, str | None]:
        """Return the agency of a row of the daftar data and, where it is new, a sentence on it.

        Without an official list the daftar data itself names the agencies. With one, an
        unknown code, abbreviation or misspelt name raises RowRefused and names the nearest.
        """
        found = self.find(text)
        if found is not None:
            return found, None
        if not self.is_official:
            return self._create(text, now), None
        near = self.nearest(text)
        is_short = len(text.split()) == 1
        if is_short or (near and near[0][1] >= _NEAR_FROM):
            raise RowRefused(self._unknown(text))
        return self._create(text, now), f'OPD "{text}" belum ada di daftar OPD dan ditambahkan.'

    def known(self, text: str) -> Agency:
        """Return an agency that must exist already; raises RowRefused naming the nearest."""
        found = self.find(text)
        if found is None:
            raise RowRefused(self._unknown(text))
        return found

    def nearest(self, text: str) -> list[tuple[Agency, float]]:
        """Return up to three agencies whose names or short names come close, best first."""
        names = {**self._by_name, **self._by_word}
        found = process.extract(
            name_key(text), list(names), scorer=fuzz.ratio, score_cutoff=_NAMED_FROM, limit=6
        )
        best: dict[int, tuple[Agency, float]] = {}
        for key, score, _ in found:
            best.setdefault(id(names[key]), (names[key], score))
        return list(best.values())[:3]

    def publishers(self, text: str) -> list[Agency]:
        """Return whose promises a publisher's table may keep; empty where nobody is meant.

        A portal may name an agency by a spelling of its own, and the regional secretariat
        for all its bureaus.
        """
        found = self.find(text)
        if found is not None:
            return [found]
        key = name_key(text)
        if key == _SECRETARIAT:
            return [a for k, a in self._by_name.items() if _UNIT_OF_SECRETARIAT.search(k)]
        short = initials_of(text)
        alike = [a for k, a in self._by_name.items() if k == short or _is_same_office(k, key)]
        return alike if len(alike) == 1 else []

    def _unknown(self, text: str) -> str:
        near = [agency.abbreviation or agency.name for agency, _ in self.nearest(text)]
        hint = f"; mungkin maksudnya {' atau '.join(near)}" if near else ""
        return (
            f'OPD "{text}" tidak dikenal{hint}. Perbaiki tulisannya atau tambahkan ke daftar OPD.'
        )

    def _create(self, name: str, now: datetime) -> Agency:
        agency = Agency(
            name=name, name_key=name_key(name), slug=slug_of(name, self._slugs), created_at=now
        )
        return self._add(agency)

    def _add(self, agency: Agency) -> Agency:
        self._session.add(agency)
        self._session.flush()
        self._note(agency)
        return agency

    def save(self, record: Record, now: datetime) -> RowOutcome:
        """Create or complete an agency from its row; raises RowRefused."""
        name = record.required("nama", "Nama OPD")
        code, short = record.line_text("kode"), record.line_text("singkatan")
        kind, email = record.line_text("jenis"), read_email(record, "email")
        agency = self._standing(name, code, short)
        if agency is None:
            slug = slug_of(short or name, self._slugs)
            self._add(
                Agency(
                    code=code,
                    slug=slug,
                    name=name,
                    name_key=name_key(name),
                    abbreviation=short,
                    kind=kind,
                    email=email,
                    created_at=now,
                )
            )
            return RowOutcome.CREATED
        stated = {"code": code, "abbreviation": short, "kind": kind, "email": email}
        stated |= {"name": name, "name_key": name_key(name)}
        changed = {k: v for k, v in stated.items() if v is not None and v != getattr(agency, k)}
        for field_name, value in changed.items():
            setattr(agency, field_name, value)
        self._session.flush()
        self._note(agency)
        return RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED

    def _standing(self, name: str, code: str | None, short: str | None) -> Agency | None:
        """Return the agency a row is about: by code, else by name; refuses a contradiction."""
        by_code = self._by_word.get(folded(code)) if code else None
        by_name = self._by_name.get(name_key(name))
        if by_code is not None and by_name is not None and by_code is not by_name:
            raise RowRefused(
                f'Kode "{code}" sudah dipakai {by_code.name}, sedangkan nama "{name}" milik OPD '
                "lain; perbaiki kode atau namanya."
            )
        agency = by_code or by_name
        holder = self._by_word.get(folded(short)) if short else None
        if holder is not None and holder is not agency:
            raise RowRefused(f'Singkatan "{short}" sudah dipakai {holder.name}; pakai yang lain.')
        return agency


def _is_same_office(key: str, other: str) -> bool:
    """Tell whether two folded names are one office written twice.

    Word by word the same or one inside the other (pengelola, pengelolaan), apart from
    the kind of region: "Inspektorat" and "Inspektorat Daerah". Likeness of letters is not
    enough: Dinas Pertanian is not Dinas Pertanahan.
    """
    words = [word for word in key.split() if word not in _REGION_WORDS]
    others = [word for word in other.split() if word not in _REGION_WORDS]
    return len(words) == len(others) and all(
        word == one or (min(len(word), len(one)) >= _SHORTEST_STEM and (word in one or one in word))
        for word, one in zip(words, others, strict=True)
    )
