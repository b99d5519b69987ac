"""Behind a test link a source shows what would be read; nothing changes but by a button."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, func, select
from werkzeug.test import TestResponse

from catalog import models
from catalog.context import EXTENSION
from catalog.models import Sensitivity, SourceKind
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Role
from catalog.store.rests import Window
from checks.desk import trying
from checks.desk.bounds import hidden_address
from checks.desk.option_entries import options_in, texts_of
from checks.desk.option_words import in_language, known_texts
from checks.looking.trials import faults_of, option_form
from checks.operating.rests import announce_maintenance, pause
from checks.sources.fetcher import host_of
from checks.telling.digest import write_letter
from checks.telling.links import Purpose, Ticket, sign
from checks.telling.parts import Desk as LetterDesk
from tests.flow.telling import BASE, SECRET
from tests.sources.sample_systems import SampleServer
from tests.web.test_desk import Desk, text_of

CSV = b"bulan,kecamatan,jumlah,nik\n2025-01,Batu,120,3579011708950001\n2025-02,Batu,131,\n"
#: Kinds whose form has at least one field that anybody may see.
PULLED = [kind for kind in SourceKind if kind.is_looked_at]


class TrialDesk(Desk):
    """A desk whose dataset is fetched from a real server on loopback."""

    server: SampleServer

    def serve(self, server: SampleServer, *others: SampleServer) -> None:
        self.server = server
        context = self.app.extensions[EXTENSION]
        hosts = tuple(f"127.0.0.1:{each.port}" for each in (server, *others))
        settings = context.settings.model_copy(
            update={"allowed_hosts": hosts, "host_spacing_seconds": 0.0}
        )
        self.app.extensions[EXTENSION] = replace(context, settings=settings)
        server.pages["/data.csv"] = CSV
        self.register(SourceKind.HTTP_FILE, server.at("/data.csv"))

    def register(self, kind: SourceKind, address: str, **options: Any) -> None:
        with unit_of_work(self.town.engine) as session:
            source = session.exec(select(models.Source)).one()
            source.kind, source.address, source.host = kind, address, host_of(address)
            source.options = options
            source.next_look_at = self.now + timedelta(days=1)
            session.add(source)

    @property
    def source(self) -> models.Source:
        with reading(self.town.engine) as session:
            return session.exec(select(models.Source)).one()

    @property
    def link(self) -> str:
        ticket = Ticket(Purpose.TRY, self.sari, self.now, self.dataset)
        return f"/jawab/{sign(ticket, SECRET)}"

    def press(self, deed: str, **typed: str) -> TestResponse:
        """Send the form of the page with some of its fields changed."""
        given = {name.replace("opsi_", "opsi-"): value for name, value in typed.items()}
        found = re.search(r'name="csrf_token" value="([^"]+)"', text_of(self.open(self.link)))
        form = {"csrf_token": found[1] if found else "", "address": self.source.address}
        return self.client.post(self.link, data={**form, **given, "deed": deed})

    def facts(self) -> dict[str, int]:
        with reading(self.town.engine) as session:
            return {
                name: session.connection()
                .execute(select(func.count()).select_from(table))
                .scalar_one()
                for name, table in SQLModel.metadata.tables.items()
            }

    def audit(self, action: str) -> list[models.AuditEntry]:
        with reading(self.town.engine) as session:
            entry = models.AuditEntry
            return list(session.exec(select(entry).where(entry.action == action)))


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[SampleServer]:
    """Another inner server of the city, which the installation may reach."""
    with SampleServer() as server:
        server.pages["/gaji.csv"] = b"nama,gaji\nBudi,1\n"
        yield server


@pytest.fixture
def desk(
    sqlite_engine: Engine,
    sqlite_url: str,
    tmp_path: Path,
    server: SampleServer,
    other: SampleServer,
) -> Iterator[TrialDesk]:
    with ExitStack() as closing:
        desk = TrialDesk(sqlite_engine, sqlite_url, tmp_path)
        closing.callback(desk.close)
        desk.serve(server, other)
        yield desk


@pytest.fixture
def wide_desk(
    engine: Engine, database_url: str, tmp_path: Path, server: SampleServer
) -> Iterator[TrialDesk]:
    """The same on each database, for what touches the database's ways."""
    with ExitStack() as closing:
        desk = TrialDesk(engine, database_url, tmp_path)
        closing.callback(desk.close)
        desk.serve(server)
        yield desk


