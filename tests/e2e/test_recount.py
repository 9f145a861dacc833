"""The independent count is itself checked, against published figures."""

import pytest

import recount


@pytest.mark.parametrize("df, t", [(1, 12.706205), (2, 4.302653), (5, 2.570582), (10, 2.228139), (29, 2.045230), (120, 1.979930)])
def test_student_table(df, t):
    assert recount.student_quantile(0.95, df) == pytest.approx(t, abs=1e-6)


def test_wilson():
    # Newcombe 1998, Table I: 81 of 263 and 15 of 148.
    assert recount.wilson(81, 263) == pytest.approx((25.53, 36.62), abs=0.005)
    assert recount.wilson(15, 148) == pytest.approx((6.24, 16.05), abs=0.005)


def test_what_can_be_proved():
    assert recount.at_least(29, 29, 90) <= 0.05 < recount.at_least(28, 28, 90)
    assert recount.at_least(47, 50, 85) <= 0.05 < recount.at_least(46, 50, 85)
    assert 1 - recount.at_least(79, 100, 85) <= 0.05 < 1 - recount.at_least(80, 100, 85)


def test_points_round_half_up():
    assert recount.points_of({"overall": "4", "attitude": "3", "speed": "na", "solved": "2"}) == 5833
    assert recount.points_of({"overall": "5", "attitude": "4"}) is None
    assert recount.half_up("86.66665") == 86.6667
