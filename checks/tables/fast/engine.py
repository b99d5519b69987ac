"""The verdict on the rows of a file: proven in blocks, judged where no proof covers them."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from checks.tables.fast.ahead import ahead
from checks.tables.fast.blocks import BLOCK_BYTES, Block, blocks_of
from checks.tables.fast.choosing import log_for
from checks.tables.fast.doubts import Doubts
from checks.tables.fast.gates import Gate, SlowPath
from checks.tables.fast.judge import Judge
from checks.tables.fast.plan import Plan
from checks.tables.fast.proving import Proved, prover_for
from checks.tables.fast.walk import Record, Walker, rows_again
from checks.tables.findings import N_SHOWN
from checks.tables.oracle.wording import SchemaError

_MOST_KNOWN = 1_000
_LONGEST_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of a file begin: the byte and the record number; which do not count.

    `n_bytes` is the size of the file, `longest` the cap of a cell.
    """

    stream: BinaryIO
    offset: int
    first_row: int
    n_bytes: int
    longest: int
    ignored: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The errors of all rows: the first ones in order, and the count of all."""

    n_rows: int
    errors: tuple[SchemaError, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Known:
    """What cells say in whichever row they stand; of blank and short rows many are alike."""

    counts: Mapping[str, int]
    keys: list[str | None]
    is_sparse: bool


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A row with errors; None where a repeated key is still to be put among them."""

    cells: list[str]
    errors: list[SchemaError] | None