def test_opening_the_link_asks_the_source_nothing_and_changes_nothing(desk: TrialDesk) -> None:
    before = desk.facts()
    response = desk.open(desk.link)
    page = text_of(response)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "Uji sumber ini" in page and "Berkas web" in page
    assert f'value="{desk.server.at("/data.csv")}"' in page
    assert "Periksa sekarang" not in page and "Usulkan perubahan" not in page
    assert (desk.server.asked, desk.facts()) == ([], before)


def test_a_test_shows_what_would_be_read_and_writes_nothing(desk: TrialDesk) -> None:
    before, source = desk.facts(), desk.source
    response = desk.press("uji")
    page = text_of(response)
    assert response.status_code == 200
    assert "Sumber ini dapat dibaca" in page and "2025-02" in page
    assert "3579************" in page and "3579011708950001" not in page
    assert "Periksa sekarang" in page and "Usulkan perubahan" not in page
    assert desk.server.asked == ["/data.csv"]
    assert (desk.facts(), desk.source) == (before, source)
    folder = desk.app.extensions[EXTENSION].originals.folder
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_check_now_makes_the_registered_source_due_and_says_who_asked(desk: TrialDesk) -> None:
    response = desk.press("periksa", address="http://lain.test/x.csv")
    assert "Pemeriksaan sudah diminta" in text_of(response)
    assert desk.source.next_look_at == desk.now
    assert desk.source.address == desk.server.at("/data.csv")
    (entry,) = desk.audit("source.look_asked")
    assert entry.actor == "sari@batu.test"


def test_a_failure_says_whether_testing_again_may_help(desk: TrialDesk) -> None:
    desk.server.pages["/data.csv"] = (404, {}, b"none")
    assert "Menguji lagi tidak menolong" in text_of(desk.press("uji"))
    desk.server.pages["/data.csv"] = (503, {}, b"none")
    page = text_of(desk.press("uji"))
    assert "Sumber ini belum dapat dibaca" in page and "dapat bersifat sementara" in page
    desk.server.pages["/data.csv"] = b"<html><form>Masuk</form></html>"
    page = text_of(desk.press("uji"))
    assert "Betulkan isi sumbernya" in page and "Periksa sekarang" not in page


def test_changed_options_are_tested_then_proposed_and_never_applied(
    wide_desk: TrialDesk,
) -> None:
    desk = wide_desk
    wahyu = desk.wahyu
    rows = [{"bulan": "2025-01", "jumlah": 5}, {"bulan": "2025-03", "jumlah": 7}]
    desk.server.pages["/api"] = {"hasil": {"baris": rows}}
    desk.register(SourceKind.JSON_API, desk.server.at("/api"), jalur_data="data")
    assert "belum dapat dibaca" in text_of(desk.press("uji", opsi_jalur_data="data"))
    tried = text_of(desk.press("uji", opsi_jalur_data="hasil.baris"))
    assert "2025-03" in tried and "Usulkan perubahan" in tried
    assert "Periksa sekarang" not in tried
    assert '<textarea name="opsi-jalur_data" hidden>hasil.baris</textarea>' in tried
    said = desk.press("usul", opsi_jalur_data="hasil.baris", reason="API versi baru.")
    assert "Usulan sudah dikirim" in text_of(said)
    assert desk.source.options == {"jalur_data": "data"}
    (entry,) = desk.audit("source.proposed")
    assert entry.after == {
        "address": desk.server.at("/api"),
        "options": {"jalur_data": "hasil.baris"},
        "reason": "API versi baru.",
    }
    assert (entry.before or {})["options"] == {"jalur_data": "data"}
    with reading(desk.town.engine) as session:
        notice = session.exec(select(models.Notice)).one()
    assert (notice.person_id, notice.kind) == (wahyu, models.NoticeKind.TASK)
    assert 'jalur_data menjadi "hasil.baris"' in (notice.reason or "")


def test_the_same_proposal_is_written_down_once(desk: TrialDesk) -> None:
    for _ in range(2):
        assert "sudah dikirim" in text_of(desk.press("usul", address="https://baru.test/data.csv"))
    assert len(desk.audit("source.proposed")) == 1
    assert desk.count(models.Notice) == 1


def test_nobody_floods_walidata_with_proposals(desk: TrialDesk) -> None:
    answers = [
        desk.press("usul", address=f"https://baru.test/{n}.csv").status_code for n in range(6)
    ]
    assert answers == [200] * 5 + [429]
    assert len(desk.audit("source.proposed")) == 5
    desk.now += timedelta(days=1)
    assert desk.press("usul", address="https://baru.test/6.csv").status_code == 200


