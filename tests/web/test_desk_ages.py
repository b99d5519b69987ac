"""The links of a letter about rolling data: upload, answer, not mine, and no nihil."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Cadence
from checks.telling.links import Purpose, Ticket, sign
from tests.flow.telling import SECRET, at
from tests.web.test_desk import NOW, Desk, file_of, text_of

REASON = "Petugas pasar sakit, penggantinya mulai besok."
PRICES = "tanggal,harga\n2025-04-{0},12000\n2025-04-{1},12100\n"


class Stall:
    """A desk whose agency sends the prices of every day itself; the newest are of 14 April."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.town = desk.town
        self.prices = self.town.dataset(desk.agency, "Harga Bahan Pokok", Cadence.HARIAN)
        with unit_of_work(self.town.engine) as session:
            dataset = session.get_one(models.Dataset, self.prices)
            dataset.time_column, dataset.value_columns = "tanggal", ["harga"]
            session.exec(
                select(models.Source).where(models.Source.dataset_id == self.prices)
            ).one().kind = models.SourceKind.UPLOAD
            session.add(models.Heartbeat(at=NOW))
        self.town.held(self.prices, at("2025-04-14 08:00"), at("2025-04-14 00:00"))

    def address(self, purpose: Purpose) -> str:
        ticket = Ticket(purpose, self.desk.sari, NOW, self.prices)
        return f"/jawab/{sign(ticket, SECRET)}"

    def said(self) -> list[models.Declaration]:
        with reading(self.town.engine) as session:
            return list(session.exec(select(models.Declaration)))


@pytest.fixture
def stall(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> Iterator[Stall]:
    desk = Desk(sqlite_engine, sqlite_url, tmp_path)
    yield Stall(desk)
    desk.close()


@pytest.mark.parametrize(
    ("purpose", "title", "english"),
    [
        (Purpose.UPLOAD, "Unggah data terbaru", "Upload the newest data"),
        (Purpose.ANSWER, "Tanggapi keterlambatan data ini", "Answer for the delay of these data"),
        (Purpose.NOT_MINE, "Bukan tugas saya", "Not my task"),
    ],
)
def test_a_link_about_rolling_data_names_them_and_no_period(
    stall: Stall, purpose: Purpose, title: str, english: str
) -> None:
    page = text_of(stall.desk.open(stall.address(purpose)))
    assert title in page
    assert "Harga Bahan Pokok" in page
    assert not re.search(r"<dt>(Periode|Jatuh tempo)</dt>", page)
    in_english = text_of(stall.desk.client.get(stall.address(purpose) + "?lang=en"))
    assert english in in_english


def test_the_page_says_that_the_content_is_too_old(stall: Stall) -> None:
    page = text_of(stall.desk.open(stall.address(Purpose.ANSWER)))
    assert "Isi data terbaru sudah lebih tua daripada batas umur data harian." in page
    assert "Tanggapan ini dicantumkan dalam pesan berikutnya tentang data ini." in page


def test_fresh_data_end_the_matter_and_the_link_may_be_used_again(stall: Stall) -> None:
    upload = stall.address(Purpose.UPLOAD)
    old = stall.desk.post(upload, file=file_of(PRICES.format(12, 15).encode()))
    assert "isinya masih terlalu lama" in text_of(old)
    assert "15 April 2025" in text_of(old)
    fresh = stall.desk.post(upload, file=file_of(PRICES.format(20, 21).encode()))
    assert "Data diterima dan mutakhir" in text_of(fresh)
    stall.desk.now = at("2025-04-22 09:00")
    again = stall.desk.post(upload, file=file_of(PRICES.format(21, 22).encode()))
    assert "Data diterima dan mutakhir" in text_of(again)
    with reading(stall.town.engine) as session:
        declared = session.exec(
            select(models.Version.declared_period).where(
                models.Version.dataset_id == stall.prices, models.Version.number > 1
            )
        ).all()
    assert declared == [None] * 3


def test_a_sent_file_can_be_looked_at_behind_its_link(stall: Stall) -> None:
    upload = stall.address(Purpose.UPLOAD)
    stall.desk.post(upload, file=file_of(PRICES.format(20, 21).encode()))
    page = stall.desk.open(f"{upload}/versi/2")
    assert page.status_code == 200
    assert "Harga Bahan Pokok" in text_of(page)


def test_a_web_page_in_place_of_the_data_is_held_as_ever(stall: Stall) -> None:
    html = b"<!doctype html><html><body><form>Masuk</form></body></html>"
    sent = stall.desk.post(stall.address(Purpose.UPLOAD), file=file_of(html, "harga.csv"))
    assert "Berkas belum dapat dipakai" in text_of(sent)


def test_an_answer_is_kept_with_its_day_and_a_link_answers_once(stall: Stall) -> None:
    address = stall.address(Purpose.ANSWER)
    done = stall.desk.post(address, reason=REASON, eta_on="2025-04-23")
    assert done.status_code == 200, text_of(done)
    (said,) = stall.said()
    assert (said.dataset_id, said.obligation_id, said.eta_on) == (
        stall.prices,
        None,
        date(2025, 4, 23),
    )
    assert stall.desk.open(address).status_code == 409


def test_an_answer_names_a_day_within_two_weeks_and_only_twice_in_one_delay(stall: Stall) -> None:
    address = stall.address(Purpose.ANSWER)
    assert stall.desk.post(address, reason=REASON, eta_on="2025-05-06").status_code == 422
    stall.town.answer_of_age(stall.prices, date(2025, 4, 14), at("2025-04-13 09:00"))
    for day in (16, 17):
        stall.town.answer_of_age(stall.prices, date(2025, 4, 20), at(f"2025-04-{day} 09:00"))
    refused = stall.desk.post(address, reason=REASON, eta_on="2025-04-23")
    assert refused.status_code == 409
    assert "Untuk satu keterlambatan" in text_of(refused)


def test_nobody_explains_a_delay_that_is_over(stall: Stall) -> None:
    stall.town.held(stall.prices, at("2025-04-21 08:00"), at("2025-04-21 00:00"))
    response = stall.desk.open(stall.address(Purpose.ANSWER))
    assert response.status_code == 409
    assert "Data ini sudah mutakhir kembali" in text_of(response)


def test_not_mine_brings_the_dataset_before_walidata(stall: Stall) -> None:
    done = stall.desk.post(stall.address(Purpose.NOT_MINE), reason="Bagian Ekonomi")
    assert done.status_code == 200
    (task,) = (n for n in stall.town.notices() if n.kind is models.NoticeKind.TASK)
    assert "Dinas Kesehatan, Harga Bahan Pokok" in (task.reason or "")


def test_rolling_data_have_no_nihil(stall: Stall) -> None:
    response = stall.desk.post(stall.address(Purpose.NIL), reason=REASON)
    assert response.status_code == 410
    assert stall.said() == []


@pytest.mark.parametrize("gone", ["retired", "periodic"])
def test_a_link_about_data_that_are_judged_no_more_says_so(stall: Stall, gone: str) -> None:
    with unit_of_work(stall.town.engine) as session:
        if gone == "retired":
            session.get_one(models.Dataset, stall.prices).retired_on = date(2025, 4, 20)
        else:
            promise = session.exec(
                select(models.Promise).where(models.Promise.dataset_id == stall.prices)
            ).one()
            promise.cadence = Cadence.BULANAN
    assert stall.desk.open(stall.address(Purpose.UPLOAD)).status_code == 410