class Scan:
    """One pass over the rows of a file, and a second look at rows whose keys collide."""

    def __init__(self, plan: Plan, doubts: Doubts, rows: Rows) -> None:
        self.rows = rows
        self.judge = Judge(plan)
        self.doubts = doubts
        self.prover = prover_for(plan)
        self.log = log_for(plan, rows.stream, rows.n_bytes)
        self.walker = Walker(plan.delimiter, rows.first_row, rows.longest)
        self.counts: Counter[str] = Counter()
        self.wrong: dict[int, _Wrong] = {}
        self.repeated: dict[int, dict[int, int]] = {}
        self.n_longer = self.widest = self.n_sparse = self.n_kept = 0
        self._known: dict[tuple[str, ...], _Known] = {}

    def verdict(self) -> Verdict:
        """Return the verdict. Raises SlowPath when Frictionless has to read the file itself."""
        try:
            with closing(self._proved()) as proved_blocks:
                for block, proved in proved_blocks:
                    self._take(block, proved)
            self.walker.ended()
            self._look_again()
            shown = tuple(self._shown())
        except (TypeError, ValueError, ArithmeticError) as error:
            # Frictionless's own readers stumble here; it shall say so itself.
            raise SlowPath(Gate.ODD_VALUE) from error
        n_rows = self.walker.next_row - self.rows.first_row
        return Verdict(n_rows, shown, dict(self.counts))

    def _proved(self) -> Generator[tuple[Block, Proved], None, None]:
        """Yield the blocks with their proofs, proving a few ahead when there are several."""
        blocks = blocks_of(self.rows.stream, self.rows.offset, self.rows.longest)
        if self.rows.n_bytes > BLOCK_BYTES:
            yield from ahead(lambda block: self.prover.prove(block.lines), blocks)
            return
        for block in blocks:
            yield block, self.prover.prove(block.lines)

    def _take(self, block: Block, proved: Proved) -> None:
        for record in self.walker.records(block, proved.n_lines, proved.unproven):
            self._judge(record)
        if self.judge.plan.keys:
            rows = self.walker.spans[-1].rows(proved.n_lines)
            self.log.add_proven(block, rows, self.walker.proven)

    def _judge(self, record: Record) -> None:
        row, cells = record.row, record.cells
        if len(cells) > len(self.judge.columns):
            self.n_longer += 1
            self.widest = max(self.widest, len(cells))
        if self.n_kept < N_SHOWN:
            self._judge_in_full(row, cells)
            return
        key = tuple(cells)
        known = self._known.get(key)
        if known is None:
            counts, values = self.judge.counted(cells)
            if self.doubts:
                counts.update(error.code for error in self.doubts.about(row, cells))
            known = _Known(counts, self._key_texts(values), _is_sparse(cells))
            if len(self._known) < _MOST_KNOWN and sum(map(len, cells)) < _LONGEST_KNOWN:
                self._known[key] = known
        self.n_sparse += known.is_sparse
        if row not in self.rows.ignored:
            self.counts.update(known.counts)
        if known.keys:
            self.log.add_read(row, known.keys)

    def _judge_in_full(self, row: int, cells: list[str]) -> None:
        self.n_sparse += _is_sparse(cells)
        judged = self.judge.judged(row, cells)
        errors = self._with_doubts(row, cells, judged.errors)
        if errors and row not in self.rows.ignored:
            for error in errors:
                self.counts[error.code] += 1
            if self.n_kept < N_SHOWN:
                self.n_kept += len(errors)
                self.wrong[row] = _Wrong(cells, errors)
        if self.judge.plan.keys:
            self.log.add_read(row, self._key_texts(judged.values))

    def _key_texts(self, values: Sequence[object]) -> list[str | None]:
        keys = self.judge.plan.keys
        return [
            None if found is None else self.judge.key_text(key, found)
            for key, found in zip(keys, self.judge.keys_among(values), strict=True)
        ]

    def _with_doubts(
        self, row: int, cells: list[str], errors: list[SchemaError]
    ) -> list[SchemaError]:
        return [*errors, *self.doubts.about(row, cells)] if self.doubts else errors

    def _look_again(self) -> None:
        """Read the rows again whose keys may stand twice, and compare the values themselves."""
        keys = self.judge.plan.keys
        last: list[dict[tuple[object, ...], int]] = [{} for _ in keys]
        suspects = self.log.suspects()
        n_kept = 0
        for row, cells in rows_again(self.rows.stream, self.walker, suspects):
            for n, values in enumerate(self.judge.key_values(cells)):
                # What is not equal to itself is equal to nothing.
                if values is None or any(value != value for value in values):
                    continue
                before = last[n].get(values)
                last[n][values] = row
                if before is None or row in self.rows.ignored:
                    continue
                self.counts["primary-key" if keys[n].is_primary else "unique-error"] += 1
                if n_kept < N_SHOWN or row in self.repeated:
                    n_kept += row not in self.repeated
                    self.repeated.setdefault(row, {})[n] = before
                    self.wrong[row] = _Wrong(cells, None)

    def _shown(self) -> Iterator[SchemaError]:
        n_left = N_SHOWN
        for row in sorted(self.wrong):
            wrong = self.wrong[row]
            errors = wrong.errors
            if errors is None:
                judged = self.judge.judged(row, wrong.cells, self.repeated[row])
                errors = self._with_doubts(row, wrong.cells, judged.errors)
            errors = errors[:n_left]
            yield from errors
            n_left -= len(errors)
            if not n_left:
                return


def _is_sparse(cells: list[str]) -> bool:
    return len(list(filter(str.strip, cells))) == 1


def verdict_on_rows(plan: Plan, doubts: Doubts, rows: Sequence[Sequence[str | None]]) -> Verdict:
    """Return the verdict on rows that are held; they are numbered from 2."""
    judge = Judge(plan)
    last: list[dict[tuple[object, ...], int]] = [{} for _ in plan.keys]
    counts: Counter[str] = Counter()
    shown: list[SchemaError] = []
    try:
        for row, cells in enumerate(rows, start=2):
            repeated = {}
            for n, values in enumerate(judge.key_values(cells)):
                if values is not None and all(value == value for value in values):
                    if values in last[n]:
                        repeated[n] = last[n][values]
                    last[n][values] = row
            errors = judge.judged(row, cells, repeated).errors
            if doubts:
                errors.extend(doubts.about(row, cells))
            if errors:
                counts.update(error.code for error in errors)
                shown.extend(errors[: N_SHOWN - len(shown)])
    except (TypeError, ValueError, ArithmeticError) as error:
        raise SlowPath(Gate.ODD_VALUE) from error
    return Verdict(len(rows), tuple(shown), dict(counts))
