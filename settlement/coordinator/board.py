"""What the venue takes as collateral and what it is worth: its policy and its board of prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import market_value
from settlement.coordinator.directory import Directory
from settlement.coordinator.journal import Journal
from settlement.model.asset import Security
from settlement.model.policy import Rule
from settlement.model.repo import Method
from settlement.onchain.contract import token
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators
from settlement.units import price_from_chain, rate_from_chain, rate_to_chain

_PRICE_AGE = 86_400

# No limit of maturity, as the contract says it.
_NO_LIMIT = 2**32 - 1


class Board:
    """The desk of the venue's policy maker, of who posts prices and of who confirms them."""

    def __init__(
        self,
        journal: Journal,
        directory: Directory,
        deployment: Deployment,
        operators: Operators,
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._policy = deployment.policy
        self._prices = deployment.prices
        self._operators = operators

    def adopt_policy(self, rules: Iterable[Rule]) -> int:
        """Adopts the venue's next policy: these rules and no others."""
        schedule = [
            (
                rule.kind.number,
                _NO_LIMIT if rule.longest_maturity is None else rule.longest_maturity,
                rule.method.value,
                rate_to_chain(rule.margin),
                rate_to_chain(rule.concentration),
                [lei.encode() for lei in rule.issuers],
            )
            for rule in rules
        ]
        events = self._journal.run(
            self._policy.transaction(self._operators.policy_maker, "adopt", schedule)
        )
        return int(next(event.arguments["version"] for event in events))

    def policy_version(self) -> int:
        """The latest version of the policy."""
        return int(str(self._journal.ask(self._policy, "latest")))

    def rule(self, security: Security, version: int | None = None) -> Rule:
        """What a version says of a security today, the latest unless given.

        The rule is for this security alone: it has no list and no limit of maturity any more.
        Raises {Refused}: not eligible.
        """
        number = self.policy_version() if version is None else version
        described: object = self._journal.ask(token(security), "classAndLife")
        assert isinstance(described, tuple)
        found: object = self._journal.ask(self._policy, "ruleOf", number, described[0])
        assert isinstance(found, tuple)
        method, margin, concentration = found
        return Rule(
            security.kind, Method(method), rate_from_chain(margin), rate_from_chain(concentration)
        )

    def post_price(self, symbol: str, price: int) -> bool:
        """Posts a price (10^-8) observed now; False while it waits for its confirmation."""
        security = self._directory.security(symbol)
        observed = self._journal.chain.now()
        events = self._journal.run(
            self._prices.transaction(
                self._operators.pricer, "post", security.address, price, observed
            )
        )
        return all(event.name != "PriceHeldBack" for event in events)

    def confirm_price(self, symbol: str, price: int) -> None:
        """The second role confirms a jump."""
        security = self._directory.security(symbol)
        self._journal.run(
            self._prices.transaction(self._operators.confirmer, "confirm", security.address, price)
        )

    def price(self, symbol: str, maximum_age: int = _PRICE_AGE) -> Decimal:
        """The price on the board, at most so many seconds old. Raises {Refused} without one."""
        security = self._directory.security(symbol)
        units = self._journal.ask(self._prices, "priceOf", security.address, maximum_age)
        return price_from_chain(int(str(units)))

    def market_value(self, collateral: Mapping[str, int]) -> Fraction:
        """Market value of quantities by symbol, unrounded."""
        return sum(
            (market_value(quantity, self.price(symbol)) for symbol, quantity in collateral.items()),
            Fraction(0),
        )
