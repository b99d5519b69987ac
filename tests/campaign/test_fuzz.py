"""A small, seeded part of the fuzzing; the whole has its own command."""

from tests.campaign.fuzz import fuzzed, lines_of


def test_changed_files_of_every_kind_are_tables_or_are_refused():
    score = fuzzed(seed=11, n_cases=600)
    assert len(score.cases) >= 11
    assert score.results["table"] > 120
    assert score.is_sound, "\n".join(lines_of(score))
