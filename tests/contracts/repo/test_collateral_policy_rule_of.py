"""`CollateralPolicy.ruleOf` and `ruleForNew`: what a version says of a security, for good, and to
new repos."""

from __future__ import annotations

import pytest

from settlement.model.asset import SecurityKind
from tests.contracts.live import reverts
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.pen import DAY
from tests.contracts.repo.schedule import UNLIMITED, class_of, lei_of, row

ONE = 10**9
HAIRCUT, RATIO = 0, 1
EQUITY = SecurityKind.EQUITY
BILL = SecurityKind.TREASURY_BILL
VIEWS = ("ruleOf", "ruleForNew")
TREASURY, TOWN, AGENCY = lei_of("Treasury"), lei_of("Town"), lei_of("Agency")


@pytest.fixture
def adopt(policy, operators):
    """The next version."""

    def act(*rules):
        policy.adopt(list(rules), sender=operators.policy_maker)

    return act


@pytest.fixture
def today(market):
    """In UTC."""
    return market.chain.now() // DAY


@pytest.fixture
def versions(adopt):
    """Notes at 1%; then notes by a ratio and equities; then nothing."""
    first = [row(NOTE, HAIRCUT, 10_000_000)]
    second = [
        row(NOTE, RATIO, 1_020_000_000, ONE // 2),
        row(EQUITY, HAIRCUT, 80_000_000, 100_000_000),
    ]
    for rules in (first, second, []):
        adopt(*rules)
    return (first, second)


@pytest.fixture
def notes(adopt):
    """Up to 90 days at 1%, of the Treasury or the Town; up to 365 at 2%, of the Treasury alone."""
    adopt(
        row(NOTE, HAIRCUT, 10_000_000, longest=90, issuers=[TREASURY, TOWN]),
        row(NOTE, HAIRCUT, 20_000_000, ONE // 2, longest=365, issuers=[TREASURY]),
    )


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_eligible_by_default(policy, view):
    for kind in SecurityKind:
        with reverts("NotEligible", version=0, kind=kind.number):
            policy.reader(view)(0, class_of(kind))


def test_a_version_stands_for_good(policy, versions):
    for number, rules in enumerate(versions, start=1):
        for kind, _, *rule, _ in rules:
            assert policy.ruleOf(number, kind) == tuple(rule)


@pytest.mark.parametrize(("version", "kind"), [(0, NOTE), (1, EQUITY), (3, NOTE), (4, NOTE)])
def test_a_version_takes_no_other_kind(policy, versions, today, version, kind):
    for maturity in (0, today + 1):
        with reverts("NotEligible", version=version, kind=kind.number):
            policy.ruleOf(version, class_of(kind, maturity, TREASURY))


@pytest.mark.parametrize(
    ("version", "kind"), [(0, NOTE), (1, NOTE), (1, EQUITY), (2, NOTE), (4, NOTE)]
)
def test_a_new_repo_follows_the_latest(policy, versions, version, kind):
    with reverts("NotTheLatestPolicy", version=version, latest=3):
        policy.ruleForNew(version, class_of(kind))
    with reverts("NotEligible", version=3, kind=kind.number):
        policy.ruleForNew(3, class_of(kind))


# --- maturities


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("days", "rule"),
    [
        (1, (HAIRCUT, 10_000_000, ONE)),
        (90, (HAIRCUT, 10_000_000, ONE)),
        (91, (HAIRCUT, 20_000_000, ONE // 2)),
        (365, (HAIRCUT, 20_000_000, ONE // 2)),
    ],
)
def test_the_first_rule_that_is_long_enough_decides(policy, notes, today, view, days, rule):
    assert policy.reader(view)(1, class_of(NOTE, today + days, TREASURY)) == rule


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("days", [-1_000, -1, 0])
def test_what_has_matured_is_not_taken(policy, notes, today, view, days):
    """Whatever a version says of its kind: it is still there because nobody paid it."""
    for kind in (NOTE, EQUITY):
        matured = {"kind": kind.number, "maturity": today + days, "today": today}
        with reverts("HasMatured", **matured):
            policy.reader(view)(1, class_of(kind, today + days, TREASURY))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("issuer", [TREASURY, TOWN, AGENCY])
def test_nothing_matures_after_the_last_of_them(policy, notes, today, view, issuer):
    """By a day, or never, whoever issued it."""
    kind = {"version": 1, "kind": NOTE.number}
    with reverts("MaturityTooLong", **kind, remaining=366, longest=365):
        policy.reader(view)(1, class_of(NOTE, today + 366, issuer))
    with reverts("MaturityTooLong", **kind, remaining=UNLIMITED, longest=365):
        policy.reader(view)(1, class_of(NOTE, 0, issuer))


def test_the_last_day_that_there_is_has_a_limit_too(policy, adopt, today):
    """A rule for one day less than no limit takes what matures last, and nothing without a day."""
    last = UNLIMITED - today
    adopt(row(NOTE, HAIRCUT, 1, longest=UNLIMITED - 1), row(EQUITY, HAIRCUT, 2, longest=last - 1))
    assert policy.ruleOf(1, class_of(NOTE, UNLIMITED)) == (HAIRCUT, 1, ONE)
    with reverts(
        "MaturityTooLong", version=1, kind=EQUITY.number, remaining=last, longest=last - 1
    ):
        policy.ruleOf(1, class_of(EQUITY, UNLIMITED))
    with reverts(
        "MaturityTooLong", version=1, kind=NOTE.number, remaining=UNLIMITED, longest=UNLIMITED - 1
    ):
        policy.ruleOf(1, class_of(NOTE))


def test_what_does_not_mature_is_for_the_unlimited_rule_alone(policy, adopt, today):
    adopt(row(NOTE, HAIRCUT, 1, longest=90), row(NOTE, HAIRCUT, 2), row(EQUITY, HAIRCUT, 3))
    assert policy.ruleOf(1, class_of(NOTE, today + 90)) == (HAIRCUT, 1, ONE)
    assert policy.ruleOf(1, class_of(NOTE)) == (HAIRCUT, 2, ONE)
    assert policy.ruleOf(1, class_of(NOTE, today + 91)) == (HAIRCUT, 2, ONE)
    assert policy.ruleOf(1, class_of(EQUITY)) == (HAIRCUT, 3, ONE)


def test_days_turn_at_midnight_in_utc(policy, notes, market, today):
    """A second earlier 366 are left; from then on 365, and 90 of what had 91."""
    chain, midnight = market.chain, (today + 1) * DAY
    long, short = (class_of(NOTE, today + days, TREASURY) for days in (366, 91))
    chain.advance_to(midnight - 1)
    with reverts("MaturityTooLong", version=1, kind=NOTE.number, remaining=366, longest=365):
        policy.ruleOf(1, long)
    assert policy.ruleOf(1, short)[1] == 20_000_000
    chain.advance_to(midnight)
    assert policy.ruleOf(1, long)[1] == 20_000_000
    assert policy.ruleOf(1, short)[1] == 10_000_000


# --- issuers


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("days", [1, 90, 91, 365])
def test_an_issuer_that_is_not_listed_is_not_taken(policy, notes, today, view, days):
    with reverts("IssuerNotTaken", version=1, kind=NOTE.number, issuer=AGENCY):
        policy.reader(view)(1, class_of(NOTE, today + days, AGENCY))


@pytest.mark.parametrize("view", VIEWS)
def test_the_list_of_a_shorter_rule_does_not_help(policy, notes, today, view):
    assert policy.reader(view)(1, class_of(NOTE, today + 90, TOWN)) == (HAIRCUT, 10_000_000, ONE)
    with reverts("IssuerNotTaken", version=1, kind=NOTE.number, issuer=TOWN):
        policy.reader(view)(1, class_of(NOTE, today + 91, TOWN))


def test_the_list_of_a_longer_rule_does_not_help(policy, adopt, today):
    """Nor a longer one that takes any: the first that is long enough decides. So what was taken is
    refused once it is short."""
    adopt(
        row(NOTE, HAIRCUT, 1, longest=30, issuers=[TREASURY]),
        row(NOTE, HAIRCUT, 2, longest=60, issuers=[TOWN]),
        row(NOTE, HAIRCUT, 3),
    )
    assert policy.ruleOf(1, class_of(NOTE, today + 31, TOWN)) == (HAIRCUT, 2, ONE)
    assert policy.ruleOf(1, class_of(NOTE, today + 61, AGENCY)) == (HAIRCUT, 3, ONE)
    for days, issuer in ((30, TOWN), (30, AGENCY), (31, AGENCY), (31, TREASURY)):
        with reverts("IssuerNotTaken", version=1, kind=NOTE.number, issuer=issuer):
            policy.ruleOf(1, class_of(NOTE, today + days, issuer))


@pytest.mark.parametrize("view", VIEWS)
def test_the_list_of_another_kind_does_not_help(policy, adopt, today, view):
    adopt(
        row(NOTE, HAIRCUT, 1, longest=90, issuers=[TREASURY]),
        row(BILL, HAIRCUT, 2, longest=90, issuers=[TOWN]),
    )
    for kind, issuer in ((NOTE, TOWN), (BILL, TREASURY)):
        with reverts("IssuerNotTaken", version=1, kind=kind.number, issuer=issuer):
            policy.reader(view)(1, class_of(kind, today + 1, issuer))
    assert policy.reader(view)(1, class_of(NOTE, today + 1, TREASURY)) == (HAIRCUT, 1, ONE)
    assert policy.reader(view)(1, class_of(BILL, today + 1, TOWN)) == (HAIRCUT, 2, ONE)


def test_the_list_of_another_version_does_not_help(policy, adopt):
    adopt(row(NOTE, HAIRCUT, 1, issuers=[TREASURY]))
    adopt(row(NOTE, HAIRCUT, 2, issuers=[TOWN]))
    for version, issuer in ((1, TOWN), (2, TREASURY)):
        with reverts("IssuerNotTaken", version=version, kind=NOTE.number, issuer=issuer):
            policy.ruleOf(version, class_of(NOTE, 0, issuer))
    assert policy.ruleOf(1, class_of(NOTE, 0, TREASURY)) == (HAIRCUT, 1, ONE)
    assert policy.ruleOf(2, class_of(NOTE, 0, TOWN)) == (HAIRCUT, 2, ONE)


def test_every_bit_of_an_issuer_counts(policy, adopt):
    """And nothing but its 20 bytes: not what stands above them in the word."""
    adopt(row(NOTE, HAIRCUT, 1, issuers=[TREASURY]))
    number = int.from_bytes(TREASURY)
    for bit in range(160):
        other = (number ^ 1 << bit).to_bytes(20)
        with reverts("IssuerNotTaken", version=1, kind=NOTE.number, issuer=other):
            policy.ruleOf(1, class_of(NOTE, 0, other))
    wide = class_of(NOTE, 0, TREASURY) + 2**200 + 2**255
    assert policy.ruleOf(1, wide) == (HAIRCUT, 1, ONE)


# --- versions


def test_a_superseded_version_says_the_same_but_not_to_a_new_repo(policy, notes, adopt, today):
    """Whatever it would say: what it takes, what is too long for it and whom it does not list."""
    adopt(row(NOTE, HAIRCUT, 1))
    classes = [
        class_of(NOTE, today + days, issuer)
        for days, issuer in ((90, TOWN), (91, TREASURY), (366, TREASURY), (91, TOWN))
    ]
    for each in classes:
        with reverts("NotTheLatestPolicy", version=1, latest=2):
            policy.ruleForNew(1, each)
        assert policy.ruleForNew(2, each) == (HAIRCUT, 1, ONE)
    short, long, too_long, unlisted = classes
    assert policy.ruleOf(1, short) == (HAIRCUT, 10_000_000, ONE)
    assert policy.ruleOf(1, long) == (HAIRCUT, 20_000_000, ONE // 2)
    with reverts("MaturityTooLong", version=1, kind=NOTE.number, remaining=366, longest=365):
        policy.ruleOf(1, too_long)
    with reverts("IssuerNotTaken", version=1, kind=NOTE.number, issuer=TOWN):
        policy.ruleOf(1, unlisted)


def test_every_rule_of_every_kind_is_superseded(policy, adopt, today):
    """The eighth of the last kind too, also where the next version is empty."""
    kinds = list(SecurityKind)
    adopt(*(row(kind, HAIRCUT, 1, longest=days) for kind in kinds for days in range(1, 9)))
    adopt()
    for kind in kinds:
        for days in range(1, 10):
            with reverts("NotTheLatestPolicy", version=1, latest=2):
                policy.ruleForNew(1, class_of(kind, today + days))


def test_says_to_a_new_repo_what_it_says(policy, adopt):
    adopt(row(EQUITY, HAIRCUT, 5, 6))
    assert policy.ruleForNew(1, class_of(EQUITY)) == (HAIRCUT, 5, 6)
