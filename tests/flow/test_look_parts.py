"""Datasets of several files: all parts count, or any of them, through real looks."""

from datetime import datetime
from typing import Any

import pytest

from catalog import models
from catalog.models import SourceKind
from catalog.models.db import unit_of_work
from catalog.rules.terms import Access, Cadence, Headline, Merge, Rank, State, Validity
from checks.judge import tick
from checks.look import decide, look_at, receive
from checks.operating.rests import pause
from tests.flow.world import World, wib

HEAD = "Bulan,IHK,Inflasi\n"
JAN, FEB = "Januari 2025,106.6,0.8\n", "Februari 2025,105.9,0.3\n"
MAR, APR = "Maret 2025,107.6,1.6\n", "April 2025,108.7,1.0\n"
UNTIL_FEB, UNTIL_MAR = HEAD + FEB + JAN, HEAD + MAR + FEB + JAN


class Parts:
    """A monthly dataset from March on, of files that are served and looked at one by one."""

    def __init__(self, world: World, names: str, **dataset: Any) -> None:
        self.world = world
        self.sources: dict[str, int] = {}
        day = wib("2025-03-20 00:00").date()
        self.id, first = world.promise(self.address(names[0]), agreed_on=day, **dataset)
        self.sources[names[0]] = first
        for name in names[1:]:
            self.add(name, datetime.fromisoformat("2025-01-01T00:00:00+00:00"))

    def address(self, name: str) -> str:
        return f"{self.world.feed.address}/{name}.csv"

    def add(self, name: str, at: datetime) -> None:
        with unit_of_work(self.world.engine) as session:
            source = models.Source(
                dataset_id=self.id,
                kind=SourceKind.HTTP_FILE,
                address=self.address(name),
                host=self.address(name).split("/")[2],
                next_look_at=at,
                created_at=at,
            )
            session.add(source)
            session.flush()
            self.sources[name] = source.id or 0

    def retire(self, name: str, at: str) -> None:
        with unit_of_work(self.world.engine) as session:
            session.get_one(models.Source, self.sources[name]).retired_at = wib(at)

    def say(self, merge: Merge, at: str) -> None:
        with unit_of_work(self.world.engine) as session:
            dataset = session.get_one(models.Dataset, self.id)
            dataset.merge, dataset.merge_since = merge, wib(at)

    def at(self, name: str, when: str, body: str | bytes | None = None) -> None:
        """Look at a part at a local time, with this content behind its address from then on."""
        if body is not None:
            self.world.feed.serve(f"/{name}.csv", body)
        self.world.extend(wib(when))
        look_at(self.world.watcher, [self.sources[name]], wib(when))

    def march(self) -> models.Closing | None:
        return self.world.closings(self.id).get("2025-03")

    def state(self, when: str, label: str = "2025-03") -> State:
        judged = self.world.standing(self.id, wib(when)).judged
        return next(j.state for j in judged if j.obligation.period.label == label)


def upload(world: World, dataset: int, when: str, body: str) -> None:
    path = world.watcher.originals.scratch / "sent.csv"
    path.write_text(body)
    receive(
        world.watcher,
        dataset,
        path,
        "sent.csv",
        person_id=None,
        declared_period=None,
        now=wib(when),
    )


def test_a_month_is_closed_by_the_last_of_its_parts(world: World) -> None:
    parts = Parts(world, "ab")
    parts.at("a", "2025-04-08 08:00", UNTIL_FEB)
    parts.at("b", "2025-04-08 09:00", UNTIL_FEB)
    parts.at("a", "2025-04-09 08:00", UNTIL_MAR)
    assert parts.march() is None
    parts.at("b", "2025-04-17 20:00")
    assert parts.march() is None
    parts.at("b", "2025-04-18 06:00", UNTIL_MAR + "Desember 2024,1,1\n")
    closing = parts.march()
    assert closing is not None
    assert (closing.at, closing.rank) == (wib("2025-04-17 20:00:01"), Rank.E5)
    assert (closing.seen_at, closing.timing_observed) == (wib("2025-04-18 06:00"), True)
    assert closing.version_id == world.versions(parts.id)[-1].id


def test_with_any_the_first_part_closes_the_month(small_world: World) -> None:
    parts = Parts(small_world, "ab", merge=Merge.ANY)
    parts.at("a", "2025-04-08 08:00", UNTIL_FEB)
    parts.at("a", "2025-04-09 08:00", UNTIL_MAR)
    closing = parts.march()
    assert closing is not None
    assert closing.at == wib("2025-04-08 08:00:01")


