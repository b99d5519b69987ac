"""How often a match that nobody checks is right, on pairs that a person labelled.

labelled_pairs.csv names the lines of the two real files (header = 1, blank lines not
counted), the band of the similarity when the pair was drawn, and whether the published
table delivers what was promised: the same concept, unit and scope. Every accepted pair of
the two files was read; the other bands are a seeded sample.
"""

import csv
from collections import Counter
from pathlib import Path

from catalog.intake.matching import (
    AUTOMATIC_FROM,
    UNSURE_FROM,
    Published,
    matches,
    promised,
    similarity,
)
from catalog.intake.naming import is_usable_title
from catalog.intake.titles import Lexicon
from catalog.models import MatchStatus

LABELS = Path(__file__).parent / "labelled_pairs.csv"


def lines_of(path: Path, delimiter: str) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]


def test_what_is_accepted_automatically_is_right_98_times_in_100(real_files: Path) -> None:
    folder = real_files / "jabar-satudata"
    daftar = lines_of(folder / "data-daftar-data-jabar.csv", ",")
    terbitan = lines_of(folder / "data-opendata-2908.json", ";")
    titles = [row[2] if is_usable_title(row[2]) else row[1] for row in daftar]
    lexicon = Lexicon.of([*titles[1:], *(row[1] for row in terbitan[1:])])
    with LABELS.open(encoding="utf-8", newline="") as labels:
        pairs = list(csv.DictReader(labels))
    assert len(pairs) >= 220
    counts: Counter[tuple[str, bool]] = Counter()
    for pair in pairs:
        here, there = int(pair["promised_line"]) - 1, int(pair["listed_line"]) - 1
        classification = daftar[here][6] if len(daftar[here]) > 6 else None
        wanted = promised(lexicon, here, titles[here], classification)
        found = Published(there, lexicon.read(terbitan[there][1]))
        score = similarity(wanted, found)
        band = "automatic" if score >= AUTOMATIC_FROM else "below"
        if UNSURE_FROM <= score < AUTOMATIC_FROM:
            band = "unsure"
        counts[band, pair["same"] == "1"] += 1
        (best,) = matches([wanted], [found]) or (None,)
        assert (best is not None and best.status is MatchStatus.AUTOMATIC) == (
            score >= AUTOMATIC_FROM
        )
    accepted = counts["automatic", True] + counts["automatic", False]
    precision = counts["automatic", True] / accepted
    same = sum(n for (_, is_same), n in counts.items() if is_same)
    print(
        f"labelled {len(pairs)}, accepted {accepted}, precision {precision:.3f}, "
        f"recall {counts['automatic', True] / same:.3f} of the {same} same, "
        f"asked about {counts['unsure', True]} same and {counts['unsure', False]} different"
    )
    assert precision >= 0.98
    assert accepted >= 100
    assert counts["below", True] == 0, "a labelled match that nobody would be asked about"
