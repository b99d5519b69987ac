"""A small seeded sample of the outbox campaign: senders killed in mid-sending lose nothing."""

from tests.campaign.outbox_kills import run


def test_no_notice_is_lost_or_told_twice_when_senders_are_killed(database_url: str) -> None:
    outcome = run(database_url.split(":")[0], database_url, n_events=36, n_kills=3, seed=7)
    print(outcome.line())
    assert outcome.n_kills >= 1
    assert outcome.n_sent >= 12
    assert outcome.n_sent + outcome.n_superseded == outcome.n_notices
    assert outcome.errors == []
    assert outcome.lost == []
    assert outcome.told_twice == []
    assert outcome.unended == 0
    assert outcome.repeats <= outcome.n_kills