def test_what_was_not_changed_is_not_proposed(desk: TrialDesk) -> None:
    assert desk.press("usul").status_code == 422
    assert desk.audit("source.proposed") == []


def test_each_wrong_option_has_its_error_beside_its_field(desk: TrialDesk) -> None:
    desk.register(SourceKind.JSON_API, desk.server.at("/api"))
    response = desk.press("uji", opsi_ukuran="banyak", opsi_halaman_pertama="7")
    page = text_of(response)
    assert response.status_code == 422
    for name in ("ukuran", "halaman_pertama"):
        assert re.search(rf'id="opsi-{name}-error">Opsi &#34;{name}&#34; berisi', page), name
        field = re.search(rf'<input id="opsi-{name}"[^>]*>', page)
        assert field is not None and 'aria-invalid="true"' in field[0]
    assert 'value="banyak"' in page
    assert desk.server.asked == []


def test_an_address_that_is_none_is_refused_beside_its_field(desk: TrialDesk) -> None:
    response = desk.press("uji", address="file:///etc/passwd")
    assert response.status_code == 422
    assert 'id="address-error"' in text_of(response)


def test_a_wrong_address_and_a_wrong_option_are_told_at_once(desk: TrialDesk) -> None:
    desk.register(SourceKind.JSON_API, desk.server.at("/api"))
    page = text_of(desk.press("uji", address="ftp://data.opd.test/x", opsi_ukuran="0"))
    assert 'id="address-error"' in page
    assert 'id="opsi-ukuran-error"' in page
    assert "seharusnya angka paling sedikit 1" in page


def test_no_other_server_is_read_through_a_link(desk: TrialDesk, other: SampleServer) -> None:
    for address in (other.at("/gaji.csv"), "http://127.0.0.1:22/", "https://lain.test/data.csv"):
        page = text_of(desk.press("uji", address=address))
        assert "Lewat tautan ini hanya server" in page, address
        assert "Usulkan perubahan" in page
    assert (other.asked, desk.server.asked) == ([], [])


def test_a_redirect_to_another_inner_server_is_not_followed(
    desk: TrialDesk, other: SampleServer
) -> None:
    desk.server.pages["/data.csv"] = (302, {"Location": other.at("/gaji.csv")}, b"")
    page = text_of(desk.press("uji"))
    assert "belum dapat dibaca" in page and "Budi" not in page
    assert other.asked == []


def test_another_path_of_the_same_server_can_be_tested(desk: TrialDesk) -> None:
    desk.server.pages["/2025.csv"] = b"bulan,jumlah\n2025-03,9\n"
    page = text_of(desk.press("uji", address=desk.server.at("/2025.csv")))
    assert "2025-03" in page and "Usulkan perubahan" in page


