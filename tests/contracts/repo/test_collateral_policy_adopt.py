"""`CollateralPolicy.adopt`: the next version, these kinds and no others."""

from __future__ import annotations

import pytest

from settlement.model.asset import SecurityKind
from tests.contracts.live import logged, reverts

ONE = 10**9
HAIRCUT, RATIO = 0, 1
NOTE = SecurityKind.TREASURY_NOTE.number
EQUITY = SecurityKind.EQUITY.number


@pytest.fixture
def adopt(policy, operators):
    """As whoever may."""

    def act(*rules):
        return policy.adopt(list(rules), sender=operators.policy_maker)

    return act


def test_only_the_policy_maker_adopts(policy, operators, intruder):
    for caller in (intruder, operators.pricer, operators.venue_admin):
        with reverts("AccessManagedUnauthorized", caller=caller):
            policy.adopt([], sender=caller)


@pytest.mark.parametrize(
    ("method", "margin", "concentration"),
    [
        (HAIRCUT, ONE, ONE),
        (RATIO, ONE - 1, ONE),
        (RATIO, 10 * ONE + 1, ONE),
        (HAIRCUT, 0, 0),
        (HAIRCUT, 0, ONE + 1),
    ],
)
def test_a_rule_keeps_its_bounds(policy, adopt, method, margin, concentration):
    figures = {"margin": margin, "concentration": concentration}
    with reverts("RuleOutOfBounds", kind=NOTE, **figures):
        adopt((EQUITY, HAIRCUT, 0, ONE), (NOTE, method, margin, concentration))
    assert policy.latest() == 0


@pytest.mark.parametrize(
    ("method", "margin", "concentration"),
    [(HAIRCUT, 0, ONE), (HAIRCUT, ONE - 1, 1), (RATIO, ONE, ONE), (RATIO, 10 * ONE, ONE)],
)
def test_the_bounds_themselves_hold(policy, adopt, method, margin, concentration):
    adopt((NOTE, method, margin, concentration))
    assert policy.ruleOf(1, NOTE) == (method, margin, concentration)


def test_a_kind_has_one_rule(adopt):
    with reverts("KindRepeated", kind=NOTE):
        adopt((NOTE, HAIRCUT, 1, ONE), (EQUITY, HAIRCUT, 1, ONE), (NOTE, HAIRCUT, 2, ONE))


def test_adopts_the_next_version(policy, adopt):
    rules = ((NOTE, HAIRCUT, 10, ONE), (EQUITY, RATIO, 2 * ONE, 5))
    for version in (1, 2, 3):
        adopted = logged(adopt(*rules), "PolicyAdopted")
        assert adopted == {"version": version, "rules": rules}
        assert policy.latest() == version
