"""A dataset that has kept its promise, and a server of its own that then turns against us."""

import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from catalog import models
from catalog.models.db import unit_of_work
from catalog.rules.terms import Access, Headline, Outcome, State
from checks.look import look_at
from checks.sources.fetcher import Fetcher, host_of
from checks.sources.wire import Limits
from tests.campaign.faults.bench import Bench
from tests.flow.world import World, wib
from tests.sources.conftest import QUICK
from tests.sources.raw import RawServer, Talk, says
from tests.sources.replies import sized

TABLE = b"Bulan,IHK,Inflasi\nJanuari 2025,106.6,0.8\nFebruari 2025,105.9,0.3\n"
#: February is due on 10 March; March, that nobody has sent, on Thursday 10 April.
BEGAN = wib("2025-03-01 08:00")
ATTACKED = wib("2025-04-01 08:00")


@dataclass
class Siege:
    """One dataset, fulfilled for February and open for March, and what its server says."""

    bench: Bench
    world: World
    server: RawServer
    dataset: int
    source: int
    now: datetime = ATTACKED
    talk: Talk = field(default_factory=lambda: says(sized(TABLE)))

    def say(self, talk: Talk) -> None:
        """Let the server answer this from now on."""
        self.talk = talk

    def look(self, wait: timedelta = timedelta(minutes=40)) -> models.Check:
        """Look once, some time after the look before."""
        self.now += wait
        look_at(self.world.watcher, [self.source], self.now)
        return self.world.checks(self.dataset)[-1]

    def point(self, address: str) -> None:
        """Give the source another address."""
        with unit_of_work(self.world.engine) as session:
            source = session.get_one(models.Source, self.source)
            source.address, source.host = address, host_of(address)
            source.n_failed, source.failing_since = 0, None
            source.etag = source.last_modified = None

    def attack(
        self,
        what: str,
        talk: Talk | None,
        codes: str | Collection[str],
        *,
        outcome: Outcome = Outcome.SOURCE_FAILED,
        most_seconds: float = 3.5,
        n_looks: int = 1,
    ) -> models.Check:
        """Let the server say this, look, and hold what came of it against what is required.

        Whatever it is: a reason is written down, no content is taken for data, February
        stays fulfilled, March stays open, nothing is left in the scratch folder.
        """
        if talk is not None:
            self.say(talk)
        began = time.monotonic()
        for _ in range(n_looks):
            check = self.look()
        seconds = (time.monotonic() - began) / n_looks
        wanted = {codes} if isinstance(codes, str) else set(codes)
        self.bench.expect(f"{what}: outcome", check.outcome, outcome)
        self.bench.need(f"{what}: code {check.code!r} of {sorted(wanted)}", check.code in wanted)
        self.bench.need(f"{what}: no reason was written", check.reason)
        self.bench.need(f"{what}: took {seconds:.1f} s", seconds <= most_seconds)
        self.judge(what)
        return check

    def judge(self, what: str) -> None:
        """Hold the verdict against what is true: nothing false fresh, nothing false late."""
        accepted = [
            version
            for version in self.world.versions(self.dataset)
            if version.status is models.VersionStatus.ACCEPTED
        ]
        self.bench.expect(f"{what}: accepted versions", len(accepted), 1)
        self.bench.expect(f"{what}: closed", set(self.world.closings(self.dataset)), {"2025-02"})
        stand = self.world.standing(self.dataset, self.now)
        states = {j.obligation.period.label: j.state for j in stand.judged}
        self.bench.expect(f"{what}: February", states["2025-02"], State.FULFILLED)
        self.bench.need(
            f"{what}: March reads {states['2025-03']}",
            states["2025-03"] in (State.RUNNING, State.OPEN, State.DUE_SOON),
        )
        self.bench.need(
            f"{what}: headline {stand.headline}",
            stand.headline in (Headline.CURRENT, Headline.DUE_SOON),
        )
        left = list(self.world.watcher.originals.scratch.glob("*"))
        self.bench.expect(f"{what}: left in the scratch folder", left, [])

    def access(self) -> Access:
        """Return whether the source is said to answer."""
        return self.world.standing(self.dataset, self.now).access

    def states(self, now: datetime) -> dict[str, State]:
        """Return the states at an instant, by period."""
        self.world.extend(now)
        stand = self.world.standing(self.dataset, now)
        return {j.obligation.period.label: j.state for j in stand.judged}


def besiege(
    bench: Bench,
    *hosts: str,
    limits: Limits = QUICK,
    body: bytes = TABLE,
    tls: ssl.SSLContext | None = None,
    **given: object,
) -> Siege:
    """Return a dataset whose February was fulfilled by its server in peace."""
    world = bench.world()
    world.watcher.fetcher.close()
    holder: list[Siege] = []
    server = bench.raw(lambda connection: holder[0].talk(connection), tls)
    allowed = (f"127.0.0.1:{server.port}", *hosts)
    fetcher = Fetcher(
        world.watcher.originals.scratch,
        contact="walidata@example.org",
        allowed_hosts=frozenset(allowed),
        spacing_seconds=0,
        limits=limits,
        **given,  # type: ignore[arg-type]
    )
    world.watcher = replace(world.watcher, fetcher=fetcher)
    dataset, source = world.promise(server.address, agreed_on=wib("2025-02-20 00:00").date())
    siege = Siege(bench, world, server, dataset, source, talk=says(sized(body)))
    holder.append(siege)
    world.extend(BEGAN)
    look_at(world.watcher, [source], BEGAN)
    world.extend(ATTACKED)
    siege.judge("in peace")
    return siege
