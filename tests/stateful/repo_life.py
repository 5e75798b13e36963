"""A market of repos with a model beside it, ready to be lived in."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from functools import cache

from settlement.chain.base import Transaction
from settlement.market import Market
from settlement.onchain import repo_signing
from settlement.onchain.contract import Contract, interface
from tests.contracts.repo.schedule import lei_of
from tests.stateful.census import Census
from tests.stateful.repo_acts import RepoActs
from tests.stateful.repo_cast import (
    AGREEMENTS,
    CASH,
    DENOMINATIONS,
    ISSUERS,
    KINDS,
    MATURITIES,
    NAMES,
    PRICES,
    QUANTITY,
    RULES,
    SECURITIES,
)
from tests.stateful.repo_set_acts import SetActs
from tests.stateful.repo_standing import Plan


class Life(RepoActs, SetActs):
    """One market, its model, and everything that can be done in it."""


def _new_market() -> Life:
    market = Market.open(with_ether=NAMES)
    market.add_cash("USD")
    for symbol in SECURITIES:
        market.add_security(
            symbol,
            kind=KINDS[symbol],
            denomination=DENOMINATIONS[symbol],
            issuer=lei_of(ISSUERS[symbol]).decode(),
            maturity=MATURITIES.get(symbol),
        )
    lei = market.party("dealer").participant.lei
    for name in NAMES:
        market.add_participant(
            name,
            cash={"USD": Decimal(CASH // 10**6)},
            securities=dict.fromkeys(SECURITIES, QUANTITY),
            lei=lei if name == "branch" else None,
        )
    creation = interface("Census").creation()
    deployer = market.operators.deployer
    (receipt,) = market.chain.submit([Transaction(deployer, None, creation, 6_000_000)])
    return Life(market, Census(Contract(interface("Census"), str(receipt.contract))))


def _with_repos() -> Life:
    """Prices, agreements, and repos of several kinds in either direction."""
    life = _new_market()
    for symbol, price in PRICES.items():
        life.post(life.assets[symbol], price)
    life.adopt(RULES)
    for agreement in AGREEMENTS:
        life.consents.agree(agreement)
        life.model.agreements[repo_signing.agreement_id(agreement)] = agreement
        life.send("recordAgreement", Plan(), agreement)
    today, lines = life.today(), life.lines
    for terms in (
        life.terms("dealer", "fund", lines=lines({"T-2035": 3_000_000, "B-2030": 1_234_500})),
        life.terms(
            "dealer",
            "fund",
            lines=lines({"T-2035": 5_000_000}),
            custody=life.custody,
            repurchase_date=0,
            duration=1,
            may_substitute=True,
        ),
        life.terms("fund", "branch", lines=lines({"B-2030": 2_000_000}), repurchase_date=today + 5),
        life.terms(
            "dealer",
            "fund",
            lines=lines({"C-2031": 4_321_987, "D-2029": 2_000_000}),
            custody=life.custody,
            repurchase_date=today + 3,
        ),
        life.terms("bank", "dealer", lines=lines({"D-2029": 3_000_000}), repurchase_date=today + 2),
    ):
        assert life.open(terms)
    return life


@cache
def _opened() -> tuple[Life, Callable[[], None]]:
    life = _with_repos()
    return life, life.market.chain.checkpoint()


def fresh_life() -> Life:
    """The same market for everybody, with its first repos open, on a chain that went back."""
    opened, restore = _opened()
    restore()
    shared = [*opened.market.shared(), opened.census, opened.keys]
    return copy.deepcopy(opened, {id(thing): thing for thing in shared})
