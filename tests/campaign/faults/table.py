"""All the faults, in the order of the table."""

from multiprocessing.connection import Connection

from tests.campaign.faults import (
    clocks,
    content,
    databases,
    files,
    forbidden,
    line,
    mail,
    processes,
    releases,
    servers,
    storage,
    tls,
)
from tests.campaign.faults.bench import FAULTS, Fault

ROOMS = (
    clocks,
    content,
    databases,
    files,
    forbidden,
    line,
    mail,
    processes,
    releases,
    servers,
    storage,
    tls,
)


def ordered() -> list[Fault]:
    """Return the faults as the table numbers them; what has no number comes last."""
    assert all(room.__name__ for room in ROOMS)
    return sorted(FAULTS.values(), key=lambda one: int(one.id[1:]) if one.id[1:].isdigit() else 99)


def play(id: str, seed: int, answer: Connection) -> None:
    """Play one fault in this process and send what was seen."""
    answer.send(FAULTS[id].run(seed))
    answer.close()
