"""All the faults, in the order of the table."""

from multiprocessing.connection import Connection

# Imported for the faults that they register.
from tests.campaign.faults import clocks as clocks
from tests.campaign.faults import content as content
from tests.campaign.faults import databases as databases
from tests.campaign.faults import files as files
from tests.campaign.faults import forbidden as forbidden
from tests.campaign.faults import line as line
from tests.campaign.faults import mail as mail
from tests.campaign.faults import processes as processes
from tests.campaign.faults import releases as releases
from tests.campaign.faults import servers as servers
from tests.campaign.faults import storage as storage
from tests.campaign.faults import tls as tls
from tests.campaign.faults.bench import FAULTS, Fault


def ordered() -> list[Fault]:
    """Return the faults as the table numbers them; what has no number comes last."""
    return sorted(FAULTS.values(), key=lambda one: int(one.id[1:]) if one.id[1:].isdigit() else 99)


def play(id: str, seed: int, answer: Connection) -> None:
    """Play one fault in this process and send what was seen."""
    answer.send(FAULTS[id].run(seed))
    answer.close()
