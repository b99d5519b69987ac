"""The desk: signed links ask on GET, act once on POST, and say clearly why when they do not."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import SQLModel, func, select
from werkzeug.test import TestResponse

from app import create_app
from catalog import models
from catalog.context import EXTENSION, Context
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Cadence, ClosingKind, Rank, Role
from catalog.settings import Mode, Settings
from checks.telling.guard import held
from checks.telling.links import VALID_FOR, Purpose, Ticket, sign
from tests.flow.telling import SECRET, Town, at

#: bulanan 2025-03 is due 10 April, late from 18 April; 21 April is a Monday.
NOW = at("2025-04-21 09:00")
REASON = "Tidak ada kunjungan selama renovasi."
MARCH_CSV = b"bulan,jumlah\n2025-01,120\n2025-02,131\n2025-03,128\n"


class Desk:
    """A city behind a web application whose clock is set by hand."""

    def __init__(self, engine: Engine, database_url: str, folder: Path) -> None:
        self.town = Town(engine)
        self.now = NOW
        with unit_of_work(engine) as session:
            for day in self.town.city.calendar.holidays.values():
                session.add(
                    models.Holiday(
                        on_date=day.on,
                        name=day.name,
                        kind=day.kind,
                        source="uji",
                        imported_on=date(2025, 1, 1),
                    )
                )
        self.agency = self.town.agency("Dinas Kesehatan", "Dinkes")
        self.sari = self.town.person("Sari", Role.OPERATOR, self.agency)
        self.wahyu = self.town.person("Wahyu", Role.WALIDATA)
        self.dataset = self.town.dataset(self.agency, "Kunjungan Puskesmas")
        self.march = self.town.obligation(self.dataset, "2025-03")
        settings = Settings(
            database_url=database_url,
            originals_dir=folder / "originals",
            city_name="Kota Batu",
            secret_key=SECRET,
            mode=Mode.REHEARSAL,
        )
        self.app: Flask = create_app(settings, lambda: self.now)
        self.app.testing = True
        self.client: FlaskClient = self.app.test_client()

    def close(self) -> None:
        context: Context = self.app.extensions[EXTENSION]
        context.engine.dispose()
        context.reading_engine.dispose()

    def ticket(
        self, purpose: Purpose, obligation_id: int | None = None, issued_at: datetime = NOW
    ) -> Ticket:
        return Ticket(purpose, self.sari, issued_at, self.dataset, obligation_id or self.march)

    def address(self, purpose: Purpose, obligation_id: int | None = None) -> str:
        return f"/jawab/{sign(self.ticket(purpose, obligation_id), SECRET)}"

    def open(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, **values: object) -> TestResponse:
        """Fill in the form that the address shows and send it."""
        page = self.open(address).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        token = found[1] if found else ""
        return self.client.post(
            address, data={"csrf_token": token, **values}, content_type="multipart/form-data"
        )

    def count(self, table: type[SQLModel]) -> int:
        with reading(self.town.engine) as session:
            return session.exec(select(func.count()).select_from(table)).one()


@pytest.fixture
def desk(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(engine, database_url, tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def quick_desk(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """The same on SQLite alone, for what does not touch the database's ways."""
    desk = Desk(sqlite_engine, sqlite_url, tmp_path)
    yield desk
    desk.close()


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def file_of(content: bytes, name: str = "kunjungan.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.RESUME])
def test_opening_a_link_changes_nothing(quick_desk: Desk, purpose: Purpose) -> None:
    tables = SQLModel.metadata.tables
    before = _counts(quick_desk)
    response = quick_desk.open(quick_desk.address(purpose))
    assert response.status_code == 200
    assert "Kunjungan Puskesmas" in text_of(response)
    assert _counts(quick_desk) == before
    assert len(before) == len(tables)


def _counts(desk: Desk) -> dict[str, int]:
    with reading(desk.town.engine) as session:
        return {
            name: session.connection().execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }


def test_a_page_behind_a_link_is_neither_kept_nor_indexed_nor_passed_on(quick_desk: Desk) -> None:
    headers = quick_desk.open(quick_desk.address(Purpose.NIL)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_page_says_what_is_owed_in_the_language_of_the_link(quick_desk: Desk) -> None:
    address = quick_desk.address(Purpose.UPLOAD)
    assert "Kamis, 10 April 2025" in text_of(quick_desk.open(address))
    english = text_of(quick_desk.client.get(address + "?lang=en"))
    assert "Upload the data for March 2025" in english
    assert "Holder of the link" in english


def test_nihil_closes_the_period_with_who_said_why(desk: Desk) -> None:
    response = desk.post(desk.address(Purpose.NIL), reason=REASON)
    assert response.status_code == 200
    assert "Nihil sudah tercatat" in text_of(response)
    with reading(desk.town.engine) as session:
        closing = session.exec(select(models.Closing)).one()
        said = session.exec(select(models.Declaration)).one()
        entry = session.exec(select(models.AuditEntry)).one()
    assert (closing.kind, closing.rank, closing.at) == (ClosingKind.NIL, Rank.E3, NOW)
    assert (said.kind, said.reason, said.person_id) == (
        models.DeclarationKind.NIL,
        REASON,
        desk.sari,
    )
    assert (entry.actor, entry.action) == ("sari@batu.test", "answer.nihil")


@pytest.mark.parametrize("reason", ["", "   ", "pendek", "x" * 1001])
def test_nihil_without_a_fitting_reason_asks_again(quick_desk: Desk, reason: str) -> None:
    response = quick_desk.post(quick_desk.address(Purpose.NIL), reason=reason)
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert quick_desk.count(models.Closing) == 0


def test_nihil_for_a_period_that_still_runs_names_the_day_it_can_be_said(quick_desk: Desk) -> None:
    april = quick_desk.town.obligation(quick_desk.dataset, "2025-04")
    response = quick_desk.post(quick_desk.address(Purpose.NIL, april), reason=REASON)
    assert response.status_code == 409
    assert "Kamis, 1 Mei 2025" in text_of(response)


@pytest.mark.parametrize(("cadence", "limit"), [(Cadence.BULANAN, 2), (Cadence.TAHUNAN, 1)])
def test_nihil_is_taken_so_many_times_in_a_row_and_no_more(
    quick_desk: Desk, cadence: Cadence, limit: int
) -> None:
    town = quick_desk.town
    dataset = town.dataset(
        quick_desk.agency, "Bencana", cadence, date(2025, 1, 1), "2029-12-31 00:00"
    )
    with reading(town.engine) as session:
        rows = session.exec(
            select(models.Obligation)
            .where(models.Obligation.dataset_id == dataset)
            .order_by(models.Obligation.period_start)  # type: ignore[arg-type]
        ).all()
    statuses = []
    for row in rows[: limit + 1]:
        quick_desk.now = row.grace_at
        ticket = Ticket(Purpose.NIL, quick_desk.sari, quick_desk.now, dataset, row.id)
        response = quick_desk.post(f"/jawab/{sign(ticket, SECRET)}", reason=REASON)
        statuses.append(response.status_code)
    assert statuses == [200] * limit + [409]


def test_an_answer_keeps_its_reason_and_its_day(desk: Desk) -> None:
    response = desk.post(desk.address(Purpose.ANSWER), reason=REASON, eta_on="2025-04-30")
    assert response.status_code == 200
    assert "Rabu, 30 April 2025" in text_of(response)
    with reading(desk.town.engine) as session:
        said = session.exec(select(models.Declaration)).one()
    assert (said.kind, said.eta_on) == (models.DeclarationKind.ANSWER, date(2025, 4, 30))
    assert desk.count(models.Closing) == 0


@pytest.mark.parametrize(
    ("eta_on", "status"),
    [
        ("2025-04-20", 422),
        ("2025-04-21", 200),
        ("2025-05-05", 200),
        ("2025-05-06", 422),
        ("besok", 422),
        ("", 422),
    ],
)
def test_an_eta_lies_between_today_and_fourteen_days(
    quick_desk: Desk, eta_on: str, status: int
) -> None:
    response = quick_desk.post(quick_desk.address(Purpose.ANSWER), reason=REASON, eta_on=eta_on)
    assert response.status_code == status
    assert quick_desk.count(models.Declaration) == (status == 200)


def test_an_eta_may_be_given_twice(quick_desk: Desk) -> None:
    statuses = []
    for day in range(3):
        quick_desk.now = NOW + timedelta(days=day)
        ticket = quick_desk.ticket(Purpose.ANSWER, issued_at=quick_desk.now)
        response = quick_desk.post(
            f"/jawab/{sign(ticket, SECRET)}", reason=REASON, eta_on="2025-04-30"
        )
        statuses.append(response.status_code)
    assert statuses == [200, 200, 409]


def test_a_used_link_says_so_and_does_nothing_again(desk: Desk) -> None:
    address = desk.address(Purpose.ANSWER)
    desk.post(address, reason=REASON, eta_on="2025-04-30")
    page = desk.open(address)
    assert page.status_code == 409
    assert "Tautan ini sudah dipakai" in text_of(page)
    fresh = desk.open(desk.address(Purpose.NIL))
    token = re.search(r'name="csrf_token" value="([^"]+)"', text_of(fresh))
    assert token is not None
    values = {"csrf_token": token[1], "reason": REASON, "eta_on": "2025-04-29"}
    assert desk.client.post(address, data=values).status_code == 409
    assert desk.count(models.Declaration) == 1


def test_an_expired_link_names_the_next_step(quick_desk: Desk) -> None:
    address = quick_desk.address(Purpose.NIL)
    quick_desk.now = NOW + VALID_FOR - timedelta(seconds=1)
    assert quick_desk.open(address).status_code == 200
    quick_desk.now = NOW + VALID_FOR
    page = quick_desk.open(address)
    assert page.status_code == 410
    assert "kedaluwarsa" in text_of(page)
    assert "surel yang terbaru" in text_of(page)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: sign(t, "rahasia-lain-yang-juga-cukup-panjang-ya"),
        lambda t: sign(t, SECRET)[:-1],
        lambda t: sign(t, SECRET) + "x",
        lambda t: "omong-kosong",
        lambda t: "x" * 5000,
        lambda t: sign(t, SECRET).replace(".", "", 1),
    ],
)
def test_a_link_we_did_not_sign_opens_nothing(
    quick_desk: Desk, spoil: Callable[[Ticket], str]
) -> None:
    page = quick_desk.open(f"/jawab/{spoil(quick_desk.ticket(Purpose.NIL))}")
    assert page.status_code == 404
    assert "Tautan ini tidak dikenal" in text_of(page)


