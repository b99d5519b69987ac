"""Frictionless's reader of CSV, whose sniffing no line can hold up."""

import csv
from collections.abc import Iterator
from itertools import chain, islice

from frictionless import Parser, Plugin, Resource, system
from frictionless.formats import CsvControl
from frictionless.formats.csv import CsvParser

from checks.tables.oracle.sniffing import sniffed

# Frictionless looks at so many lines, and lets these signs be delimiters.
SAMPLE = 100
DELIMITERS = ",\t;|"


class LinearCsvParser(CsvParser):
    """Reads what Frictionless reads, with the dialect found in linear time."""

    def read_cell_stream_create(self) -> Iterator[list[str]]:
        """Yield the records, the dialect taken from the first lines where none is given."""
        control = CsvControl.from_dialect(self.resource.dialect)
        lines = self.loader.text_stream
        sample = list(islice(lines, SAMPLE))
        found = sniffed("".join(sample), control.get_defined("delimiter", default=DELIMITERS))
        for name, value in (
            ("delimiter", found.delimiter),
            ("line_terminator", found.lineterminator),
            ("escape_char", found.escapechar),
            # JSON inside of cells makes an apostrophe look like a quote.
            ("quote_char", '"' if found.quotechar == "'" else found.quotechar),
            ("skip_initial_space", found.skipinitialspace),
        ):
            control.set_not_defined(name, value, distinct=True)
        yield from csv.reader(chain(sample, lines), dialect=control.to_python())


class _Csv(Plugin):
    """Hands out our reader for delimited text."""

    def create_parser(self, resource: Resource) -> Parser | None:
        return LinearCsvParser(resource) if resource.format == "csv" else None


system.register("mutakhir-csv", _Csv())
