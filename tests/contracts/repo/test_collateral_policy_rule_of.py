"""`CollateralPolicy.ruleOf` and `ruleForNew`: what a version says, for good, and to new repos."""

from __future__ import annotations

import pytest

from settlement.model.asset import SecurityKind
from tests.contracts.live import reverts

ONE = 10**9
NOTE = SecurityKind.TREASURY_NOTE.number
EQUITY = SecurityKind.EQUITY.number


@pytest.fixture
def versions(policy, operators):
    """Notes at 1%; then notes by a ratio and equities; then nothing."""
    first = [(NOTE, 0, 10_000_000, ONE)]
    second = [(NOTE, 1, 1_020_000_000, ONE // 2), (EQUITY, 0, 80_000_000, 100_000_000)]
    for rules in (first, second, []):
        policy.adopt(rules, sender=operators.policy_maker)
    return (first, second)


@pytest.mark.parametrize("view", ["ruleOf", "ruleForNew"])
def test_nothing_is_eligible_by_default(policy, view):
    for kind in SecurityKind:
        with reverts("NotEligible", version=0, kind=kind.number):
            policy.reader(view)(0, kind.number)


def test_a_version_stands_for_good(policy, versions):
    for number, rules in enumerate(versions, start=1):
        for rule in rules:
            assert policy.ruleOf(number, rule[0]) == rule[1:]


@pytest.mark.parametrize(("version", "kind"), [(0, NOTE), (1, EQUITY), (3, NOTE), (4, NOTE)])
def test_a_version_takes_no_other_kind(policy, versions, version, kind):
    with reverts("NotEligible", version=version, kind=kind):
        policy.ruleOf(version, kind)


@pytest.mark.parametrize(
    ("version", "kind"), [(0, NOTE), (1, NOTE), (1, EQUITY), (2, NOTE), (4, NOTE)]
)
def test_a_new_repo_follows_the_latest(policy, versions, version, kind):
    with reverts("NotTheLatestPolicy", version=version, latest=3):
        policy.ruleForNew(version, kind)
    with reverts("NotEligible", version=3, kind=kind):
        policy.ruleForNew(3, kind)


def test_says_to_a_new_repo_what_it_says(policy, operators):
    policy.adopt([(EQUITY, 0, 5, 6)], sender=operators.policy_maker)
    assert policy.ruleForNew(1, EQUITY) == (0, 5, 6)
