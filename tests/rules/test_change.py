"""Whether a number of rows is believable."""

import pytest

from catalog.rules.change import VolumeReason, volume

STEADY = [1203, 1188, 1240, 1215, 1199, 1222, 1231, 1210]


def test_a_sudden_drop_is_far_outside_what_came_before():
    found = volume(STEADY, 412)
    assert (found.median, found.mad) == (1212.5, 11.5)
    assert round(found.z, 2) == -46.95
    assert found.is_quarantined
    assert found.reason is VolumeReason.DROP
    assert found.share == pytest.approx(412 / 1210)


def test_the_tested_point_is_not_in_its_own_training_set():
    found = volume(STEADY, 5000)
    assert found.reason is VolumeReason.OUTLIER
    assert found.median == 1212.5


@pytest.mark.parametrize(
    ("n_rows", "reason"),
    [(0, VolumeReason.EMPTY), (49, VolumeReason.DROP), (50, None), (51, None)],
)
def test_less_than_half_of_the_last_version_is_held(n_rows, reason):
    assert volume([100], n_rows).reason is reason


@pytest.mark.parametrize(("last", "held"), [(19, False), (20, True), (21, True)])
def test_a_small_table_may_halve_without_alarm(last, held):
    assert volume([last], last // 3).is_quarantined is held


@pytest.mark.parametrize(("n_points", "held"), [(7, False), (8, True), (9, True)])
def test_the_robust_rule_needs_eight_points(n_points, held):
    counts = (STEADY + STEADY)[:n_points]
    assert volume(counts, 1290).is_quarantined is held


def test_a_spread_of_zero_leaves_only_the_half_rule():
    steady = [500] * 9
    assert volume(steady, 499).z is None
    assert not volume(steady, 700).is_quarantined
    assert volume(steady, 249).reason is VolumeReason.DROP


def test_an_append_only_flow_is_compared_with_the_same_period_of_last_year():
    assert not volume([1000], 400, append_only_same_period=420).is_quarantined
    assert volume([100], 60, append_only_same_period=200).reason is VolumeReason.DROP


def test_a_first_version_is_held_only_when_it_is_empty():
    assert not volume([], 3).is_quarantined
    assert volume([], 0).reason is VolumeReason.EMPTY
    assert volume([], 3).share is None


@pytest.mark.parametrize(("z", "held"), [(3.4, False), (3.6, True), (-3.4, False), (-3.6, True)])
def test_the_robust_bound_is_three_and_a_half_on_both_sides(z, held):
    # Median 10,000, MAD 100.
    counts = [9_900, 10_100] * 4
    assert volume(counts, round(10_000 + z * 100 / 0.6745)).is_quarantined is held
