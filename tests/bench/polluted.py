"""How many polluted tables are read right: `python -m tests.bench.polluted [--list]`.

Beside us Python's own csv.Sniffer and Frictionless read the same files in the same run;
right means the very header and rows, without outer spaces.
"""

import argparse
import csv
import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from frictionless import FrictionlessException
from frictionless.resources import TableResource

from checks.tables.reading import UnreadableTable, read_table
from tests.tables.pollutions import Polluted, all_pollutions

Read = tuple[list[str], list[list[str]]]


def by_us(path: Path) -> Read:
    """Read with the product's own reader."""
    table = read_table(path, name="data.csv")
    return list(table.header), [[cell or "" for cell in row] for row in table.rows]


def by_sniffer(path: Path) -> Read:
    """Read with the csv module in the dialect that its Sniffer finds."""
    text = path.read_bytes().decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""), csv.Sniffer().sniff(text[:8192]))
    records = [record for record in reader if record]
    return records[0], records[1:]


def by_frictionless(path: Path) -> Read:
    """Read with Frictionless, all fields as text."""
    with TableResource(path=path.name, basepath=str(path.parent), format="csv") as resource:
        cells = [list(row) for row in resource.cell_stream]
    return cells[0], cells[1:]


READERS: dict[str, Callable[[Path], Read]] = {
    "mutakhir": by_us,
    "csv.Sniffer": by_sniffer,
    "frictionless": by_frictionless,
}


def is_right(read: Callable[[Path], Read], path: Path, case: Polluted) -> bool:
    """Tell whether a reader finds the header and the rows of a case."""
    try:
        header, rows = read(path)
    except (UnreadableTable, FrictionlessException, csv.Error, ValueError, IndexError):
        return False
    cells = [[str(cell or "").strip() for cell in row] for row in [header, *rows]]
    return cells == [[cell.strip() for cell in row] for row in [case.header, *case.rows]]


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="name what each reader misses")
    asked = parser.parse_args()
    cases = all_pollutions()
    with TemporaryDirectory() as folder:
        for name, read in READERS.items():
            started, missed = process_time(), []
            for case in cases:
                path = Path(folder) / "file.csv"
                path.write_bytes(case.content)
                if not is_right(read, path, case):
                    missed.append(case.name)
            n_right = len(cases) - len(missed)
            spent = process_time() - started
            print(f"{name:<14} {n_right} of {len(cases)} read right, {spent:.1f} s of CPU")
            if asked.list:
                print("  missed:", ", ".join(missed) or "nothing")


if __name__ == "__main__":
    main()