def test_a_source_with_a_key_is_tested_as_registered_alone_and_shows_no_key(
    desk: TrialDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMBER_IZIN", "kunci-yang-rahasia")
    desk.server.pages["/rahasia.csv"] = CSV
    desk.register(
        SourceKind.HTTP_FILE,
        desk.server.at("/data.csv"),
        rahasia="env:SUMBER_IZIN",
        kepala_rahasia="X-API-Key",
    )
    opened = text_of(desk.open(desk.link))
    assert "SUMBER_IZIN" not in opened and "X-API-Key" not in opened
    assert "tersimpan pada pengelola" in opened
    assert "dapat dibaca" in text_of(desk.press("uji"))
    assert desk.server.headers[-1]["X-API-Key"] == "kunci-yang-rahasia"
    changed = text_of(
        desk.press("uji", address=desk.server.at("/rahasia.csv"), opsi_rahasia="env:SUMBER_LAIN")
    )
    assert "hanya diuji seperti yang terdaftar" in changed
    assert desk.server.asked == ["/data.csv"]
    desk.press("usul", address=desk.server.at("/rahasia.csv"), opsi_rahasia="env:SUMBER_LAIN")
    (entry,) = desk.audit("source.proposed")
    assert "SUMBER" not in json.dumps([entry.before, entry.after])


def test_a_key_in_the_address_is_neither_shown_nor_stored_and_still_used(desk: TrialDesk) -> None:
    desk.register(SourceKind.HTTP_FILE, desk.server.at("/data.csv?tahun=2025&api_key=S3cr3t"))
    page = text_of(desk.open(desk.link))
    assert "S3cr3t" not in page and "tahun=2025" in page
    shown = hidden_address(desk.source.address)
    tested = desk.press("uji", address=shown)
    assert "dapat dibaca" in text_of(tested) and "S3cr3t" not in text_of(tested)
    assert desk.server.asked == ["/data.csv?tahun=2025&api_key=S3cr3t"]
    desk.press("usul", address=shown.replace("2025", "2026"))
    (entry,) = desk.audit("source.proposed")
    assert "S3cr3t" not in json.dumps([entry.before, entry.after])


def test_columns_that_are_dropped_stay_unseen(desk: TrialDesk) -> None:
    people = [{"nama": "Orang Satu", "tahap": "Selesai", "tanggal": "2025-03-01"}]
    desk.server.pages["/api"] = people
    desk.register(SourceKind.JSON_API, desk.server.at("/api"), buang_kolom=["nama"])
    page = text_of(desk.press("uji", opsi_buang_kolom="nama"))
    assert "Selesai" in page and "Orang Satu" not in page
    for typed in ("", "tahap"):
        page = text_of(desk.press("uji", opsi_buang_kolom=typed))
        assert "dibuang atau disaring" in page and "Orang Satu" not in page
    assert len(desk.server.asked) == 1
    fewer = text_of(desk.press("uji", opsi_buang_kolom="nama\ntahap"))
    assert "2025-03-01" in fewer and "Selesai" not in fewer


def test_a_query_that_was_changed_is_never_run(desk: TrialDesk) -> None:
    desk.register(SourceKind.SQL_VIEW, "env:SUMBER_PAD", tampilan="v_pad")
    page = text_of(desk.press("uji", opsi_tampilan="", opsi_kueri="SELECT * FROM pegawai"))
    assert "hanya diuji seperti yang terdaftar" in page


def test_the_contents_of_closed_data_are_not_shown(desk: TrialDesk) -> None:
    with unit_of_work(desk.town.engine) as session:
        session.get_one(models.Dataset, desk.dataset).sensitivity = Sensitivity.TERBATAS
    page = text_of(desk.press("uji"))
    assert "bukan terbuka" in page and "kecamatan" in page and ">131<" not in page


def test_a_source_at_rest_is_not_made_due(desk: TrialDesk) -> None:
    source_id, due = desk.source.id or 0, desk.source.next_look_at
    with unit_of_work(desk.town.engine) as session:
        pause(session, source_id, "Pindah aplikasi.", "walidata", desk.now)
    page = text_of(desk.open(desk.link))
    assert "dijeda sejak" in page and "Pindah aplikasi." in page
    assert "Periksa sekarang" not in text_of(desk.press("uji"))
    assert desk.press("periksa").status_code == 409
    assert desk.source.next_look_at == due


def test_a_source_in_maintenance_says_until_when(desk: TrialDesk) -> None:
    window = Window(desk.source.host, desk.now, desk.now + timedelta(hours=3), "Ganti server.")
    with unit_of_work(desk.town.engine) as session:
        announce_maintenance(session, window, "walidata", desk.now)
    assert "sedang dipelihara sampai" in text_of(desk.open(desk.link))
    assert desk.press("periksa").status_code == 409


def test_one_source_is_tested_at_a_time(desk: TrialDesk) -> None:
    with trying._TURN:
        response = desk.press("uji")
    assert response.status_code == 503
    assert "Uji lain sedang berjalan" in text_of(response)
    assert desk.server.asked == []
    assert desk.press("uji").status_code == 200


def test_a_test_that_takes_too_long_is_ended(
    desk: TrialDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "WHOLE_SECONDS", -1.0)
    assert "Uji dihentikan setelah" in text_of(desk.press("uji"))
    assert desk.server.asked == []


def test_data_that_are_sent_have_nothing_to_test(desk: TrialDesk) -> None:
    desk.register(SourceKind.UPLOAD, "")
    response = desk.open(desk.link)
    assert response.status_code == 200
    assert "tidak ada yang diuji" in text_of(response) and 'class="ask"' not in text_of(response)


def test_a_link_of_somebody_who_left_opens_nothing(desk: TrialDesk) -> None:
    with unit_of_work(desk.town.engine) as session:
        session.get_one(models.Person, desk.sari).active = False
    response = desk.open(desk.link)
    assert response.status_code == 410 and "Kunjungan Puskesmas" not in text_of(response)


def test_a_form_from_elsewhere_does_nothing(desk: TrialDesk) -> None:
    response = desk.client.post(desk.link, data={"deed": "periksa"})
    assert response.status_code == 400
    assert desk.audit("source.look_asked") == []


def test_the_letter_of_a_broken_server_carries_the_link_to_its_own_agency(desk: TrialDesk) -> None:
    host = desk.source.host
    other_agency = desk.town.agency("Dinas Sosial", "Dinsos")
    rudi = desk.town.person("Rudi", Role.OPERATOR, other_agency)
    notice = models.Notice(
        key=f"access:PUTUS:2025-04-21:{desk.agency}:{host}:{desk.sari}",
        kind=models.NoticeKind.ACCESS,
        state=models.NoticeState.PLANNED,
        person_id=desk.sari,
        agency_id=desk.agency,
        dataset_id=desk.dataset,
        planned_at=desk.now,
    )
    with reading(desk.town.engine) as session:
        letters = [
            write_letter(
                session,
                desk.town.city,
                desk.now,
                session.get_one(models.Person, person),
                [notice],
                desk.now,
                LetterDesk(BASE, SECRET),
            ).as_text()
            for person in (desk.sari, rudi)
        ]
    mine, foreign = letters
    assert "Uji sumber ini" not in foreign
    address = re.search(r"Uji sumber ini: +(\S+)", mine)
    assert address is not None, mine
    assert desk.open(address[1].removeprefix(BASE)).status_code == 200


def test_the_public_page_and_the_watcher_say_since_when_and_why_a_source_rests(
    wide_desk: TrialDesk,
) -> None:
    desk = wide_desk
    source = desk.source
    begins, ends = desk.now + timedelta(hours=2), desk.now + timedelta(hours=5)
    window = Window(source.host, begins, ends, "Ganti disk.")
    with unit_of_work(desk.town.engine) as session:
        pause(session, source.id or 0, "Aplikasi dipindahkan.", "walidata", desk.now)
        announce_maintenance(session, window, "walidata", desk.now)
        slug = session.get_one(models.Dataset, desk.dataset).slug
    page = text_of(desk.open(f"/dataset/{slug}"))
    assert "Pemeriksaan sumber dijeda sejak Senin, 21 April 2025" in page
    assert "Aplikasi dipindahkan." in page
    assert "Server sumber dipelihara dari Senin, 21 April 2025" in page and "Ganti disk." in page
    found = desk.open(f"/dataset/{slug}.json").get_json()
    assert found["pause"] == {"reason": "Aplikasi dipindahkan.", "since_at": "2025-04-21T02:00:00Z"}
    watcher = text_of(desk.open("/pemantau"))
    assert "dijeda sejak Senin, 21 April 2025" in watcher and "Aplikasi dipindahkan." in watcher
    assert "Ganti disk." in watcher


@pytest.mark.parametrize("kind", PULLED)
def test_every_option_that_is_shown_has_its_english(kind: SourceKind) -> None:
    for field in option_form(kind):
        if not field.name.endswith("rahasia"):
            for text in (field.title, field.help):
                assert text in known_texts(), text
                assert in_language(text, "id") == text


def test_no_english_is_kept_for_what_no_kind_asks() -> None:
    asked = {text for kind in PULLED for f in option_form(kind) for text in (f.title, f.help)}
    assert known_texts() - asked == set()


@pytest.mark.parametrize("kind", PULLED)
def test_what_a_form_shows_and_takes_back_is_what_is_usual(kind: SourceKind) -> None:
    texts = texts_of(kind, {})
    taken = options_in(kind, texts, {})
    required = {field.name for field in option_form(kind) if field.is_required}
    wrong = {each.name for each in faults_of(kind, taken)}
    assert wrong <= required | {""}


def test_the_english_page_is_english_to_the_last_word(desk: TrialDesk) -> None:
    desk.register(SourceKind.JSON_API, desk.server.at("/api"))
    desk.server.pages["/api"] = [{"bulan": "2025-03", "jumlah": 5}]
    desk.client.get(f"{desk.link}?lang=en")
    page = text_of(desk.press("uji"))
    assert "This source can be read" in page and "Path of the data" in page
    for word in ("Alamat", "Jalur", "Kolom", "terdaftar", "opsi lain", "Uji sumber"):
        assert word not in page, word