def test_an_early_row_of_every_part_closes_the_month_at_its_end(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    parts.at("a", "2025-03-25 08:00", UNTIL_MAR)
    parts.at("b", "2025-03-26 08:00", UNTIL_MAR + "Desember 2024,1,1\n")
    tick(small_world.watcher, wib("2025-04-02 08:00"))
    closing = parts.march()
    assert closing is not None
    assert (closing.at, closing.seen_at) == (wib("2025-04-01 00:00"), wib("2025-04-01 00:00"))
    tick(small_world.watcher, wib("2025-04-02 09:00"))
    assert parts.march() == closing


def test_a_part_that_nobody_could_look_at_is_no_reproach(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    parts.at("a", "2025-04-18 08:00", UNTIL_FEB)
    assert parts.state("2025-04-18 09:00") is State.UNOBSERVED
    parts.at("b", "2025-04-18 10:00", UNTIL_FEB)
    assert parts.state("2025-04-18 09:00") is State.UNOBSERVED
    assert parts.state("2025-04-18 11:00") is State.LATE


def test_a_paused_part_is_still_waited_for(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    with unit_of_work(small_world.engine) as session:
        pause(session, parts.sources["b"], "Server pindah", "walidata", wib("2025-04-01 08:00"))
    parts.at("a", "2025-04-08 08:00", UNTIL_MAR)
    parts.at("a", "2025-04-18 08:00")
    assert parts.march() is None
    assert parts.state("2025-04-18 09:00") is State.UNOBSERVED


def test_a_part_that_was_taken_out_is_waited_for_no_more(world: World) -> None:
    parts = Parts(world, "ab")
    for name in "ab":
        parts.at(name, "2025-04-08 08:00", UNTIL_FEB)
    parts.at("a", "2025-04-09 08:00", UNTIL_MAR)
    parts.at("b", "2025-04-19 08:00")
    parts.retire("b", "2025-04-20 09:00")
    tick(world.watcher, wib("2025-04-21 08:00"))
    closing = parts.march()
    assert closing is not None
    assert (closing.at, closing.seen_at) == (wib("2025-04-08 08:00:01"), wib("2025-04-20 09:00"))
    assert parts.state("2025-04-20 08:00") is State.UNOBSERVED
    assert parts.state("2025-04-20 10:00") is State.FULFILLED


def test_a_part_that_joins_opens_nothing_again_and_counts_from_then(small_world: World) -> None:
    parts = Parts(small_world, "a")
    parts.at("a", "2025-04-08 08:00", UNTIL_FEB)
    parts.at("a", "2025-04-09 08:00", UNTIL_MAR)
    closed = parts.march()
    assert closed is not None
    parts.add("b", wib("2025-04-20 08:00"))
    parts.at("a", "2025-05-08 08:00", HEAD + APR + MAR)
    tick(small_world.watcher, wib("2025-05-09 08:00"))
    assert small_world.closings(parts.id) == {"2025-03": closed}
    # Before it joined nobody waited for it.
    assert small_world.standing(parts.id, wib("2025-04-18 09:00")).n_parts == 1
    assert small_world.standing(parts.id, wib("2025-05-09 09:00")).n_parts == 2


def test_an_upload_speaks_for_the_whole_dataset(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    parts.at("a", "2025-04-08 08:00", UNTIL_FEB)
    parts.at("b", "2025-04-08 09:00", UNTIL_FEB)
    upload(small_world, parts.id, "2025-04-12 10:00", UNTIL_MAR)
    closing = parts.march()
    assert closing is not None
    assert (closing.at, closing.timing_observed) == (wib("2025-04-12 10:00"), True)


@pytest.mark.parametrize("merge", list(Merge))
def test_one_file_and_one_upload_are_judged_as_if_there_were_no_parts(
    small_world: World, merge: Merge
) -> None:
    parts = Parts(small_world, "a", merge=merge)
    parts.at("a", "2025-04-08 08:00", UNTIL_FEB)
    upload(small_world, parts.id, "2025-04-12 10:00", UNTIL_MAR)
    closing = parts.march()
    assert closing is not None
    assert closing.at == wib("2025-04-12 10:00")
    parts.at("a", "2025-05-08 08:00", HEAD + APR + MAR)
    assert list(small_world.closings(parts.id)) == ["2025-03", "2025-04"]


def test_changes_without_a_period_are_counted_part_by_part(world: World) -> None:
    head = "Kecamatan,Jumlah\n"
    parts = Parts(world, "ab")
    parts.at("a", "2025-04-02 08:00", head + "Timur,1\n")
    parts.at("b", "2025-04-02 09:00", head + "Barat,1\n")
    # The first version of each part is no change, and one part alone closes nothing.
    parts.at("a", "2025-04-08 08:00", head + "Timur,2\n")
    parts.at("a", "2025-05-08 08:00", head + "Timur,3\n")
    assert world.closings(parts.id) == {}
    parts.at("b", "2025-05-09 08:00", head + "Barat,2\n")
    closing = parts.march()
    assert closing is not None
    assert (closing.at, closing.rank) == (wib("2025-04-02 09:00:01"), Rank.E4)
    assert list(world.closings(parts.id)) == ["2025-03"]
    # The second change of the first part was April's already: the second one's ends it.
    parts.at("b", "2025-05-10 08:00", head + "Barat,3\n")
    assert list(world.closings(parts.id)) == ["2025-03", "2025-04"]
    assert world.closings(parts.id)["2025-04"].at == wib("2025-05-09 08:00:01")
    tick(world.watcher, wib("2025-05-11 08:00"))
    assert len(world.closings(parts.id)) == 2


def test_what_a_part_holds_is_touched_and_not_gone_back_to(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    parts.at("a", "2025-04-08 08:00", UNTIL_FEB)
    parts.at("b", "2025-04-08 09:00", UNTIL_MAR)
    parts.at("a", "2025-04-09 08:00", UNTIL_FEB.replace("\n", "\r\n"))
    parts.at("b", "2025-04-09 09:00", HEAD + APR + MAR)
    parts.at("b", "2025-04-10 09:00", UNTIL_MAR)
    ranks = [version.rank for version in small_world.versions(parts.id)]
    assert ranks == [Rank.E5, Rank.E5, Rank.E2, Rank.E5, Rank.E0]


def test_a_version_confirmed_late_moves_the_whole_to_its_first_sight(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    long = HEAD + "".join(
        f"{m} {y},1.{y % 7},2\n" for y in (2022, 2023, 2024) for m in ("Mei", "Juni", "Juli")
    )
    long += "".join(f"{m} 2021,1.5,2\n" for m in ("Januari", "Maret", "April", "Mei", "Juni"))
    long += "".join(f"{m} 2020,1.5,2\n" for m in ("Januari", "Maret", "April", "Mei", "Juni"))
    long += "Juli 2020,1,1\nAgustus 2020,1,1\n"
    parts.at("a", "2025-04-02 08:00", long + FEB)
    parts.at("b", "2025-04-02 08:00", UNTIL_FEB)
    parts.at("b", "2025-04-03 08:00", UNTIL_MAR)
    parts.at("a", "2025-04-09 08:00", UNTIL_MAR + "Desember 2024,1,1\n")
    held = small_world.versions(parts.id)[-1]
    assert held.status is models.VersionStatus.QUARANTINED
    parts.at("a", "2025-04-21 08:00", long + MAR + FEB)
    first = parts.march()
    assert first is not None
    assert first.at == wib("2025-04-09 08:00:01")
    decide(small_world.watcher, held.id or 0, True, "walidata", "memang pendek", wib("2025-05-01"))
    moved = parts.march()
    assert moved is not None
    assert moved.at == wib("2025-04-02 08:00:01")


def test_what_follows_from_another_word_is_known_from_then(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    for name in "ab":
        parts.at(name, "2025-04-08 08:00", UNTIL_FEB)
    parts.at("a", "2025-04-09 08:00", UNTIL_MAR)
    parts.at("b", "2025-04-18 08:00")
    parts.at("a", "2025-04-18 08:00")
    before = parts.state("2025-04-19 08:00")
    parts.say(Merge.ANY, "2025-04-20 08:00")
    tick(small_world.watcher, wib("2025-04-21 08:00"))
    closing = parts.march()
    assert closing is not None
    assert (closing.at, closing.seen_at) == (wib("2025-04-08 08:00:01"), wib("2025-04-20 08:00"))
    assert before is State.LATE
    assert parts.state("2025-04-19 08:00") is before
    assert small_world.standing(parts.id, wib("2025-04-19 08:00")).merge is Merge.ALL
    assert parts.state("2025-04-20 08:00") is State.FULFILLED


def test_the_worst_part_gives_access_validity_and_coverage(small_world: World) -> None:
    parts = Parts(small_world, "ab")
    parts.at("a", "2025-04-08 08:00", UNTIL_MAR)
    seen = small_world.standing(parts.id, wib("2025-04-08 09:00"))
    assert (seen.access, seen.validity) == (Access.BELUM_DIPERIKSA, Validity.BELUM_DIPERIKSA)
    assert seen.newest_period is None
    parts.at("b", "2025-04-08 08:00", UNTIL_FEB)
    seen = small_world.standing(parts.id, wib("2025-04-08 09:00"))
    assert (seen.access, seen.validity) == (Access.LANCAR, Validity.VALID)
    assert (seen.newest_period, seen.n_parts, seen.merge) == ("2025-02", 2, Merge.ALL)
    small_world.feed.fail("/b.csv", 500)
    parts.at("b", "2025-04-09 08:00")
    parts.at("a", "2025-04-09 09:00")
    seen = small_world.standing(parts.id, wib("2025-04-09 10:00"))
    assert (seen.access, seen.validity) == (Access.TERGANGGU, Validity.VALID)


@pytest.mark.parametrize(
    ("merge", "expected"), [(Merge.ALL, Headline.LATE), (Merge.ANY, Headline.CURRENT)]
)
def test_a_rolling_dataset_is_as_old_as_its_oldest_part(
    small_world: World, merge: Merge, expected: Headline
) -> None:
    parts = Parts(small_world, "ab", cadence=Cadence.HARIAN, merge=merge)
    head = "Tanggal,Nilai\n"
    parts.at("b", "2025-04-10 08:00", head + "2025-04-07,1\n2025-04-06,2\n")
    parts.at("a", "2025-04-10 09:00", head + "2025-04-10,1\n2025-04-09,2\n")
    found = small_world.standing(parts.id, wib("2025-04-10 10:00"))
    assert found.headline is expected
