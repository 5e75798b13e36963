"""An overnight repo in Python, without a scenario file: `python scripts/overnight_repo.py`.

The worked example that the documentation uses everywhere: 10,000,000 nominal at 1.0075, haircut 1%,
4.30%, and what the desks of a market say on the way.
"""

from datetime import date, datetime
from decimal import Decimal

from settlement.coordinator.deals import Deal
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Method
from settlement.units import price_to_chain, show_cash


def main() -> None:
    """Opens a market, then the repo; closes it the next morning."""
    market = Market.open()
    market.add_cash("USD")
    market.add_security("T-2035", SecurityKind.TREASURY_NOTE, isin="US91282CZZ75")
    market.add_participant("dealer", {"USD": Decimal(2_000)}, {"T-2035": 10_000_000})
    market.add_participant("fund", {"USD": Decimal(10_000_000)})

    haircut = Decimal("0.01")
    market.board.adopt_policy(by_kind({SecurityKind.TREASURY_NOTE: haircut}, Method.HAIRCUT))
    market.board.post_price("T-2035", price_to_chain(Decimal("1.0075")))
    market.repo.agree(
        Deal(
            reference="R1",
            venue="bilateral",
            seller="dealer",
            buyer="fund",
            currency="USD",
            collateral={"T-2035": 10_000_000},
            margins={"T-2035": haircut},
            repo_rate=Decimal("0.043"),
            purchase_date=date(2026, 3, 2),
            repurchase_date=date(2026, 3, 3),
        )
    )
    opened = market.repo.open("R1")
    print(f"R1 opens against {show_cash(opened.purchase_price)} USD")
    print(f"dealer has {show_cash(market.cash('dealer', 'USD'))} USD and no T-2035")

    market.at(datetime(2026, 3, 3, 10))  # noqa: DTZ001 - on the market's own clock
    closed = market.repo.close("R1")
    print(f"R1 closes at {show_cash(closed.repurchase_price)} USD")
    print(f"of which interest {show_cash(closed.price_differential)}")
    print(f"register = chain = book: {not market.differences()}")


if __name__ == "__main__":
    main()
