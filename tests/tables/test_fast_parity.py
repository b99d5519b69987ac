"""A seeded sample of the parity campaign, and the published corpus, in every run."""

import json
from pathlib import Path

import pytest

from tests.tables.parity.cases import case
from tests.tables.parity.compare import TIERS, compare

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "frictionless"
N_CASES = 80
BLOCKS = (8 << 20, 64, 300)


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_the_fast_report_is_the_one_of_frictionless(tmp_path, tier):
    path = tmp_path / "tabel.csv"
    gates = []
    for seed in range(1, N_CASES + 1):
        made = case(seed)
        path.write_bytes(made.content)
        said = compare(path, made.schema, tier, BLOCKS[seed % 3])
        assert said.difference is None, f"seed {seed}: {said.difference}"
        gates.append(said.gate)
    assert gates.count(None) > N_CASES // 2


def test_the_corpus_gets_the_report_of_frictionless():
    if not CORPUS.is_dir():
        pytest.skip("the corpora are not beside this checkout (../shared/corpora)")
    golden = json.loads((CORPUS / "golden_reports_5.21.0.json").read_text())
    differences = {name: compare(CORPUS / name, None).difference for name in golden}
    assert len(differences) > 50
    assert not any(differences.values()), differences