def test_a_link_does_only_what_it_is_for(quick_desk: Desk) -> None:
    """What is posted to a link to answer cannot declare nihil, whatever the form says."""
    quick_desk.post(
        quick_desk.address(Purpose.ANSWER), reason=REASON, eta_on="2025-04-30", purpose="nihil"
    )
    assert quick_desk.count(models.Closing) == 0


def test_a_form_from_elsewhere_is_refused(quick_desk: Desk) -> None:
    address = quick_desk.address(Purpose.NIL)
    response = quick_desk.client.post(address, data={"reason": REASON})
    assert response.status_code == 400
    assert "Buka kembali tautan dari surel" in text_of(response)
    assert quick_desk.count(models.Closing) == 0


def test_a_closed_period_has_nothing_to_ask(quick_desk: Desk) -> None:
    quick_desk.town.close(quick_desk.march, NOW)
    for purpose in (Purpose.NIL, Purpose.ANSWER, Purpose.UPLOAD):
        page = quick_desk.open(quick_desk.address(purpose))
        assert page.status_code == 409
        assert "Periode ini sudah selesai" in text_of(page)


def test_a_link_of_somebody_who_left_is_gone(quick_desk: Desk) -> None:
    with unit_of_work(quick_desk.town.engine) as session:
        session.get_one(models.Person, quick_desk.sari).active = False
    assert quick_desk.open(quick_desk.address(Purpose.NIL)).status_code == 410


