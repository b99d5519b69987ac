"""One year in the life of the monitor, with and without everything that goes wrong.

    python -m tests.campaign.year [--sources 1000] [--days 365] [--seed 1]
                                  [--database sqlite|postgresql]

The same city is lived twice under a simulated clock, each look over real HTTP, each mail
over real SMTP, by processes of their own. The second time servers fail, lie and hang up,
our own line and the monitor itself are down for days, the relay too, the database is locked,
two schedulers run at once, and processes are killed while they look, write and send. In the
end the ledgers must agree, but for what the ledger itself calls unobserved; no notice may be
lost or told twice, nobody reproached for data that came in time. Exit 1 on any miss.
"""

import argparse
import tempfile
from datetime import date
from pathlib import Path
from random import Random

from rich.progress import Progress

from catalog.intake.holidays import seed_holidays
from catalog.models.almanac import load_calendar
from catalog.models.db import engine_for, migrate, unit_of_work
from catalog.rules.calendar import Calendar
from tests.campaign.outbox_kills import database_of
from tests.campaign.year.comparing import Compared, compare
from tests.campaign.year.living import Lived, Strikes, Year
from tests.campaign.year.story import invent
from tests.flow.world import ZONE


def run(
    *,
    n_sources: int,
    n_days: int,
    seed: int,
    database: str,
    strikes: Strikes,
    troubles: float = 1.0,
) -> tuple[Compared, Lived, Lived]:
    """Live both years and compare them."""
    story = invent(_calendar(), n_sources=n_sources, n_days=n_days, seed=seed, troubles=troubles)
    with (
        Progress(transient=True) as progress,
        tempfile.TemporaryDirectory() as folder,
        database_of(database) as calm_url,
        database_of(database) as troubled_url,
    ):
        years = []
        for name, url, struck in (
            ("calm", calm_url, Strikes()),
            ("troubled", troubled_url, strikes),
        ):
            task = progress.add_task(name, total=None)
            year = Year(story, url, Path(folder) / name, with_faults=name == "troubled")
            year.live(
                struck,
                Random(seed),
                lambda done, total, task=task: progress.update(task, completed=done, total=total),
            )
            years.append(year)
        calm, troubled = years
        compared = compare(calm, troubled)
        for year in years:
            year.engine.dispose()
    return compared, calm.lived, troubled.lived


def _calendar() -> Calendar:
    """Return the calendar that a fresh installation has."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(f"sqlite:///{folder}/calendar.db")
        migrate(engine)
        with unit_of_work(engine) as session:
            seed_holidays(session, date(2025, 1, 1))
            session.flush()
            calendar = load_calendar(session, ZONE)
        engine.dispose()
    return calendar


def misses(compared: Compared, *lives: Lived) -> list[str]:
    """Return all that must not be."""
    found = [
        *compared.wrong,
        *compared.lost,
        *compared.doubled,
        *compared.unended,
        *compared.false_reproach,
    ]
    for lived in lives:
        found += [*lived.false_late, *lived.false_fresh, *lived.errors]
    if compared.n_repeats > lives[-1].kills_in_gap:
        found.append(f"{compared.n_repeats} repeats, {lives[-1].kills_in_gap} kills of senders")
    return found


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=150)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    compared, calm, troubled = run(
        n_sources=given.sources,
        n_days=given.days,
        seed=given.seed,
        database=given.database,
        strikes=Strikes(looks=given.kills, tells=given.kills // 3, locks=given.kills // 10),
    )
    print(
        f"seed {given.seed}, {given.database}, {given.sources} sources, {given.days} days: "
        f"{compared.n_obligations} obligations, {compared.n_equal} equal, "
        f"{compared.n_unobserved} unobserved, {compared.n_doubt} in doubt, "
        f"{len(compared.wrong)} wrong; {compared.n_notices} notices, {compared.n_sent} sent, "
        f"{compared.n_superseded} superseded, lost {len(compared.lost)}, doubled "
        f"{len(compared.doubled)}, unended {len(compared.unended)}, raw repeats "
        f"{compared.n_repeats}, not told because out of sight {compared.n_missing_explained}, "
        f"false reproach {len(compared.false_reproach)}; {troubled.kills} kills, "
        f"{troubled.locks} locks, false late {len(troubled.false_late)}, false fresh "
        f"{len(troubled.false_fresh)}, errors {len(troubled.errors)}; "
        f"{calm.seconds:.0f} s calm, {troubled.seconds:.0f} s troubled"
    )
    found = misses(compared, calm, troubled)
    for line in found[:40]:
        print("  ", line)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
