"""`CollateralPolicy.adopt`: the next version, these rules and no others."""

from __future__ import annotations

import pytest

from settlement.model.asset import SecurityKind
from tests.contracts.live import logged, reverts
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.schedule import UNLIMITED, class_of, lei_of, row

ONE = 10**9
HAIRCUT, RATIO = 0, 1
EQUITY = SecurityKind.EQUITY
MOST_RULES = 8
TREASURY, TOWN = lei_of("Treasury"), lei_of("Town")


@pytest.fixture
def adopt(policy, operators):
    """As whoever may."""

    def act(*rules):
        return policy.adopt(list(rules), sender=operators.policy_maker)

    return act


def ladder(kind, *maturities):
    """A rule for each maturity, of which the haircut says which it is."""
    return [row(kind, HAIRCUT, place, longest=days) for place, days in enumerate(maturities)]


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
    """The last of several as well, and whatever its maturity is."""
    figures = {"margin": margin, "concentration": concentration}
    for longest in (UNLIMITED, 0):
        bad = row(NOTE, method, margin, concentration, longest)
        with reverts("RuleOutOfBounds", kind=NOTE.number, **figures):
            adopt(row(EQUITY, HAIRCUT, 0), bad)
    assert policy.latest() == 0


@pytest.mark.parametrize(
    ("method", "margin", "concentration"),
    [(HAIRCUT, 0, ONE), (HAIRCUT, ONE - 1, 1), (RATIO, ONE, ONE), (RATIO, 10 * ONE, ONE)],
)
def test_the_bounds_themselves_hold(policy, adopt, method, margin, concentration):
    adopt(row(NOTE, method, margin, concentration))
    assert policy.ruleOf(1, class_of(NOTE)) == (method, margin, concentration)


@pytest.mark.parametrize("maturities", [(0,), (1, 0), (1, 1), (30, 29), (30, 90, 90), (1, 3, 2)])
def test_the_maturities_of_a_kind_increase(policy, adopt, maturities):
    """From above zero on; what another kind has in between is not looked at."""
    *before, last = ladder(NOTE, *maturities)
    rules = [*before, *ladder(EQUITY, 1, 1_000_000), last]
    with reverts("MaturitiesOutOfOrder", kind=NOTE.number, longestMaturity=maturities[-1]):
        adopt(*rules)
    assert policy.latest() == 0


def test_nothing_comes_after_no_limit(policy, adopt):
    rules = ladder(NOTE, UNLIMITED, UNLIMITED)
    with reverts("MaturitiesOutOfOrder", kind=NOTE.number, longestMaturity=UNLIMITED):
        adopt(*rules)
    assert policy.latest() == 0


def test_each_kind_has_maturities_of_its_own(policy, adopt, market):
    """Here one below the other, though they take turns: the order of kinds does not matter."""
    notes, equities = ladder(NOTE, 30, 31), ladder(EQUITY, 1, UNLIMITED)
    adopt(notes[0], equities[0], notes[1], equities[1])
    today = market.chain.now() // 86_400
    for kind, days, place in ((NOTE, 30, 0), (NOTE, 31, 1), (EQUITY, 1, 0), (EQUITY, 2, 1)):
        assert policy.ruleOf(1, class_of(kind, today + days))[1] == place


def test_a_version_begins_with_no_rules(policy, adopt, market):
    """Its maturities are compared with its own and counted by themselves."""
    adopt(*ladder(NOTE, *range(10, 18)))
    adopt(*ladder(NOTE, *range(1, 9)))
    today = market.chain.now() // 86_400
    assert policy.ruleOf(2, class_of(NOTE, today + 8))[1] == 7


def test_a_kind_has_no_more_than_eight_rules(policy, adopt):
    assert policy.MOST_RULES() == MOST_RULES
    for ninth in (9, 8, UNLIMITED):
        rules = [*ladder(EQUITY, 1), *ladder(NOTE, *range(1, 9), ninth)]
        with reverts("TooManyRules", kind=NOTE.number, most=MOST_RULES):
            adopt(*rules)
    assert policy.latest() == 0


def test_every_kind_has_eight_rules(policy, adopt, market):
    """Each of them decides for its own maturities; the last is for whatever does not mature."""
    adopt(*(rule for kind in SecurityKind for rule in ladder(kind, *range(1, 8), UNLIMITED)))
    today = market.chain.now() // 86_400
    for kind in SecurityKind:
        found = [policy.ruleOf(1, class_of(kind, today + days))[1] for days in range(1, 9)]
        assert found == list(range(8))
        assert policy.ruleOf(1, class_of(kind))[1] == 7


def test_what_is_refused_leaves_nothing(policy, adopt, market):
    """No rule, no issuer, and the latest version is still the latest."""
    today = market.chain.now() // 86_400
    note = class_of(NOTE, today + 5, TOWN)
    adopt(row(NOTE, HAIRCUT, 1, issuers=[TREASURY]))
    with reverts("MaturitiesOutOfOrder", kind=NOTE.number, longestMaturity=5):
        adopt(row(NOTE, HAIRCUT, 2, longest=5, issuers=[TOWN]), row(NOTE, HAIRCUT, 3, longest=5))
    assert policy.latest() == 1
    assert policy.ruleForNew(1, class_of(NOTE, today + 5, TREASURY)) == (HAIRCUT, 1, ONE)
    adopt(row(NOTE, HAIRCUT, 4, longest=5, issuers=[TREASURY]))
    with reverts("IssuerNotTaken", version=2, kind=NOTE.number, issuer=TOWN):
        policy.ruleOf(2, note)


def test_issuers_are_listed_by_rule(policy, adopt, market):
    """Twice does no harm; none listed takes any, and the LEI of nobody is one like another."""
    nobody, stranger = bytes(20), lei_of("stranger")
    adopt(
        row(NOTE, HAIRCUT, 1, longest=30, issuers=[TREASURY, TOWN, TREASURY]),
        row(NOTE, HAIRCUT, 2, issuers=[nobody]),
        row(EQUITY, HAIRCUT, 3),
    )
    month = market.chain.now() // 86_400 + 30
    for issuer in (TREASURY, TOWN):
        assert policy.ruleOf(1, class_of(NOTE, month, issuer)) == (HAIRCUT, 1, ONE)
    assert policy.ruleOf(1, class_of(NOTE, 0, nobody)) == (HAIRCUT, 2, ONE)
    for taken in (TREASURY, nobody, stranger):
        assert policy.ruleOf(1, class_of(EQUITY, month, taken)) == (HAIRCUT, 3, ONE)
    for maturity, refused in ((month, nobody), (month, stranger), (0, TREASURY), (0, stranger)):
        with reverts("IssuerNotTaken", version=1, kind=NOTE.number, issuer=refused):
            policy.ruleOf(1, class_of(NOTE, maturity, refused))


def test_adopts_the_next_version(policy, adopt):
    """The event carries every field of every rule, in the order given."""
    rules = (
        row(NOTE, HAIRCUT, 10, longest=90, issuers=[TREASURY, TOWN]),
        row(EQUITY, RATIO, 2 * ONE, 5),
        row(NOTE, HAIRCUT, 20, 6, longest=365),
    )
    for version in (1, 2, 3):
        adopted = logged(adopt(*rules), "PolicyAdopted")
        assert adopted == {"version": version, "rules": rules}
        assert policy.latest() == version