def test_not_mine_becomes_a_task_for_walidata(desk: Desk) -> None:
    response = desk.post(desk.address(Purpose.NOT_MINE), reason="Sekarang Bu Rina")
    assert response.status_code == 200
    with reading(desk.town.engine) as session:
        notice = session.exec(select(models.Notice)).one()
        said = session.exec(select(models.Declaration)).one()
    assert (notice.kind, notice.person_id) == (models.NoticeKind.TASK, desk.wahyu)
    assert "sari@batu.test" in (notice.reason or "")
    assert "Sekarang Bu Rina" in (notice.reason or "")
    assert said.status is models.DeclarationStatus.PENDING


def test_the_unsubscribe_link_speaks_of_all_messages(quick_desk: Desk) -> None:
    address = f"/jawab/{sign(Ticket(Purpose.NOT_MINE, quick_desk.sari, NOW), SECRET)}"
    assert "semua pesan ini" in text_of(quick_desk.open(address))
    assert quick_desk.post(address).status_code == 200
    assert quick_desk.count(models.Notice) == 1
    assert quick_desk.count(models.Declaration) == 0


def test_an_upload_that_holds_the_period_fulfils_it_and_says_so(desk: Desk) -> None:
    response = desk.post(desk.address(Purpose.UPLOAD), file=file_of(MARCH_CSV))
    page = text_of(response)
    assert response.status_code == 200, page
    assert "Data diterima, periode ini terpenuhi" in page
    with reading(desk.town.engine) as session:
        closing = session.exec(select(models.Closing)).one()
        entry = session.exec(
            select(models.AuditEntry).where(models.AuditEntry.action == "answer.unggah")
        ).one()
    assert (closing.obligation_id, closing.kind) == (desk.march, ClosingKind.FULFILLED)
    assert (entry.after or {})["file"] == "kunjungan.csv"


