"""The independent count is itself checked, against published figures; and what it is tried on holds what is to be found."""

import pytest

import oracle
import organisation
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


def test_newcombe():
    # Newcombe 1998, Table II, method 10: 56 of 70 against 48 of 80, and 9 of 10 against 3 of 10.
    assert oracle.newcombe(56, 70, 48, 80) == pytest.approx((5.24, 33.39), abs=0.005)
    assert oracle.newcombe(9, 10, 3, 10) == pytest.approx((17.05, 80.90), abs=0.005)


def test_benjamini_hochberg():
    # The fifteen probabilities of Benjamini & Hochberg 1995: four of them stand at 5 %.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(adjusted <= 0.05 for adjusted in oracle.benjamini_hochberg([oracle.fractions.Fraction(str(x)) for x in p])) == 4


def test_the_organisations_hold_what_is_to_be_told():
    rules, factors, headings, sizes = set(), set(), set(), set()
    for seed in (1, 2, 3, 4):
        made = organisation.make(seed, 250)
        sizes |= {sum(r.department == code and r.month == organisation.LAST for r in made.ratings) for code in made.parents}
        for code in made.long()[:2]:
            rated = [r for r in made.ratings if r.department in made.under(code)]
            series = [oracle.counts([r for r in rated if r.month == month]) for month in organisation.MONTHS]
            drawn = oracle.limits(series)
            rules |= set(oracle.signals(series, drawn))
            factors.add(drawn[2] > 1)
            z, p = oracle.rise(series, drawn[2])
            headings.add((p <= 0.05, z > 0))
    assert {"outside", "shift", None} <= rules and factors == {True, False} and len(headings) > 2
    assert {0, 1, 2, 3, 4, 5, 29, 30, 50, 100} <= sizes
