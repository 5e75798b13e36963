"""Gas of what happens in a repo's life, as `receipt.gasUsed` on a fresh chain.

The repo is that of the worked example, bilateral, with one line, alone in its netting set, and its
two sides are keys. `first` writes words that were empty: the first change of the repo, the first
margin between the two. `steady` is every time after. A default is declared and closed out, each in
one step; its repo has not changed before, and its set has had margin.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Method
from settlement.units import price_to_chain

Figures = dict[str, dict[str, int]]

_HAIRCUT = Decimal("0.01")
_AGREEMENT = MasterAgreement(margin_rate=Decimal("0.04"))
_PRICES = [Decimal(text) for text in ("1.0075", "0.9975", "0.9875", "0.9775", "0.9675")]
_HOUR = timedelta(hours=1)


def measure() -> Figures:
    """Every figure, on a chain of its own."""
    market = _market()
    return {
        "repo_substitute": _substitutions(market),
        **_margin(market),
        "repo_default": _default(market),
    }


def _market() -> Market:
    market = Market.open()
    market.add_cash("USD")
    symbols = ("T-2034", "T-2035")
    for symbol in symbols:
        market.add_security(symbol, denomination=1_000)
    for name in ("dealer", "fund"):
        securities = dict.fromkeys(symbols, 100_000_000)
        market.add_participant(name, {"USD": Decimal("100000000.00")}, securities)
    market.board.adopt_policy(by_kind({SecurityKind.TREASURY_NOTE: _HAIRCUT}, Method.HAIRCUT))
    return market


def _open(market: Market, reference: str) -> None:
    _price(market, _PRICES[0])
    market.repo.agree(
        Deal(
            reference=reference,
            venue="bilateral",
            seller="dealer",
            buyer="fund",
            currency="USD",
            collateral={"T-2035": 10_000_000},
            margins={"T-2035": _HAIRCUT},
            repo_rate=Decimal("0.043"),
            purchase_date=market.today(),
            repurchase_date=None,
            agreement=_AGREEMENT,
        )
    )
    market.repo.open(reference)


def _substitutions(market: Market) -> dict[str, int]:
    """There and back: the second one finds every word in use."""
    _open(market, "R1")
    first = _gas(market, lambda: market.changes.substitute("R1", "T-2035", "T-2034"))
    steady = _gas(market, lambda: market.changes.substitute("R1", "T-2034", "T-2035"))
    market.changes.give_notice("R1", "fund", market.today() + timedelta(days=1))
    market.at(market.now() + timedelta(days=1))
    market.repo.close("R1")
    return {"steady": steady, "first": first}


def _margin(market: Market) -> Figures:
    _open(market, "R2")
    first, steady = (_call_and_meet(market, price) for price in _PRICES[1:3])
    return {
        function: {"steady": steady[place], "first": first[place]}
        for place, function in enumerate(("margin_call", "margin_in_cash"))
    }


def _call_and_meet(market: Market, price: Decimal) -> tuple[int, int]:
    _price(market, price)
    called = _gas(market, lambda: market.margin.call_margin("fund", "dealer"))
    met = _gas(market, lambda: market.margin.meet_in_cash("dealer", "fund"))
    return called, met


def _default(market: Market) -> dict[str, int]:
    _price(market, _PRICES[3])
    market.margin.call_margin("fund", "dealer")
    market.at(market.now() + 5 * _HOUR)
    declared = _gas(market, lambda: market.default.declare_default("fund", "dealer"))
    market.at(market.now() + _HOUR)
    _price(market, _PRICES[4])
    closed_out = _gas(market, lambda: market.default.close_out("fund", "dealer"))
    return {"declare": declared, "close_out": closed_out, "all": declared + closed_out}


def _price(market: Market, price: Decimal) -> None:
    market.at(market.now() + _HOUR)
    for symbol in ("T-2034", "T-2035"):
        market.board.post_price(symbol, price_to_chain(price))


def _gas(market: Market, act: Callable[[], object]) -> int:
    before = market.journal.gas_used
    act()
    return market.journal.gas_used - before