def test_an_upload_without_the_period_says_what_is_missing_and_may_be_repeated(
    quick_desk: Desk,
) -> None:
    address = quick_desk.address(Purpose.UPLOAD)
    stale = b"bulan,jumlah\n2024-11,120\n2024-12,131\n"
    first = quick_desk.post(address, file=file_of(stale))
    assert "Kami tidak menemukan nilai untuk periode Maret 2025" in text_of(first)
    assert "tautan yang sama" in text_of(first)
    second = quick_desk.post(address, file=file_of(MARCH_CSV))
    assert "periode ini terpenuhi" in text_of(second)


def test_a_web_page_in_place_of_a_table_is_refused_with_the_way_to_mend_it(
    quick_desk: Desk,
) -> None:
    page = b"<!doctype html><html><body><form>Masuk<input type=password></form></body></html>"
    response = quick_desk.post(quick_desk.address(Purpose.UPLOAD), file=file_of(page, "data.csv"))
    assert response.status_code == 200
    assert "Berkas belum dapat dipakai" in text_of(response)
    assert quick_desk.count(models.Closing) == 0


def test_a_hostile_file_name_is_only_shown(quick_desk: Desk) -> None:
    name = '../../<script>alert("x")</script>.csv'
    response = quick_desk.post(quick_desk.address(Purpose.UPLOAD), file=file_of(MARCH_CSV, name))
    assert "<script>alert" not in text_of(response)


def test_an_upload_without_a_file_asks_again(quick_desk: Desk) -> None:
    response = quick_desk.post(quick_desk.address(Purpose.UPLOAD))
    assert response.status_code == 422
    assert "Pilih berkas" in text_of(response)


def test_an_upload_over_the_limit_is_refused_with_the_limit(quick_desk: Desk) -> None:
    quick_desk.app.config["MAX_CONTENT_LENGTH"] = 2 * 1_048_576
    response = quick_desk.client.post(
        quick_desk.address(Purpose.UPLOAD),
        data=b"--x" + b"2025-03,1" * 300_000,
        content_type="multipart/form-data; boundary=x",
    )
    assert response.status_code == 413
    assert "paling besar 2 MB" in text_of(response)
    assert quick_desk.count(models.Version) == 0


def test_a_hold_is_ended_by_walidata_through_the_link_of_the_page(quick_desk: Desk) -> None:
    with unit_of_work(quick_desk.town.engine) as session:
        session.add(
            models.AuditEntry(
                at=NOW,
                actor="mutakhir",
                action="telling.held",
                subject="notices",
                after={"worsened": 9, "datasets": 30, "lost": 0},
            )
        )
    address = f"/jawab/{sign(Ticket(Purpose.RESUME, quick_desk.wahyu, NOW), SECRET)}"
    assert "9 dari 30" in text_of(quick_desk.open(address))
    with reading(quick_desk.town.engine) as session:
        assert held(session) is not None
    assert quick_desk.post(address).status_code == 200
    with reading(quick_desk.town.engine) as session:
        assert held(session) is None
    assert quick_desk.open(address).status_code == 409
