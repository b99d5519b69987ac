"""What operators send: taken in as it came, judged like any other, held back for walidata."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from catalog import models
from catalog.models import SourceKind, VersionStatus
from catalog.models.db import reading
from catalog.rules.periods import UnknownPeriod
from catalog.rules.terms import Cadence, Rank, State, Validity
from checks.judge import tick
from checks.look import Receipt, decide, look_at, receive
from checks.looking.originals import Originals, OriginalUnusable
from checks.looking.uploads import NotToDecide
from tests.flow.world import World, wib

HEAD = "Bulan,IHK\n"
FEB, MAR = "Februari 2025,105.9\n", "Maret 2025,107.6\n"


@pytest.fixture
def dataset(world: World) -> int:
    made, _ = world.promise(None, kind=SourceKind.UPLOAD, agreed_on=wib("2025-03-20 00:00").date())
    world.extend(wib("2025-05-10 00:00"))
    return made


def send(
    world: World,
    dataset_id: int,
    folder: Path,
    body: str | bytes,
    when: str,
    *,
    period: str | None = None,
    name: str = "ihk.csv",
) -> Receipt:
    path = folder / "incoming"
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return receive(
        world.watcher,
        dataset_id,
        path,
        name,
        person_id=None,
        declared_period=period,
        now=wib(when),
    )


def test_an_upload_counts_from_its_own_instant(world: World, dataset: int, tmp_path: Path) -> None:
    receipt = send(world, dataset, tmp_path, HEAD + MAR, "2025-04-16 09:30")
    assert (receipt.status, receipt.closed) == (VersionStatus.ACCEPTED, ("2025-03",))
    assert (receipt.n_rows, receipt.newest_period, receipt.is_new) == (1, "2025-03", True)
    closing = world.closings(dataset)["2025-03"]
    assert closing.at == wib("2025-04-16 09:30")
    assert closing.timing_observed
    version = world.versions(dataset)[0]
    with world.watcher.originals.open(version.blob) as original:
        assert original.read() == (HEAD + MAR).encode()
    assert (tmp_path / "incoming").exists()


def test_a_late_first_upload_is_late_not_unobserved(
    world: World, dataset: int, tmp_path: Path
) -> None:
    send(world, dataset, tmp_path, HEAD + MAR, "2025-05-09 09:30")
    closing = world.closings(dataset)["2025-03"]
    assert (closing.at, closing.timing_observed) == (wib("2025-05-09 09:30"), True)


def test_the_same_file_twice_is_one_version(world: World, dataset: int, tmp_path: Path) -> None:
    first = send(world, dataset, tmp_path, HEAD + MAR, "2025-04-08 08:00")
    again = send(world, dataset, tmp_path, HEAD + MAR, "2025-05-08 08:00", name="other.csv")
    assert (again.is_new, again.version_id, again.closed) == (False, first.version_id, ())
    assert len(world.versions(dataset)) == 1
    assert list(world.closings(dataset)) == ["2025-03"]


def test_a_doubtful_upload_waits_for_walidata_and_stops_the_agencys_clock(
    world: World, dataset: int, tmp_path: Path
) -> None:
    many = HEAD + "".join(f"Februari 2025,{n}\n" for n in range(40))
    few = HEAD + "".join(f"Maret 2025,{n}\n" for n in range(10))
    send(world, dataset, tmp_path, many, "2025-03-25 08:00")
    receipt = send(world, dataset, tmp_path, few, "2025-04-16 08:00")
    assert (receipt.status, receipt.closed) == (VersionStatus.IN_REVIEW, ())
    assert receipt.reason and receipt.findings
    version = world.versions(dataset)[-1]
    assert version.sent_for_review
    done = decide(
        world.watcher, version.id or 0, True, "walidata", "memang sedikit", wib("2025-05-02 08:00")
    )
    assert (done.status, done.closed) == (VersionStatus.ACCEPTED, ("2025-03",))
    assert world.closings(dataset)["2025-03"].at == wib("2025-04-16 08:00")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<!doctype html><html><body>hai</body></html>", "html"),
        (b"", "empty"),
        (bytes(range(256)) * 20, "mutakhir/"),
    ],
    ids=["web page", "empty", "binary"],
)
def test_what_is_no_table_is_refused_with_the_reason(
    world: World, dataset: int, tmp_path: Path, body: bytes, code: str
) -> None:
    receipt = send(world, dataset, tmp_path, body, "2025-04-08 08:00")
    assert receipt.status is VersionStatus.QUARANTINED
    assert receipt.validity is Validity.TIDAK_VALID
    assert code in receipt.findings[0].code
    assert receipt.findings[0].remedy_id and receipt.findings[0].remedy_en
    held = receipt.version_id or 0
    with pytest.raises(NotToDecide):
        decide(world.watcher, held, True, "walidata", "biar", wib("2025-04-09 08:00"))


PLACES = "kecamatan,jumlah\nUtara,1\nSelatan,2\n"


def test_an_operator_may_name_the_period_of_a_table_without_times(
    world: World, dataset: int, tmp_path: Path
) -> None:
    receipt = send(world, dataset, tmp_path, PLACES, "2025-05-08 08:00", period="2025-04")
    assert receipt.rank is Rank.E4
    assert list(world.closings(dataset)) == ["2025-04"]


def test_a_declared_period_that_is_not_over_closes_when_it_is(
    world: World, dataset: int, tmp_path: Path
) -> None:
    receipt = send(world, dataset, tmp_path, PLACES, "2025-04-20 08:00", period="2025-04")
    assert receipt.closed == ()
    tick(world.watcher, wib("2025-05-02 00:00"))
    assert world.closings(dataset)["2025-04"].at == wib("2025-05-01 00:00")


def test_a_period_that_the_cadence_does_not_have_is_refused(
    world: World, dataset: int, tmp_path: Path
) -> None:
    with pytest.raises(UnknownPeriod):
        send(world, dataset, tmp_path, PLACES, "2025-05-08 08:00", period="2025-Q1")
    assert world.versions(dataset) == []


def test_naming_a_period_does_not_outweigh_what_the_table_says(
    world: World, dataset: int, tmp_path: Path
) -> None:
    send(world, dataset, tmp_path, HEAD + FEB, "2025-05-08 08:00", period="2025-03")
    assert world.closings(dataset) == {}


def test_an_upload_fulfils_a_dataset_that_is_otherwise_pulled(world: World, tmp_path: Path) -> None:
    dataset, source = world.promise(
        world.feed.fail("/x.csv", 500), agreed_on=wib("2025-03-20 00:00").date()
    )
    world.extend(wib("2025-04-08 08:00"))
    look_at(world.watcher, [source], wib("2025-04-08 08:00"))
    receipt = send(world, dataset, tmp_path, HEAD + MAR, "2025-04-09 08:00")
    assert receipt.closed == ("2025-03",)
    with reading(world.engine) as session:
        kinds = session.exec(
            select(models.Source.kind).where(models.Source.dataset_id == dataset)
        ).all()
    assert sorted(kinds) == [SourceKind.HTTP_FILE, SourceKind.UPLOAD]


def test_content_that_was_pulled_before_is_no_news_when_it_is_sent(
    world: World, tmp_path: Path
) -> None:
    dataset, source = world.promise(
        world.feed.serve("/x.csv", HEAD + FEB), agreed_on=wib("2025-03-20 00:00").date()
    )
    look_at(world.watcher, [source], wib("2025-03-25 08:00"))
    receipt = send(world, dataset, tmp_path, HEAD + FEB + "\n", "2025-04-09 08:00")
    assert receipt.rank is Rank.E2


def test_the_name_of_an_upload_is_kept_without_its_folder(
    world: World, dataset: int, tmp_path: Path
) -> None:
    send(world, dataset, tmp_path, HEAD + MAR, "2025-04-08 08:00", name="..\\..\\x/y/laporan.csv")
    assert world.versions(dataset)[0].file_name == "laporan.csv"


def test_a_decision_is_made_once_and_written_in_the_audit_trail(
    world: World, dataset: int, tmp_path: Path
) -> None:
    many = HEAD + "".join(f"Februari 2025,{n}\n" for n in range(40))
    send(world, dataset, tmp_path, many, "2025-03-25 08:00")
    held = send(world, dataset, tmp_path, HEAD + MAR, "2025-04-16 08:00").version_id or 0
    now: datetime = wib("2025-04-17 08:00")
    decide(world.watcher, held, False, "walidata", "tidak lengkap", now)
    with pytest.raises(NotToDecide):
        decide(world.watcher, held, True, "walidata", "ternyata benar", now)
    with pytest.raises(NotToDecide):
        decide(world.watcher, 999_999, True, "walidata", "?", now)
    with reading(world.engine) as session:
        entry = session.exec(
            select(models.AuditEntry).where(models.AuditEntry.action == "decide")
        ).one()
    assert (entry.actor, entry.subject) == ("walidata", f"version/{held}")
    assert world.standing(dataset, wib("2025-04-18 08:00")).judged[0].state is not State.FULFILLED


def test_a_yearly_upload_with_the_year_in_its_name_fulfils_that_year(
    world: World, tmp_path: Path
) -> None:
    dataset, _ = world.promise(None, kind=SourceKind.UPLOAD, cadence=Cadence.TAHUNAN)
    receipt = send(
        world, dataset, tmp_path, PLACES, "2025-02-08 08:00", name="Penduduk Tahun 2024.csv"
    )
    assert receipt.closed == ("2024",)


def test_an_original_is_kept_once_and_read_back_byte_by_byte(tmp_path: Path) -> None:
    store = Originals(tmp_path / "originals")
    source = tmp_path / "a.csv"
    source.write_bytes(b"a,b\r\n1,2\r\n")
    blob = store.copy(source)
    assert store.copy(source) == blob
    assert store.path(blob).read_bytes() == b"a,b\r\n1,2\r\n"
    assert not list(store.scratch.iterdir())
    for wrong in ("", "../../etc/passwd", "a" * 63, "A" * 64):
        with pytest.raises(OriginalUnusable):
            store.path(wrong)


def test_a_store_that_cannot_be_written_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*args: object) -> None:
        raise OSError(28, "No space left on device")

    store = Originals(tmp_path / "originals")
    (tmp_path / "a.csv").write_bytes(b"a\n1\n")
    monkeypatch.setattr("checks.looking.originals.os.fsync", no_room)
    with pytest.raises(OriginalUnusable, match="No space left"):
        store.copy(tmp_path / "a.csv")
