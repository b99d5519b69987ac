"""Frictionless itself: what every other way of validating is held against."""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from checks.tables.later import Later
from checks.tables.oracle.wording import SchemaError
from checks.tables.schema import BadSchema
from checks.tables.table import Table

if TYPE_CHECKING:
    from checks.tables.oracle import parts_of_frictionless as its
else:
    # Loading Frictionless takes as long as proving a million rows.
    its = Later("checks.tables.oracle.parts_of_frictionless")


class Doubter(Protocol):
    """What has something to say about a row beyond Frictionless."""

    def about(self, row: int, cells: Sequence[str | None]) -> Iterator[SchemaError]:
        """Yield what is doubtful in a row."""


@dataclass(slots=True)
class Seen:
    """What was seen on the way through the file."""

    n_rows: int = 0
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Siblings:
    """The other resources of a package to which one of them refers, and its own name."""

    name: str
    resources: tuple["its.TableResource", ...] = ()

    def joined(self, resource: "its.TableResource") -> "its.TableResource":
        """Return a resource that finds the others by their names."""
        resource.name = self.name
        its.Package(resources=[resource, *self.resources])
        return resource


def schema_of(schema: Mapping[str, Any]) -> "its.Schema":
    """Return a trusted schema as Frictionless's own. Raises BadSchema when it refuses it."""
    try:
        return its.Schema.from_descriptor(dict(schema))
    except its.FrictionlessException as error:
        notes = "; ".join(reason.note for reason in error.reasons) or error.error.note
        raise BadSchema(f"Skema tidak dapat dipakai: {notes}.") from error


@contextmanager
def original(
    path: Path, table: Table | None, schema: Mapping[str, Any] | None
) -> Iterator["its.TableResource"]:
    """Give the file as it lies, through a link in a directory of its own.

    Frictionless takes some names for patterns and follows paths inside descriptors; the
    jail leaves it one harmless name, and scheme, format and encoding are pinned.
    """
    delimiter = pinned_delimiter(table)
    first = first_line(table)
    controls: list[its.Control] = []
    if delimiter is not None:
        controls.append(its.CsvControl(delimiter=delimiter))
    # A header in the first row of a comma file is left to Frictionless, so that on such
    # files the report is the very one that its own users get.
    dialect = its.Dialect(controls=controls)
    if first > 1 or (table and table.left_out_lines):
        dialect.header_rows = [first]
    with tempfile.TemporaryDirectory(prefix="mutakhir-") as jail:
        (Path(jail) / "table.csv").symlink_to(path.resolve())
        yield its.TableResource(
            path="table.csv",
            basepath=jail,
            scheme="file",
            format="csv",
            encoding=encoding_of(table),
            dialect=dialect,
            **_option(schema),
        )


def of_data(rows: Sequence[Any], schema: Mapping[str, Any] | None) -> "its.TableResource":
    """Return rows that stand inside of a description, the names first or in every row."""
    return its.TableResource(data=rows, detector=its.Detector(), **_option(schema))


def encoding_of(table: Table | None) -> str:
    """Return the encoding in which a file was read."""
    return (table.decided("encoding") if table else None) or "utf-8"


def pinned_delimiter(table: Table | None) -> str | None:
    """Return the delimiter that is not left to be sniffed."""
    delimiter = table.decided("delimiter") if table else None
    return None if delimiter in (None, "", ",") else delimiter


def first_line(table: Table | None) -> int:
    """Return the record that holds the header."""
    return max(table.header_line, 1) if table else 1


def normalised(table: Table, schema: Mapping[str, Any] | None) -> "its.TableResource":
    """Return the table as it was read, for files that hold it in another form."""
    rows = [list(table.header), *(list(row) for row in table.rows)]
    kept = schema or {"fields": [{"name": name, "type": "string"} for name in table.header]}
    return its.TableResource(data=rows, detector=its.Detector(), **_option(kept))


def errors_of(
    resource: "its.TableResource",
    seen: Seen,
    doubts_of: Callable[[Sequence[Any]], Doubter] | None = None,
) -> Iterator[SchemaError]:
    """Yield every error that Frictionless finds; rows are numbered as it numbers them.

    `doubts_of` makes of its fields what has more to say about each row.
    """
    with warnings.catch_warnings():
        # Frictionless warns about what it then reports as an error.
        warnings.simplefilter("ignore")
        try:
            yield from _read(resource, seen, doubts_of)
        except its.FrictionlessException as stop:
            yield from map(schema_error, stop.reasons or [stop.error])
        except (TypeError, ArithmeticError) as error:
            raise BadSchema(
                f"Aturan skema tidak dapat dibandingkan dengan isi baris {seen.n_rows + 1} "
                f"({error}); samakan jenis aturan dengan jenis kolomnya."
            ) from error


def _read(
    resource: "its.TableResource", seen: Seen, doubts_of: Callable[[Sequence[Any]], Doubter] | None
) -> Iterator[SchemaError]:
    opened(resource)
    with resource:
        seen.fields = tuple(resource.labels)
        yield from map(schema_error, resource.header.errors)
        doubts = doubts_of(resource.header.get_expected_fields()) if doubts_of else None
        for row in resource.row_stream:
            seen.n_rows += 1
            yield from map(schema_error, row.errors)
            if doubts is not None:
                yield from doubts.about(row.row_number, row.cells)


def opened(resource: Any) -> Any:
    """Open a resource; Frictionless leaves this function untyped."""
    return resource.open()


def schema_error(error: Any) -> SchemaError:
    """Return an error of Frictionless as a value of ours."""
    cell = getattr(error, "cell", None)
    if cell is None:
        cell = getattr(error, "label", None)
    return SchemaError(
        code=error.type,
        row=getattr(error, "row_number", None),
        field=getattr(error, "field_name", None) or None,
        field_number=getattr(error, "field_number", None),
        cell=cell,
        note=error.note,
    )


def _option(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if schema is None else {"schema": schema_of(schema)}
