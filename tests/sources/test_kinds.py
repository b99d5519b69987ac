"""Every kind of source keeps the port: found by the folder scan, named, honest in failure."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.models import SourceKind
from catalog.registry import discover
from checks import sources
from checks.sources import Conditional, Fault, Reach, Ref, Source, SourceError
from checks.sources.drop_folder import DropFolder
from checks.sources.fetcher import Fetcher
from tests.sources.raw import RawServer, Talk, says

NOW = datetime(2025, 4, 1, tzinfo=UTC)
KINDS: tuple[type[Source], ...] = discover(sources)


@pytest.fixture
def reach(tmp_path: Path, fetcher_for: Callable[..., Fetcher]) -> Reach:
    folder = tmp_path / "drop"
    folder.mkdir()
    return Reach(fetcher_for(), tmp_path / "scratch", folder)


def test_no_two_kinds_share_a_code() -> None:
    assert len({kind.kind for kind in KINDS}) == len(KINDS) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_named_in_both_languages(kind: type[Source]) -> None:
    assert kind.kind in SourceKind
    assert kind.title_id and kind.title_en
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_module_of_its_name(kind: type[Source]) -> None:
    assert kind.__module__.endswith(f".{kind.kind.value}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ["", "../../etc/passwd", "http://127.0.0.1:1/x", "\0"])
def test_a_kind_fails_with_a_sentence_for_an_address_that_leads_nowhere(
    kind: type[Source], reach: Reach, address: str
) -> None:
    with pytest.raises(SourceError) as caught:
        kind(reach).fetch(Ref(address), Conditional(), NOW)
    assert caught.value.code
    assert caught.value.sentence_id.endswith(".")
    assert caught.value.sentence_en.endswith(".")


def test_a_file_in_the_drop_folder_is_taken_as_it_lies(reach: Reach) -> None:
    assert reach.drop_folder is not None
    (reach.drop_folder / "dinkes").mkdir()
    (reach.drop_folder / "dinkes" / "ihk.csv").write_bytes(b"a,b\n1,2\n")
    fetched = DropFolder(reach).fetch(Ref("dinkes/ihk.csv"), Conditional(), NOW)
    assert fetched.path is not None
    assert fetched.path.read_bytes() == b"a,b\n1,2\n"
    assert fetched.file_name == "ihk.csv"
    known = Conditional(known=frozenset({fetched.sha256 or ""}))
    assert DropFolder(reach).fetch(Ref("dinkes/ihk.csv"), known, NOW).path is None


def test_a_link_out_of_the_drop_folder_is_refused(reach: Reach, tmp_path: Path) -> None:
    assert reach.drop_folder is not None
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (reach.drop_folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    for address in ("link.csv", "../secret.csv", "/../secret.csv", "."):
        with pytest.raises(SourceError) as caught:
            DropFolder(reach).fetch(Ref(address), Conditional(), NOW)
        assert caught.value.code == "bad-address"


def test_a_folder_or_a_pipe_in_the_drop_folder_is_told_and_waited_for_by_nobody(
    reach: Reach,
) -> None:
    assert reach.drop_folder is not None
    (reach.drop_folder / "dinkes").mkdir()
    os.mkfifo(reach.drop_folder / "pipa.csv")
    for address in ("dinkes", "pipa.csv"):
        with pytest.raises(SourceError, match="bukan berkas") as caught:
            DropFolder(reach).fetch(Ref(address), Conditional(), NOW)
        assert (caught.value.fault, caught.value.permanent) == (Fault.SOURCE, True)


def test_a_file_that_is_not_there_is_no_fault_of_ours(reach: Reach) -> None:
    with pytest.raises(SourceError) as caught:
        DropFolder(reach).fetch(Ref("later.csv"), Conditional(), NOW)
    assert (caught.value.code, caught.value.fault) == ("no-file", Fault.SOURCE)


def test_an_installation_without_a_drop_folder_says_so(
    tmp_path: Path, fetcher_for: Callable[..., Fetcher]
) -> None:
    with pytest.raises(SourceError) as caught:
        DropFolder(Reach(fetcher_for(), tmp_path)).fetch(Ref("x.csv"), Conditional(), NOW)
    assert caught.value.code == "no-drop-folder"


def test_an_http_file_is_fetched_from_its_address(
    raw: Callable[[Talk], RawServer], fetcher_for: Callable[..., Fetcher], tmp_path: Path
) -> None:
    server = raw(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na\n1\n"))
    kind = next(kind for kind in KINDS if kind.kind is SourceKind.HTTP_FILE)
    reach = Reach(fetcher_for(server.port), tmp_path)
    assert kind(reach).fetch(Ref(server.address), Conditional(), NOW).n_bytes == 4
