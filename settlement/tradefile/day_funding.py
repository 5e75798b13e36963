"""What members hold on a settlement date: their net debits, and for the day what a method needs.

All methods begin a date alike: each member holds its net debit of each asset, which is the least
with which the date can settle at all. What a method needs beyond that is brought in for the day and
taken out at its end, so that every method leaves the same positions. Cash is in cents here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from settlement.analytics.netting import bounds
from settlement.analytics.obligations import Account, Obligation
from settlement.market import Market
from settlement.reporting.methods import SettlementMethod, Waited
from settlement.tradefile.model import Row
from settlement.units import CENT, CENT_UNITS, show_cash, show_quantity

Amounts = dict[Account, int]
"""Above zero, by account: of cash in cents, of securities in units of nominal."""


def needed(method: SettlementMethod, trades: Sequence[Obligation], currency: str) -> Amounts:
    """What accounts must hold so that each trade of a date settles at its turn.

    That is the peak of the running debit of what moves trade by trade, and the net debit of what is
    netted. A queue that lets other trades go first may do with less than the peak.
    """
    found = {}
    for asset in dict.fromkeys(move.asset for trade in trades for move in trade.moves):
        one_by_one = method is SettlementMethod.GROSS or (
            method is SettlementMethod.CASH_NET and asset != currency
        )
        for member, need in bounds(trades, asset).items():
            found[member, asset] = need.upper if one_by_one else need.lower
    return {account: amount for account, amount in found.items() if amount}


def short_of_securities(
    trades: Sequence[Obligation], held: Mapping[Account, int]
) -> Iterator[Waited]:
    """The trades, each at its turn, whose sellers lack the security; they deliver nothing."""
    left = defaultdict(int, held)
    for trade in trades:
        seller, buyer, security, quantity = trade.moves[0]
        short = quantity - left[seller, security]
        if short > 0:
            why = f"{seller} is short of {show_quantity(short)} {security}"
            yield Waited(trade.id, (why,))
        else:
            left[seller, security] -= quantity
            left[buyer, security] += quantity


def held_up(trades: Sequence[Obligation], held: Mapping[Account, int]) -> list[Waited]:
    """All trades of a batch where a seller lacks a security, for it is all or none; else none."""
    short = {each.trade_id: each for each in short_of_securities(trades, held)}
    others = ("the batch is all or none, and others in it wait",)
    return [short.get(trade.id, Waited(trade.id, others)) for trade in trades] if short else []


class DayFunding:
    """Brings assets in and takes them out. `given` is what is in of what was brought in."""

    def __init__(self, market: Market, currency: str) -> None:
        self.given: defaultdict[Account, int] = defaultdict(int)
        self._market = market
        self._currency = currency

    def held(self) -> Amounts:
        """What every account holds now."""
        return {
            (member, asset): units // CENT_UNITS if asset == self._currency else units
            for member, assets in self._market.balances().items()
            for asset, units in assets.items()
        }

    def missing(self, needs: Mapping[Account, int]) -> Amounts:
        """What accounts lack to hold so much."""
        held = self.held()
        return {
            account: amount - held[account]
            for account, amount in needs.items()
            if amount > held[account]
        }

    def bring_in(self, amounts: Mapping[Account, int]) -> None:
        """Issues cash, deposits and tokenizes securities."""
        desk = self._market.onboarding
        for (member, asset), amount in amounts.items():
            if asset == self._currency:
                desk.issue_cash(member, asset, amount * CENT)
            else:
                desk.deposit(member, asset, amount)
                desk.tokenize(member, asset, amount)
            self.given[member, asset] += amount

    def take_out(self, amounts: Mapping[Account, int]) -> None:
        """Redeems cash, detokenizes and withdraws securities."""
        desk, book = self._market.onboarding, self._market.book
        for (member, asset), amount in amounts.items():
            if asset == self._currency:
                desk.redeem_cash(member, asset, amount * CENT)
            else:
                desk.detokenize(member, asset, amount)
                book.withdraw(member, asset, amount)
            self.given[member, asset] -= amount

    def lost(self) -> Iterator[str]:
        """Assets of which members together hold something else than was brought in."""
        held = self.held()
        for asset in dict.fromkeys(asset for _, asset in held):
            found = sum(amount for (_, symbol), amount in held.items() if symbol == asset)
            given = sum(amount for (_, symbol), amount in self.given.items() if symbol == asset)
            if found != given:
                shown = self._shown(found, asset), self._shown(given, asset)
                yield f"{asset}: {shown[0]} held, {shown[1]} given"

    def misplaced(self, rows: Iterable[Row]) -> Iterator[str]:
        """Accounts that hold something else than was brought in and what rows move."""
        expected = defaultdict(int, self.given)
        for row in rows:
            cash = int(row.start_amount / CENT)
            expected[row.lender, row.cusip] += row.quantity
            expected[row.borrower, row.cusip] -= row.quantity
            expected[row.borrower, row.currency] += cash
            expected[row.lender, row.currency] -= cash
        for (member, asset), amount in self.held().items():
            wanted = expected[member, asset]
            if amount != wanted:
                shown = self._shown(amount, asset), self._shown(wanted, asset)
                yield f"{member} holds {shown[0]} {asset} instead of {shown[1]}"

    def _shown(self, amount: int, asset: str) -> str:
        return show_cash(amount * CENT) if asset == self._currency else show_quantity(amount)
