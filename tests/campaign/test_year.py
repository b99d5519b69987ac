"""Some weeks in the life of the monitor, with more troubles than a year would bring."""

from tests.campaign.year.__main__ import misses, run
from tests.campaign.year.living import Strikes


def test_weeks_full_of_trouble_end_in_the_ledger_and_the_letters_of_calm_ones() -> None:
    compared, calm, troubled = run(
        n_sources=12,
        n_days=40,
        seed=5,
        database="sqlite",
        strikes=Strikes(looks=2, tells=1, locks=1),
        troubles=8.0,
    )
    assert misses(compared, calm, troubled) == []
    assert compared.n_obligations and compared.n_sent
    assert troubled.kills >= 1
