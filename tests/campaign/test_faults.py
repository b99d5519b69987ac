"""The fast part of the fault campaign; the whole table has its own command."""

import pytest

from tests.campaign.faults.bench import Fault
from tests.campaign.faults.table import ordered


def test_every_row_of_the_table_is_played() -> None:
    assert [fault.id for fault in ordered()] == [*(f"F{n}" for n in range(1, 41)), "FX"]


@pytest.mark.parametrize("fault", [f for f in ordered() if f.is_fast], ids=lambda f: f.id)
def test_the_fault_ends_as_required(fault: Fault) -> None:
    seen = fault.run(seed=1)
    assert seen.misses == (), f"{fault.id} {fault.title}: {fault.required}"
