"""Two reports of one file, side by side; what may differ on purpose is listed here."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from checks.tables.fast import blocks, engine
from checks.tables.fast.keys import KeyLog, StandardLog
from checks.tables.fast.plan import Plan
from checks.tables.fast.polars_keys import PolarsLog
from checks.tables.fast.proving import Prover, StandardProver, prover_for
from checks.tables.findings import Finding, Report
from checks.tables.reading import Caps, UnreadableTable
from checks.tables.validation import BadSchema, validate

# What the fast engine says beyond Frictionless, each a warning, never an error.
IMPROVEMENTS = {
    "mutakhir/decimal-sign": "1000.5 is read as 10005 where the point groups thousands",
    "mutakhir/loose-pattern": "the pattern a|b is anchored as ^a or b$ and accepts axyz",
}
Outcome = Report | str


@dataclass(frozen=True, slots=True)
class Tier:
    """One way through the fast engine: what proves the lines and what keeps the keys."""

    prover: Callable[[Plan], Prover]
    log: Callable[[Plan, BinaryIO], KeyLog]


TIERS = {
    "standard": Tier(
        lambda plan: StandardProver(plan.line, plan.blank), lambda plan, stream: StandardLog(plan)
    ),
    "re2": Tier(prover_for, lambda plan, stream: StandardLog(plan)),
    "polars": Tier(
        prover_for,
        lambda plan, stream: PolarsLog(plan, stream) if plan.keys else StandardLog(plan),
    ),
}


@contextmanager
def forced(tier: Tier, block_bytes: int) -> Iterator[None]:
    """Make the fast engine take one way, in blocks of so many bytes."""
    kept = engine.prover_for, engine.log_for
    sizes = engine.BLOCK_BYTES, blocks.BLOCK_BYTES, blocks._FIRST_BYTES
    engine.prover_for = tier.prover
    engine.log_for = lambda plan, stream, n_bytes: tier.log(plan, stream)
    engine.BLOCK_BYTES = blocks.BLOCK_BYTES = blocks._FIRST_BYTES = block_bytes
    try:
        yield
    finally:
        engine.prover_for, engine.log_for = kept
        engine.BLOCK_BYTES, blocks.BLOCK_BYTES, blocks._FIRST_BYTES = sizes


def outcome(path: Path, schema: dict[str, Any] | None, way: str) -> Outcome:
    """Return the report of one engine, or the class of the error it raises."""
    try:
        return validate(path, schema, engine=way, caps=Caps())  # type: ignore[arg-type]
    except (BadSchema, UnreadableTable) as error:
        return type(error).__name__


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two engines said of one file; `difference` is None when it is the same."""

    difference: str | None
    gate: str | None
    n_errors: int
    improvements: Counter[str]


def compare(
    path: Path, schema: dict[str, Any] | None, tier: str = "standard", block_bytes: int = 8 << 20
) -> Comparison:
    """Hold the fast engine against Frictionless on one file."""
    expected = outcome(path, schema, "frictionless")
    with forced(TIERS[tier], block_bytes):
        seen = outcome(path, schema, "fast")
    if isinstance(expected, str) or isinstance(seen, str):
        same = expected == seen
        return Comparison(None if same else f"{expected} / {seen}", None, 0, Counter())
    beyond = Counter({code: n for code, n in seen.counts.items() if code in IMPROVEMENTS})
    n_errors = sum(expected.counts.values())
    return Comparison(_difference(expected, seen), seen.gate, n_errors, beyond)


def _difference(expected: Report, seen: Report) -> str | None:
    kept = tuple(f for f in seen.findings if f.code not in IMPROVEMENTS)
    counts = {code: n for code, n in seen.counts.items() if code not in IMPROVEMENTS}
    pairs: list[tuple[str, Any, Any]] = [
        ("valid", expected.valid, seen.valid),
        ("n_rows", expected.n_rows, seen.n_rows),
        ("fields", expected.fields, seen.fields),
        ("counts", dict(expected.counts), counts),
    ]
    for what, wanted, found in pairs:
        if wanted != found:
            return f"{what}: {wanted} / {found}"
    # Our warnings take places among the thousand that are shown.
    shown = expected.findings[: len(kept)] if len(seen.findings) > len(kept) else expected.findings
    return None if shown == kept else _first(shown, kept)


def _first(expected: tuple[Finding, ...], seen: tuple[Finding, ...]) -> str:
    for wanted, found in zip(expected, seen, strict=False):
        if wanted != found:
            return f"first: {wanted} / {found}"
    return f"{len(expected)} / {len(seen)} findings"
