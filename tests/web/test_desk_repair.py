"""Behind an upload link a refused file is explained, copied, repaired and asked about."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import select
from werkzeug.test import TestResponse

from catalog import models
from catalog.models.db import reading, unit_of_work
from checks.telling.links import Purpose
from tests.web.test_desk import Desk, file_of, text_of

SCHEMA = {
    "fields": [
        {"name": "bulan", "type": "string"},
        {"name": "jumlah", "type": "number", "groupChar": "."},
    ]
}
#: Of March, which the link asks for, it says nothing.
WRONG = (
    b"Laporan Kunjungan;\nbulan;jumlah\n2024-12;1.234\n2025-01;banyak\n2025-02;sekali\n"
    b"Jumlah;2.468\n"
)
MONTH_FIRST = b"tanggal,jumlah\n03/01/2025,5\n03/02/2025,7\n03/03/2025,8\n03/04/2025,6\n"
PEOPLE = "nik,nama,bulan,jumlah\n" + "".join(
    f"3579011708950{n:03},Orang {n},2025-03,{n}\n" for n in range(1, 6)
)


@pytest.fixture
def desk(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(engine, database_url, tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def quick_desk(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(sqlite_engine, sqlite_url, tmp_path)
    yield desk
    desk.close()


def agree(desk: Desk, schema: dict[str, object] | None = SCHEMA) -> None:
    with unit_of_work(desk.town.engine) as session:
        session.get_one(models.Dataset, desk.dataset).table_schema = schema


def upload(desk: Desk, content: bytes, name: str = "kunjungan.csv") -> TestResponse:
    return desk.post(desk.address(Purpose.UPLOAD), file=file_of(content, name))


def send(desk: Desk, page: TestResponse, action: str, **values: str) -> TestResponse:
    """Send the form of a page whose address ends like this."""
    text = text_of(page)
    found = re.search(
        rf'action="([^"]+/{action})".*?name="csrf_token" value="([^"]+)"', text, re.DOTALL
    )
    assert found is not None, text
    return desk.client.post(found[1], data={"csrf_token": found[2], **values})


def versions(desk: Desk) -> list[models.Version]:
    with reading(desk.town.engine) as session:
        return list(session.exec(select(models.Version).order_by(models.Version.number)))


def audit(desk: Desk, action: str) -> list[models.AuditEntry]:
    with reading(desk.town.engine) as session:
        entry = models.AuditEntry
        return list(session.exec(select(entry).where(entry.action == action)))


def test_the_receipt_groups_what_is_wrong_and_names_the_cells_of_excel(quick_desk: Desk) -> None:
    agree(quick_desk)
    page = text_of(upload(quick_desk, WRONG))
    assert "2 hal yang perlu diperhatikan" in page
    assert "B4, B5" in page
    assert "Kolom &#34;jumlah&#34; (B): 2 sel tidak sesuai tipenya" in page
    assert "Unduh salinan bertanda" in page
    assert "Kirim berkas hasil perbaikan ini" in page


def test_the_receipt_says_how_many_findings_it_leaves_out(quick_desk: Desk) -> None:
    agree(quick_desk)
    rows = "".join(f"2025-01,x{n}\n" for n in range(1_300))
    page = text_of(upload(quick_desk, ("bulan,jumlah\n" + rows).encode()))
    assert "Ada 1.300 temuan; hanya 1.000 yang pertama ditampilkan." in page
    assert "1.300 hal yang perlu diperhatikan" in page


def test_the_marked_copy_is_an_attachment_without_a_formula(quick_desk: Desk) -> None:
    agree(quick_desk)
    upload(quick_desk, WRONG.replace(b"sekali", b"=1+1"))
    address = quick_desk.address(Purpose.UPLOAD) + "/versi/1/bertanda.xlsx"
    response = quick_desk.client.get(address)
    assert response.status_code == 200
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert disposition.endswith("-v1-bertanda.xlsx")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    sheet = load_workbook(io.BytesIO(response.data))["data"]
    assert "bukan" in sheet["B4"].comment.text
    assert sheet["B5"].value == "'=1+1"
    english = load_workbook(io.BytesIO(quick_desk.client.get(address + "?lang=en").data))
    assert english.sheetnames == ["data", "findings"]


def test_the_proposed_repairs_come_as_a_workbook_and_as_a_list(quick_desk: Desk) -> None:
    agree(quick_desk)
    page = text_of(upload(quick_desk, WRONG))
    assert "Baris jumlah dikeluarkan" in page
    assert "Tidak ada yang berubah tanpa persetujuan Anda" in page
    address = quick_desk.address(Purpose.UPLOAD) + "/versi/1/perbaikan.xlsx"
    sheet = load_workbook(io.BytesIO(quick_desk.client.get(address).data))["data"]
    assert [cell.value for cell in sheet[1]] == ["bulan", "jumlah"]
    assert sheet.max_row == 4


def test_looking_and_downloading_changes_nothing(quick_desk: Desk) -> None:
    agree(quick_desk)
    upload(quick_desk, WRONG)
    before = (len(versions(quick_desk)), quick_desk.count(models.AuditEntry))
    link = quick_desk.address(Purpose.UPLOAD) + "/versi/1"
    for ending in ("", "/bertanda.xlsx", "/perbaikan.xlsx"):
        assert quick_desk.client.get(link + ending).status_code == 200
    assert (len(versions(quick_desk)), quick_desk.count(models.AuditEntry)) == before


def test_nothing_can_be_sent_for_a_period_that_is_closed(quick_desk: Desk) -> None:
    agree(quick_desk)
    receipt = upload(quick_desk, WRONG)
    quick_desk.town.close(quick_desk.march, quick_desk.now)
    assert send(quick_desk, receipt, "kirim").status_code == 409
    page = text_of(quick_desk.client.get(quick_desk.address(Purpose.UPLOAD) + "/versi/1"))
    assert "Unduh salinan bertanda" in page
    assert "Kirim berkas hasil perbaikan ini" not in page
    assert len(versions(quick_desk)) == 1


def test_a_repaired_file_goes_the_way_of_any_upload_and_the_audit_says_so(desk: Desk) -> None:
    agree(desk, {"fields": [{"name": "bulan", "type": "string"},
                            {"name": "jumlah", "type": "number"}]})  # fmt: skip
    content = b"bulan;jumlah\n2025-01;1.234,5\n2025-02;1.300,5\nJumlah;2.535,0\n"
    receipt = upload(desk, content)
    assert "2.535,0" not in text_of(receipt)
    sent = send(desk, receipt, "kirim")
    assert sent.status_code == 200
    first, second = versions(desk)
    assert second.file_name == "kunjungan-diperbaiki.csv"
    assert second.validity.value == "VALID"
    assert (first.n_rows, second.n_rows) == (2, 2)
    (entry,) = audit(desk, "repaired.sent")
    assert entry.actor == "sari@batu.test"
    assert entry.subject == f"version/{second.id}"
    assert (entry.before or {}) == {"version": first.id}
    assert any("tanda ribuan" in said for said in (entry.after or {})["repairs"])
    uploads = [(e.after or {})["file"] for e in audit(desk, "answer.unggah")]
    assert uploads == ["kunjungan.csv", "kunjungan-diperbaiki.csv"]


def test_an_unclear_column_is_asked_and_the_answer_is_read_again(desk: Desk) -> None:
    receipt = upload(desk, MONTH_FIRST)
    page = text_of(receipt)
    assert "Tegaskan cara membaca" in page
    assert "03/01/2025 → 2025-01-03" in page
    assert "03/01/2025 → 2025-03-01" in page
    assert versions(desk)[0].newest_period == "2025-04-03"
    again = send(desk, receipt, "arti", **{"choice:tanggal": "month-first"})
    assert again.status_code == 200
    with reading(desk.town.engine) as session:
        dataset = session.get_one(models.Dataset, desk.dataset)
    assert dataset.reading_choices == {"tanggal": "month-first"}
    newest = versions(desk)[-1]
    assert (newest.number, newest.newest_period) == (2, "2025-03-04")
    (entry,) = audit(desk, "reading.chosen")
    assert (entry.actor, entry.after) == ("sari@batu.test", {"tanggal": "month-first"})
    shown = text_of(desk.client.get(desk.address(Purpose.UPLOAD) + "/versi/2"))
    assert re.search(r'value="month-first" checked', shown)


def test_an_answer_that_is_none_is_left_out(quick_desk: Desk) -> None:
    receipt = upload(quick_desk, MONTH_FIRST)
    values = {"choice:tanggal": "apa saja", "choice:kolom lain": "month-first"}
    assert send(quick_desk, receipt, "arti", **values).status_code == 303
    with reading(quick_desk.town.engine) as session:
        assert session.get_one(models.Dataset, quick_desk.dataset).reading_choices is None
    assert len(versions(quick_desk)) == 1


def test_personal_numbers_are_masked_in_what_is_said(quick_desk: Desk) -> None:
    page = text_of(upload(quick_desk, PEOPLE.encode()))
    assert "3579************" in page
    assert "3579011708950" not in page
    with reading(quick_desk.town.engine) as session:
        assert "3579011708950" not in str(session.exec(select(models.Finding)).all())


def test_the_upload_page_leads_to_what_is_wrong_with_the_last_file(quick_desk: Desk) -> None:
    address = quick_desk.address(Purpose.UPLOAD)
    assert "versi/" not in text_of(quick_desk.open(address))
    agree(quick_desk)
    upload(quick_desk, WRONG)
    page = text_of(quick_desk.open(address))
    assert "Lihat temuan dan usulan perbaikannya" in page
    found = re.search(r'href="([^"]+/versi/1)"', page)
    assert found is not None
    shown = quick_desk.client.get(found[1])
    assert shown.status_code == 200
    assert "B4, B5" in text_of(shown)
    english = text_of(quick_desk.client.get(found[1] + "?lang=en"))
    assert "2 cells are not of its type" in english
    assert "Send this repaired file" in english


@pytest.mark.parametrize("purpose", [Purpose.NIL, Purpose.ANSWER, Purpose.NOT_MINE])
def test_only_a_link_to_upload_opens_a_sent_file(quick_desk: Desk, purpose: Purpose) -> None:
    upload(quick_desk, WRONG)
    address = quick_desk.address(purpose) + "/versi/1"
    for ending in ("", "/bertanda.xlsx", "/perbaikan.xlsx"):
        assert quick_desk.client.get(address + ending).status_code == 404


def test_a_link_opens_no_version_of_another_dataset(quick_desk: Desk) -> None:
    upload(quick_desk, WRONG)
    other = quick_desk.town.dataset(quick_desk.agency, "Tenaga Kesehatan")
    with unit_of_work(quick_desk.town.engine) as session:
        version = session.exec(select(models.Version)).one()
        version.dataset_id = other
    address = quick_desk.address(Purpose.UPLOAD) + "/versi/1"
    assert quick_desk.client.get(address).status_code == 410
    assert quick_desk.client.get(address + "/bertanda.xlsx").status_code == 410


def test_nothing_is_sent_without_the_form_of_the_page(quick_desk: Desk) -> None:
    agree(quick_desk)
    upload(quick_desk, WRONG)
    link = quick_desk.address(Purpose.UPLOAD) + "/versi/1"
    assert quick_desk.client.post(link + "/kirim").status_code == 400
    assert quick_desk.client.post(link + "/arti", data={"choice:bulan": "code"}).status_code == 400
    assert len(versions(quick_desk)) == 1


def test_a_file_that_is_no_table_has_its_reason_and_no_copies(quick_desk: Desk) -> None:
    page = text_of(upload(quick_desk, b"%PDF-1.7 laporan", "laporan.csv"))
    assert "Berkas belum dapat dipakai" in page
    assert "bertanda.xlsx" not in page
    response = quick_desk.client.get(quick_desk.address(Purpose.UPLOAD) + "/versi/1/bertanda.xlsx")
    assert response.status_code == 422
    assert "Salinan tidak dapat dibuat" in text_of(response)
