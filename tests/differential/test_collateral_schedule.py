"""`CollateralPolicy` and the opening of a repo against a reference of a page: what a schedule says
of a security, and whether a basket may stand in, to the name and every argument of the error.

The reference asks in the order of the contract, so that the first of several reasons is the one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from settlement.chain.base import Reverted
from settlement.market import Market
from settlement.model.asset import Security, SecurityKind
from settlement.model.repo import Line
from settlement.units import date_from_chain
from tests.contracts.live import Live, decoded
from tests.contracts.repo.life import supply
from tests.contracts.repo.pen import DAY, RepoPen
from tests.contracts.repo.schedule import ONE, UNLIMITED, class_of, lei_of, row

HAIRCUT, RATIO = 0, 1
PAR = 100_000_000
MILLION = 1_000_000
MOST_RULES = 8
OFTEN = settings(max_examples=4 * settings.default.max_examples)
"""Enough that every verdict is met, which each property asserts of itself in the end."""

KINDS = (SecurityKind.TREASURY_NOTE, SecurityKind.CORPORATE_BOND)
ISSUERS = tuple(map(lei_of, ("Town", "City", "Port")))
MATURITIES = (None, 30, 90)

Verdict = tuple[str, dict[str, Any]]
ACCEPTED: Verdict = ("", {})


@dataclass(frozen=True)
class Rule:
    """A row of a schedule."""

    kind: SecurityKind
    longest: int
    method: int
    margin: int
    limit: int
    issuers: tuple[bytes, ...]

    @property
    def words(self) -> tuple[Any, ...]:
        return row(self.kind, self.method, self.margin, self.limit, self.longest, self.issuers)


@dataclass(frozen=True)
class Asset:
    """What a schedule asks of a security; `days` to its maturity, None for none."""

    kind: SecurityKind
    issuer: bytes
    days: int | None


# --- the reference


def adopted(rules: list[Rule]) -> Verdict:
    """Whether a schedule is one."""
    before: dict[SecurityKind, list[int]] = {kind: [] for kind in KINDS}
    for rule in rules:
        least, most = (0, ONE - 1) if rule.method == HAIRCUT else (ONE, 10 * ONE)
        if not (least <= rule.margin <= most and 1 <= rule.limit <= ONE):
            figures = {"margin": rule.margin, "concentration": rule.limit}
            return "RuleOutOfBounds", {"kind": rule.kind.number, **figures}
        longest = before[rule.kind]
        if len(longest) == MOST_RULES:
            return "TooManyRules", {"kind": rule.kind.number, "most": MOST_RULES}
        if rule.longest <= max(longest, default=0):
            days = {"longestMaturity": rule.longest}
            return "MaturitiesOutOfOrder", {"kind": rule.kind.number, **days}
        longest.append(rule.longest)
    return ACCEPTED


def said(rules: list[Rule], version: int, asset: Asset, today: int) -> Rule | Verdict:
    """What a schedule says of a security: its rule, or an error."""
    if asset.days is not None and asset.days <= 0:
        matured = {"maturity": today + asset.days, "today": today}
        return "HasMatured", {"kind": asset.kind.number, **matured}
    place = {"version": version, "kind": asset.kind.number}
    of_kind = [rule for rule in rules if rule.kind is asset.kind]
    remaining = UNLIMITED if asset.days is None else asset.days
    for rule in of_kind:
        if rule.longest >= remaining:
            if rule.issuers and asset.issuer not in rule.issuers:
                return "IssuerNotTaken", {**place, "issuer": asset.issuer}
            return rule
    if not of_kind:
        return "NotEligible", place
    longest = of_kind[-1].longest
    return "MaturityTooLong", {**place, "remaining": remaining, "longest": longest}


def stands(
    rules: list[Rule],
    version: int,
    method: int,
    basket: list[tuple[Line, Asset]],
    today: int,
) -> Verdict:
    """Whether lines, in their order and all at par, may be the collateral of a repo."""
    found = []
    for line, asset in basket:
        rule = said(rules, version, asset, today)
        if not isinstance(rule, Rule):
            return rule
        whole = rule.method == HAIRCUT and line.margin >= ONE
        if rule.method != method or line.margin < rule.margin or whole:
            figures = {"method": method, "margin": line.margin, "least": rule.margin}
            return "MarginNotAccepted", {"security": line.security, **figures}
        part = Fraction(line.margin, ONE)
        value = line.quantity * (1 - part) if method == HAIRCUT else line.quantity / part
        if method == RATIO:
            value = Fraction(value * 10**17 // 1, 10**17)
        found.append((value, rule.limit, asset.issuer))
    total = sum(value for value, *_ in found)
    for _, limit, issuer in found:
        share = sum(value for value, _, other in found if other == issuer) / total
        if share > Fraction(limit, ONE):
            shown = {"share": ceil(share * ONE), "limit": limit}
            return "OverConcentrated", {"issuer": issuer, **shown}
    return ACCEPTED


# --- what is drawn

limits = st.sampled_from([ONE, ONE, ONE // 2, ONE // 2 + 1, ONE * 6 // 10, ONE // 3 + 1, ONE // 3])
issuer_lists = st.one_of(
    st.just(()), st.just(()), st.lists(st.sampled_from(ISSUERS), max_size=2).map(tuple)
)
assets = st.builds(
    Asset,
    st.sampled_from(KINDS),
    st.sampled_from(ISSUERS),
    st.one_of(
        st.none(), st.integers(-2, 12), st.integers(1, 12), st.integers(1, 8), st.integers(1, 2**31)
    ),
)


def least(method: int) -> st.SearchStrategy[int]:
    """The margins of a method."""
    by_haircut, by_ratio = [0, 10_000_000, 500_000_000], [ONE, 1_020_000_000, 3 * ONE]
    return st.sampled_from(by_haircut if method == HAIRCUT else by_ratio)


@st.composite
def schedules(draw, method: int) -> list[Rule]:
    """Good ones: mostly of one method, and the last rule of a kind mostly without a limit."""
    rules = []
    for kind in draw(st.sampled_from([KINDS, KINDS, KINDS, KINDS[:1]])):
        days = draw(st.sets(st.sampled_from([29, 30, 31, 90]), max_size=3))
        for longest in sorted(days | draw(st.sampled_from([{UNLIMITED}, {UNLIMITED}, {89}]))):
            by = draw(st.sampled_from([method] * 9 + [1 - method]))
            drawn = draw(least(by)), draw(limits), draw(issuer_lists)
            rules.append(Rule(kind, longest, by, *drawn))
    return draw(st.permutations(rules)) if len({r.kind for r in rules}) == len(rules) else rules


wild = st.lists(
    st.builds(
        Rule,
        kind=st.sampled_from(KINDS),
        longest=st.one_of(st.integers(0, 20), st.just(UNLIMITED)),
        method=st.sampled_from([HAIRCUT, RATIO]),
        margin=st.sampled_from([0, ONE - 1, ONE, 10 * ONE, 10 * ONE + 1]),
        limit=st.sampled_from([ONE, ONE, ONE, 1, 0, ONE + 1]),
        issuers=issuer_lists,
    ),
    max_size=4,
)
"""Any rules."""


@st.composite
def ladders(draw) -> list[Rule]:
    """Rules in order, at most nine of a kind, one of which may be out of it; the kinds take
    turns."""
    rules = []
    for kind in KINDS:
        days = sorted(draw(st.sets(st.integers(1, 12), max_size=9)))
        if len(days) > 1 and draw(st.integers(0, 3)) == 0:
            place = draw(st.integers(1, len(days) - 1))
            days[place] = draw(st.integers(0, days[place - 1]))
        rules += [
            Rule(kind, each, HAIRCUT, number, ONE - number, draw(issuer_lists))
            for number, each in enumerate(days)
        ]
    places = draw(st.permutations([rule.kind for rule in rules]))
    of = {kind: iter([rule for rule in rules if rule.kind is kind]) for kind in KINDS}
    return [next(of[kind]) for kind in places]


# --- on the chain


@dataclass
class Venue:
    """A market in which all of this can be asked."""

    market: Market
    policy: Live
    facility: Live
    pen: RepoPen

    @property
    def today(self) -> int:
        return self.market.chain.now() // DAY

    def adopt(self, rules: list[Rule]) -> Verdict:
        words = [rule.words for rule in rules]
        return verdict(lambda: self.policy.adopt(words, sender=self.market.operators.policy_maker))[
            0
        ]

    def rule(self, view: str, version: int, asset: Asset) -> tuple[Verdict, Any]:
        maturity = 0 if asset.days is None else self.today + asset.days
        word = class_of(asset.kind, maturity, asset.issuer)
        return verdict(lambda: self.policy.reader(view)(version, word))


@pytest.fixture
def venue(market: Market) -> Venue:
    """As it is opened."""
    sides = (market.directory.party(name) for name in ("dealer", "fund"))
    policy, facility = (
        Live(contract, market) for contract in (market.deployment.policy, market.deployment.repo)
    )
    return Venue(market, policy, facility, RepoPen(market, *sides))


@pytest.fixture
def listed(venue: Venue) -> dict[Security, Asset]:
    """A security of every kind, issuer and maturity, at par, of which the dealer has plenty."""
    found = {}
    for kind in KINDS:
        for issuer in ISSUERS:
            for days in MATURITIES:
                symbol = f"S{len(found)}"
                maturity = None if days is None else date_from_chain(venue.today + days)
                fixed = {"issuer": issuer.decode(), "maturity": maturity}
                supply(venue.market, symbol, 10 * MILLION, PAR, kind, **fixed)
                found[venue.market.directory.security(symbol)] = Asset(kind, issuer, days)
    return found


def verdict(act) -> tuple[Verdict, Any]:
    """What an act is refused for, or its answer."""
    try:
        return ACCEPTED, act()
    except Reverted as reverted:
        refusal = decoded(reverted.data)
        return (refusal.name, dict(refusal.arguments)), None


# --- the properties


def test_a_schedule_is_adopted_as_the_reference_says(venue):
    met: Counter[str] = Counter()

    of_the_town = Rule(KINDS[0], 10, HAIRCUT, 0, ONE, ISSUERS[:1])

    @OFTEN
    @example(rules=[of_the_town], asked=[Asset(KINDS[0], issuer, 5) for issuer in ISSUERS])
    @given(rules=st.one_of(wild, ladders()), asked=st.lists(assets, min_size=4, max_size=8))
    def compare(rules, asked):
        before = venue.policy.latest()
        expected = adopted(rules)
        assert venue.adopt(rules) == expected
        met[expected[0]] += 1
        if expected != ACCEPTED:
            assert venue.policy.latest() == before
            return
        assert venue.policy.latest() == before + 1
        for asset in asked:
            rule = said(rules, before + 1, asset, venue.today)
            for view in ("ruleOf", "ruleForNew"):
                answer = venue.rule(view, before + 1, asset)
                if isinstance(rule, Rule):
                    assert answer == (ACCEPTED, (rule.method, rule.margin, rule.limit))
                    met["taken"] += 1
                else:
                    assert answer == (rule, None)
                    met[rule[0]] += 1

    compare()
    assert set(met) >= {"", "RuleOutOfBounds", "TooManyRules", "MaturitiesOutOfOrder"}
    assert set(met) >= {"taken", "NotEligible", "MaturityTooLong", "IssuerNotTaken", "HasMatured"}


@pytest.mark.parametrize("method", [HAIRCUT, RATIO])
def test_a_basket_stands_in_as_the_reference_says(venue, listed, method):
    """Several baskets by each schedule; they open, or are refused with the same error."""
    market, pen = venue.market, venue.pen
    by = pen.agreement(method=method)
    sides = (market.directory.party(name) for name in ("dealer", "fund"))
    usual = pen.terms(*sides, by, purchase_price=10_000, cut_off=DAY)
    in_order = sorted(listed, key=lambda security: int(security.address, 16))
    wrong = [0, 10_000_000, 500_000_000, ONE, 1_020_000_000]
    millions = st.sampled_from([1, 2, 3]).map(lambda each: each * MILLION)
    quantities = st.tuples(millions, st.sampled_from([0, 0, 1])).map(sum)
    margins = st.one_of(st.none(), st.none(), st.none(), st.sampled_from(wrong))
    baskets = st.dictionaries(
        st.integers(0, len(listed) - 1), st.tuples(quantities, margins), min_size=1, max_size=5
    )
    met: Counter[str] = Counter()

    @OFTEN
    @given(rules=schedules(method), drawn=st.lists(baskets, min_size=4, max_size=8))
    def compare(rules, drawn):
        assert venue.adopt(rules) == ACCEPTED
        version = venue.policy.latest()
        for basket in drawn:
            lines = []
            for place, (quantity, margin) in sorted(basket.items()):
                asset = listed[in_order[place]]
                rule = said(rules, version, asset, venue.today)
                if margin is None:
                    margin = rule.margin if isinstance(rule, Rule) else ONE * method
                lines.append((Line(in_order[place].address, quantity, margin), asset))
            expected = stands(rules, version, method, lines, venue.today)
            terms = replace(usual, policy_version=version, lines=tuple(line for line, _ in lines))
            call = pen.signed(terms)
            assert verdict(lambda: venue.facility.reader("open")(*call))[0] == expected  # noqa: B023
            met[expected[0]] += 1

    compare()
    assert set(met) >= {"", "NotEligible", "MaturityTooLong", "IssuerNotTaken"}
    assert set(met) >= {"MarginNotAccepted", "OverConcentrated"}
