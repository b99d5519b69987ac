"""A daftar data becomes datasets with promises; every row has its verdict."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.intake.documents import Document, RowOutcome
from catalog.intake.load import load
from catalog.models.db import unit_of_work
from catalog.rules.terms import Cadence, ClosingKind, Schedule
from tests.intake.sheets import (
    AGENCIES,
    AGREED_ON,
    NOW,
    ZONE,
    contents,
    labels,
    load_now,
    rows_of,
    sheet,
)

COLUMNS = (
    "opd,judul,slug,deskripsi,periode_data,jadwal_rilis,satuan,dimensi,klasifikasi,sumber,"
    "alamat,skema,kolom_waktu,kolom_nilai,kunci,lisensi,kata_kunci,terdaftar"
)
FULL = (
    f"{COLUMNS}\nDinkes,Kunjungan Rawat Jalan Puskesmas,kunjungan-puskesmas,Per puskesmas,"
    "Bulanan,10 hari,kunjungan,living,terbuka,http_file,"
    "https://data.sukamaju.example/kunjungan.csv,kunjungan.json,bulan,baru;lama,"
    '"bulan, puskesmas",CC-BY-4.0,kesehatan;puskesmas,2025-03-15'
)
SCHEMA = '{"fields": [{"name": "bulan", "type": "yearmonth"}, {"name": "baru"}]}'


def daftar(*rows: str, header: str = "opd,judul,periode_data,jadwal_rilis") -> Document:
    return sheet("\n".join([header, *rows]), "daftar.csv")


def test_a_full_row_fills_the_dataset_its_promise_its_source_and_its_ledger(
    engine: Engine,
) -> None:
    report = load_now(
        engine, sheet(AGENCIES), sheet(FULL, "daftar.csv", **{"kunjungan.json": SCHEMA})
    )
    assert (report.created, report.refused, report.scheduled) == (4, 0, 1)
    (dataset,) = rows_of(engine, models.Dataset)
    assert dataset.slug == "kunjungan-puskesmas"
    assert dataset.dimension is models.Dimension.LIVING
    assert dataset.sensitivity is models.Sensitivity.TERBUKA
    assert dataset.classification is None
    assert dataset.table_schema["fields"][0]["name"] == "bulan"
    assert (dataset.value_columns, dataset.key_columns) == (
        ["baru", "lama"],
        ["bulan", "puskesmas"],
    )
    assert dataset.keywords == ["kesehatan", "puskesmas"]
    (promise,) = rows_of(engine, models.Promise)
    assert (promise.cadence, promise.schedule, promise.agreed_on) == (
        Cadence.BULANAN,
        Schedule.PARSED,
        date(2025, 3, 15),
    )
    (source,) = rows_of(engine, models.Source)
    assert (source.kind, source.host, source.next_look_at) == (
        models.SourceKind.HTTP_FILE,
        "data.sukamaju.example:443",
        NOW,
    )
    assert labels(engine)[0] == "2025-03"
    assert labels(engine)[-1] == "2025-09"


def test_a_second_load_changes_nothing_at_all(engine: Engine) -> None:
    files = sheet(AGENCIES), sheet(FULL, "daftar.csv", **{"kunjungan.json": SCHEMA})
    load_now(engine, *files)
    before = contents(engine)
    report = load_now(engine, *files, agreed_on=date(2024, 1, 1))
    assert (report.unchanged, report.created, report.updated) == (4, 0, 0)
    assert contents(engine) == before


def test_the_column_is_missing_empty_unreadable_or_says_not_published(engine: Engine) -> None:
    load_now(engine, daftar("Dinkes,Tanpa kolom,Bulanan", header="opd,judul,periode_data"))
    report = load_now(
        engine,
        daftar(
            "Dinkes,Kolom kosong,Bulanan,",
            "Dinkes,Bintang,Bulanan,***",
            "Dinkes,Tanpa bulan,Tahunan,N+1",
            "Dinkes,Tidak terbit,Tahunan,Tidak dipublikasikan",
            "Dinkes,Bila perlu,Apabila Dibutuhkan,***",
            "Dinkes,Terbaca,Tahunan,Februari n+1",
            "Dinkes,Setiap hari,Harian,Harian",
        ),
    )
    assert (report.scheduled, report.unscheduled, report.unpublished) == (2, 4, 1)
    schedules = [p.schedule for p in rows_of(engine, models.Promise)]
    assert schedules == [
        Schedule.PARSED,
        Schedule.UNPARSED,
        Schedule.UNPARSED,
        Schedule.UNPARSED,
        Schedule.UNPUBLISHED,
        Schedule.PARSED,
        Schedule.PARSED,
        Schedule.PARSED,
    ]
    assert sum(report.reasons.values()) == 5
    reasons = [verdict.reason for verdict in report.verdicts]
    assert "Jadwal rilis" in (reasons[2] or "") and '"N+1" tidak terbaca' in (reasons[2] or "")
    assert reasons[4] == "Tanpa jadwal (insidental): ditampilkan, tidak dinilai."
    owing = {o.dataset_id for o in rows_of(engine, models.Obligation)}
    assert owing == {1, 7}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "Dinkes,Data,3 Tahunan,,,,,",
            '"3 Tahunan" tidak dikenal; pakai salah satu dari: mingguan',
        ),
        ("Dinkes,Data,Tahunan dan bulanan,,,,,", "tidak dikenal"),
        ("Dinkes,Data,,,,,,", "Periode data kosong tidak dikenal"),
        ("Dinkes,Tahunan,***,,,,,", "bergeser satu kolom"),
        ("Dinkes,***,Tahunan,,,,,", "isi nama data"),
        (",Data,Tahunan,,,,,", "OPD kosong"),
        ("Dinkess,Data,Tahunan,,,,,", "mungkin maksudnya Dinkes"),
        ("9.99,Data,Tahunan,,,,,", 'OPD "9.99" tidak dikenal'),
        ("Dinas Kesehatn,Data,Tahunan,,,,,", "mungkin maksudnya Dinkes"),
        ("Dinkes,Data,Tahunan,1999-12-31,,,,", "di luar tahun 2000–2100"),
        ("Dinkes,Data,Tahunan,2101-01-01,,,,", "di luar tahun 2000–2100"),
        ("Dinkes,Data,Tahunan,kapan-kapan,,,,", "tulis tanggal lengkap"),
        ("Dinkes,Data,Tahunan,2025,,,,", "tulis tanggal lengkap"),
        ("Dinkes,Data,Tahunan,,angkasa,,,", "pakai salah satu dari: governance"),
        ("Dinkes,Data,Tahunan,,,satelit,x,", "pakai salah satu dari: http_file"),
        ("Dinkes,Data,Tahunan,,,http_file,,", "isi kolom alamat"),
        ("Dinkes,Data,Tahunan,,,,data.csv,", "bukan alamat http"),
        ("Dinkes,Data,Tahunan,,,,http://[::1/x,", "bukan alamat http"),
        ("Dinkes,Data,Tahunan,,,,ftp://x.example/a,", "bukan alamat http"),
        ("Dinkes,Data,Tahunan,,,,http://a:b@x.example/c,", "kata sandi"),
        ("Dinkes,Data,Tahunan,,,,,hilang.json", "tidak ada di samping"),
        ("Dinkes,Data,Tahunan,,,,,{bukan json", "bukan JSON"),
        ('Dinkes,Data,Tahunan,,,,,"{""fields"": [1]}"', "bukan Table Schema"),
        ("Dinkes,Da\x00ta,Tahunan,,,,,", "bukan teks"),
        (f"Dinkes,{'x' * 10_001},Tahunan,,,,,", "tanda kutip tidak ditutup"),
        (f"Dinkes,{'x' * 1_001},Tahunan,,,,,", "paling banyak 1000"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_stops_no_other(
    sqlite_engine: Engine, row: str, reason: str
) -> None:
    header = "opd,judul,periode_data,terdaftar,dimensi,sumber,alamat,skema"
    report = load_now(
        sqlite_engine, sheet(AGENCIES), daftar(row, "Dinkes,Baik,Bulanan", header=header)
    )
    verdicts = [verdict for verdict in report.verdicts if verdict.file == "daftar.csv"]
    assert [(v.row, v.verdict) for v in verdicts] == [
        (2, RowOutcome.REFUSED),
        (3, RowOutcome.CREATED),
    ]
    assert reason in (verdicts[0].reason or "")
    assert [d.title for d in rows_of(sqlite_engine, models.Dataset)] == ["Baik"]


def test_documents_that_are_no_table_are_refused_beside_good_ones(sqlite_engine: Engine) -> None:
    report = load_now(
        sqlite_engine,
        Document("kosong.csv", (), []),
        Document("gambar.csv", ("\x89PNG", "\x1a"), [("\x00",)]),
        sheet("opd,judul,satuan\nDinkes,Data,orang", "kurang.csv"),
        daftar(),
        daftar("Dinkes,Baik,Bulanan"),
    )
    assert (report.refused, report.created) == (3, 1)
    assert {v.file for v in report.verdicts if v.verdict is RowOutcome.REFUSED} == {
        "kosong.csv",
        "gambar.csv",
        "kurang.csv",
    }


def test_without_a_list_of_agencies_the_daftar_data_names_them(engine: Engine) -> None:
    report = load_now(
        engine,
        daftar("DPMD,Jumlah Desa,Tahunan,Maret n+1", "Dinas Sosial,Panti,Tahunan,Maret n+1"),
    )
    assert report.created == 2
    assert [a.slug for a in rows_of(engine, models.Agency)] == ["dpmd", "dinas-sosial"]


def test_an_agency_with_a_name_of_its_own_is_added_to_the_list_and_said(engine: Engine) -> None:
    report = load_now(
        engine,
        sheet(AGENCIES),
        daftar("Badan Penanggulangan Bencana Daerah,Kejadian Bencana,Bulanan,10 hari"),
    )
    assert "belum ada di daftar OPD dan ditambahkan" in (report.verdicts[-1].reason or "")
    assert len(rows_of(engine, models.Agency)) == 4


def test_rows_that_share_one_identity_are_one_dataset(engine: Engine) -> None:
    rows = daftar(
        "Dinkes,Jumlah Posyandu,Tahunan,Maret n+1",
        "DINKES,Jumlah  posyandu.,tahunan,maret N + 1",
        "Dinkes,Jumlah Posyandu,Bulanan,10 hari",
    )
    report = load_now(engine, rows)
    assert (report.created, report.unchanged, report.n_identities_shared) == (2, 1, 1)
    assert report.verdicts[1].reason == "Sama dengan baris 2."
    datasets = rows_of(engine, models.Dataset)
    assert [(d.slug, d.n_rows_listed) for d in datasets] == [
        ("jumlah-posyandu", 2),
        ("jumlah-posyandu-2", 1),
    ]
    assert load_now(engine, rows).unchanged == 3


def test_a_row_without_a_usable_title_takes_its_indicators(engine: Engine) -> None:
    load_now(
        engine,
        daftar(
            "Dinkes,*,Tahunan,Maret n+1,Prevalensi Stunting",
            "Dinkes,-,Tahunan,Maret n+1,Angka Kematian Ibu",
            header="opd,nama data,periode data,jadwal rilis,iku pemerintah daerah",
        ),
    )
    assert [d.title for d in rows_of(engine, models.Dataset)] == [
        "Prevalensi Stunting",
        "Angka Kematian Ibu",
    ]


def test_the_column_klasifikasi_holds_a_breakdown_or_who_may_see_it(engine: Engine) -> None:
    load_now(
        engine,
        daftar(
            "Dinkes,A,Tahunan,Kabupaten/Kota",
            "Dinkes,B,Tahunan,Terbatas",
            "Dinkes,C,Tahunan,tertutup",
            header="opd,judul,periode_data,klasifikasi",
        ),
    )
    # Titles of one letter are no names: none of them is loaded.
    assert rows_of(engine, models.Dataset) == []
    load_now(
        engine,
        daftar(
            "Dinkes,Satu,Tahunan,Kabupaten/Kota",
            "Dinkes,Dua,Tahunan,Terbatas",
            "Dinkes,Tiga,Tahunan,tertutup",
            header="opd,judul,periode_data,klasifikasi",
        ),
    )
    assert [(d.classification, d.sensitivity.value) for d in rows_of(engine, models.Dataset)] == [
        ("Kabupaten/Kota", "terbuka"),
        (None, "terbatas"),
        (None, "tertutup"),
    ]


def test_what_a_file_does_not_say_stays_as_it_was(engine: Engine) -> None:
    load_now(engine, sheet(AGENCIES), sheet(FULL, "a.csv", **{"kunjungan.json": SCHEMA}))
    report = load_now(
        engine,
        daftar(
            "Dinkes,Kunjungan Rawat Jalan Puskesmas,kunjungan-puskesmas,Bulanan,10 hari,,ODbL",
            header="opd,judul,slug,periode_data,jadwal_rilis,deskripsi,lisensi",
        ),
    )
    assert report.verdicts[0].reason == "Berubah: lisensi."
    (dataset,) = rows_of(engine, models.Dataset)
    assert (dataset.licence, dataset.description) == ("ODbL", "Per puskesmas")


def test_a_new_address_makes_the_watcher_look_again(engine: Engine) -> None:
    header = "opd,judul,periode_data,sumber,alamat"
    load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,,http://a.example/x.csv", header=header))
    with unit_of_work(engine) as session:
        source = session.exec(select(models.Source)).one()
        source.etag, source.n_failed, source.conclusive_at = "abc", 3, NOW
        source.next_look_at = datetime(2025, 12, 1, tzinfo=UTC)
    report = load_now(
        engine, daftar("Dinkes,Stok Obat,Bulanan,,http://b.example:8080/x.csv", header=header)
    )
    assert report.verdicts[0].reason == "Berubah: sumber."
    (source,) = rows_of(engine, models.Source)
    assert (source.host, source.next_look_at) == ("b.example:8080", NOW)
    assert (source.etag, source.n_failed, source.conclusive_at) == (None, 0, None)


def test_an_uploaded_source_is_never_looked_at_by_itself(engine: Engine) -> None:
    load_now(
        engine,
        daftar("Dinkes,Stok Obat,Bulanan,unggah", header="opd,judul,periode_data,sumber"),
    )
    (source,) = rows_of(engine, models.Source)
    assert (source.kind, source.next_look_at) == (models.SourceKind.UPLOAD, None)


def test_a_changed_schedule_is_a_new_version_from_today_and_never_retroactive(
    engine: Engine,
) -> None:
    load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,10 hari"))
    early = {o.label: o.due_date for o in rows_of(engine, models.Obligation)}
    report = load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,20 hari"))
    assert report.updated == 1
    assert "jadwal (berlaku mulai 2025-09-01)" in (report.verdicts[0].reason or "")
    old, new = rows_of(engine, models.Promise)
    assert (old.ends_on, new.version, new.agreed_on) == (date(2025, 9, 1), 2, date(2025, 9, 1))
    late = {o.label: o.due_date for o in rows_of(engine, models.Obligation)}
    assert {k: v for k, v in late.items() if k < "2025-08"} == {
        k: v for k, v in early.items() if k < "2025-08"
    }
    assert (early["2025-08"], late["2025-08"]) == (date(2025, 9, 10), date(2025, 9, 22))
    (entry,) = rows_of(engine, models.AuditEntry)
    assert (entry.action, entry.before["rule_text"]) == ("promise.renewed", "10 hari")
    before = contents(engine)
    assert load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,20 hari")).unchanged == 1
    assert contents(engine) == before


def test_another_spelling_of_the_same_rule_is_no_new_promise(engine: Engine) -> None:
    load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,10 hari"))
    report = load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,10 hari setelah periode"))
    assert report.verdicts[0].reason == "Berubah: tulisan jadwal rilis."
    assert len(rows_of(engine, models.Promise)) == 1


def test_a_changed_cadence_keeps_what_was_owed_and_drops_what_was_running(engine: Engine) -> None:
    load_now(engine, daftar("Dinkes,Stok Obat,Tahunan,Maret n+1"))
    assert labels(engine) == ["2024", "2025", "2026"]
    load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,10 hari"))
    assert labels(engine) == ["2024", "2025-08", "2025-09"]


def test_two_rows_that_differ_only_by_schedule_are_never_taken_for_a_change(
    engine: Engine,
) -> None:
    load_now(engine, daftar("Dinkes,Stok Obat,Tahunan,Maret n+1"))
    report = load_now(
        engine,
        daftar("Dinkes,Stok Obat,Bulanan,10 hari", "Dinkes,Stok Obat,Mingguan,3 hari kerja"),
    )
    assert report.created == 2
    assert len(rows_of(engine, models.Promise)) == 3


def test_a_closed_obligation_survives_a_change_of_cadence(engine: Engine) -> None:
    load_now(engine, daftar("Dinkes,Stok Obat,Tahunan,November n"))
    with unit_of_work(engine) as session:
        owed = session.exec(select(models.Obligation).order_by(models.Obligation.due_at)).all()
        running = next(o for o in owed if o.label == "2025")
        closing = models.Closing(
            obligation_id=running.id, kind=ClosingKind.WAIVED, at=NOW, seen_at=NOW
        )
        session.add(closing)
    load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,10 hari"))
    assert "2025" in labels(engine)


@pytest.mark.parametrize("slug", ["Stok Obat", "stok_obat", "stok--obat", "../x"])
def test_a_slug_that_is_no_address_is_refused_with_one_that_is(
    sqlite_engine: Engine, slug: str
) -> None:
    report = load_now(
        sqlite_engine, daftar(f"Dinkes,Stok,Bulanan,{slug}", header="opd,judul,periode_data,slug")
    )
    assert "tulis misalnya" in (report.verdicts[0].reason or "")


def test_a_slug_belongs_to_one_dataset(engine: Engine) -> None:
    header = "opd,judul,periode_data,slug"
    report = load_now(
        engine, daftar("Dinkes,Stok,Bulanan,obat", "Dinkes,Harga,Bulanan,obat", header=header)
    )
    assert report.verdicts[1].reason == 'Slug "obat" sudah dipakai baris 2; ganti slug.'
    report = load_now(engine, daftar("Dinas Sosial,Panti,Bulanan,obat", header=header))
    assert 'sudah dipakai data lain ("Stok")' in (report.verdicts[0].reason or "")
    renamed = load_now(engine, daftar("Dinkes,Stok Obat,Bulanan,obat", header=header))
    assert renamed.verdicts[0].reason == "Berubah: judul."


def test_an_address_that_a_later_row_asks_for_is_kept_for_it(engine: Engine) -> None:
    rows = daftar(
        "Dinkes,Stok Obat,Bulanan,",
        "Dinkes,Persediaan,Bulanan,stok-obat",
        header="opd,judul,periode_data,slug",
    )
    assert load_now(engine, rows).created == 2
    assert [d.slug for d in rows_of(engine, models.Dataset)] == ["stok-obat-2", "stok-obat"]
    assert load_now(engine, rows).unchanged == 2


def test_progress_is_told_row_by_row(sqlite_engine: Engine) -> None:
    told: list[tuple[str, int, int]] = []
    load(
        sqlite_engine,
        [daftar("Dinkes,Stok Obat,Bulanan,", "Dinkes,Rujukan,Bulanan,")],
        agreed_on=AGREED_ON,
        observed_at=None,
        now=NOW,
        zone=ZONE,
        progress=lambda name, done, n_rows: told.append((name, done, n_rows)),
    )
    assert told == [("daftar.csv", 1, 2), ("daftar.csv", 2, 2)]


def test_lines_of_the_file_are_named_where_rows_do_not_follow_each_other(
    sqlite_engine: Engine,
) -> None:
    document = replace(daftar("Dinkes,*,Bulanan,", "Dinkes,Baik,Bulanan,"), lines=(7, 12))
    report = load_now(sqlite_engine, document)
    assert [v.row for v in report.verdicts] == [7, 12]
