"""Settles the purchase legs of a trade file on their dates, by one of four methods.

On every settlement date, at nine, trades settle in the order of the file. Gross: each by itself,
from a queue worked off first in, first out (DvP model 1). Cash-net: all in one batch, securities
trade by trade, cash in one net for each member (model 2). Net: all in one netting cycle (model 3).
Ccp: each replaced by two with a clearing house, and those in one cycle. Each method begins with the
same funding and leaves the same positions: see `day_funding`. Repurchase legs do not settle here.

What is refused on a date fails, and the run ends there: gross the trades that wait to the end, else
all of the date. Only a file that is too large for a method is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, time
from decimal import Decimal

from settlement.analytics.netting import gross, netted_share, paid_net
from settlement.analytics.obligations import Account, Obligation
from settlement.coordinator.cycle import CYCLE_TOO_LARGE
from settlement.coordinator.dvp import CASH_NET, MOST_IN_BATCH
from settlement.coordinator.queue import Rule
from settlement.errors import BadInput, Refused
from settlement.market import Market
from settlement.reporting.methods import Holding, MethodRun, SettlementMethod, Waited
from settlement.reporting.story import Check
from settlement.tradefile.day_funding import Amounts, DayFunding, held_up, needed
from settlement.tradefile.model import Row, TradeFile
from settlement.tradefile.obligations import purchases
from settlement.units import CENT, cash_from_chain, counted

_NINE = time(9)


class BatchTooLarge(BadInput):
    """A date has more trades than one transaction of cash-net carries."""


class MethodRunner:
    """One run of one file. `market` is open to whoever wants to look at it afterwards."""

    def __init__(
        self,
        file: TradeFile,
        method: SettlementMethod,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.file = file
        self.method = method
        self._progress = progress
        self._rows = {row.trade_id: row for row in file.rows}
        self._dates = purchases(file.rows)
        if method is SettlementMethod.CASH_NET:
            self._require_one_batch_a_date()
        self._house = clearing_house_beside(file.firms())
        self._cash_needs: list[dict[str, int]] = []
        self._on_top: Amounts = {}
        self._waiting: list[Waited] = []
        self._failures: list[Waited] = []
        self._settled = 0
        self.market = Market.open(datetime.combine(next(iter(self._dates)), _NINE))
        self._meter = _Meter(self.market)
        self._funding = DayFunding(self.market, file.currency)

    def run(self) -> MethodRun:
        """Prepares the market, lives through the dates up to a failure, checks the end.

        Raises {Refused} where a cycle is too large, with the error `CYCLE_TOO_LARGE`.
        """
        self._prepare()
        for day, trades in self._dates.items():
            self._progress(f"{day}: {len(trades)} to settle")
            self.market.at(datetime.combine(day, _NINE))
            self._settle(trades)
            if self._failures:
                break
        return self._result()

    def _require_one_batch_a_date(self) -> None:
        for day, trades in self._dates.items():
            if len(trades) > MOST_IN_BATCH:
                raise BatchTooLarge(
                    f"{len(trades):,} trades settle on {day}, and cash-net settles those of a date "
                    f"in one transaction, which carries {MOST_IN_BATCH}"
                )

    def _prepare(self) -> None:
        file, market = self.file, self.market
        firms, securities = len(file.firms()), len(file.securities())
        self._progress(f"registering {counted(firms, 'firm')}, {counted(securities, 'security')}")
        market.add_cash(file.currency)
        for symbol in file.securities():
            market.add_security(symbol)
        for firm in file.firms():
            market.add_participant(firm)
        if self.method is SettlementMethod.CCP:
            market.add_clearing_house(self._house)

    def _settle(self, trades: Sequence[Obligation]) -> None:
        """One date. What is refused as a whole leaves every trade of it unsettled."""
        currency = self.file.currency
        needs = needed(self.method, trades, currency)
        self._cash_needs.append(
            {member: amount for (member, asset), amount in needs.items() if asset == currency}
        )
        try:
            self._settle_funded(trades, needs)
        except Refused as refused:
            if refused.error == CYCLE_TOO_LARGE:
                raise
            self._failures += [Waited(trade.id, (refused.sentence,)) for trade in trades]
        self._settled += len(trades) - len(self._failures)

    def _settle_funded(self, trades: Sequence[Obligation], needs: Amounts) -> None:
        """Funding, the method, and what was brought in on top is taken out."""
        funding = self._funding
        net = needed(SettlementMethod.NET, trades, self.file.currency)
        funding.bring_in(funding.missing(net))
        lacking = funding.missing(needs)
        if self.method is SettlementMethod.GROSS:
            waited = self._settle_gross(trades, lacking)
        elif self.method is SettlementMethod.CASH_NET:
            waited = self._settle_cash_net(trades, lacking)
        else:
            waited = self._settle_in_cycle(trades)
        if waited and not self._failures:
            funding.take_out(lacking)

    def _settle_gross(self, trades: Sequence[Obligation], lacking: Amounts) -> bool:
        self._sign(trades)
        waiting = self._work_off()
        if waiting:
            with suppress(Refused):  # what cannot be brought in leaves trades waiting, with reasons
                self._bring_in_on_top(waiting, lacking)
            self._failures += self._work_off()
        return bool(waiting)

    def _settle_cash_net(self, trades: Sequence[Obligation], lacking: Amounts) -> bool:
        self._sign(trades)
        waiting = held_up(trades, self._funding.held())
        if waiting:
            self._bring_in_on_top(waiting, lacking)
        with self._meter.running():
            self.market.dvp.settle_batch([trade.id for trade in trades], CASH_NET)
        return bool(waiting)

    def _settle_in_cycle(self, trades: Sequence[Obligation]) -> bool:
        market = self.market
        house = self._house if self.method is SettlementMethod.CCP else None
        number = market.cycles.new_cycle()
        for trade in trades:
            row = self._rows[trade.id]
            market.confirm_trade(row.trade_id, number, *_terms(row), clearing_house=house)
        draft = market.cycles.draft(number, market.window_of_today())
        with self._meter.running():
            market.cycles.settle(draft)
        return False

    def _sign(self, trades: Sequence[Obligation]) -> None:
        market = self.market
        for trade in trades:
            row = self._rows[trade.id]
            both = market.instructions(row.trade_id, *_terms(row))
            market.dvp.sign(row.trade_id, market.dvp.match(*both))

    def _work_off(self) -> list[Waited]:
        with self._meter.running():
            run = self.market.queue.run(Rule.FIFO)
        return [Waited(each.reference, each.why) for each in run.waiting]

    def _bring_in_on_top(self, waiting: Sequence[Waited], lacking: Amounts) -> None:
        self._waiting += waiting
        self._funding.bring_in(lacking)
        for account, amount in lacking.items():
            self._on_top[account] = max(amount, self._on_top.get(account, 0))

    def _result(self) -> MethodRun:
        file, dates = self.file, self._dates.values()
        gross_cash = sum(map(gross, dates))
        net_cash = sum(paid_net(trades, file.currency) for trades in dates)
        return MethodRun(
            file=file.name,
            currency=file.currency,
            method=self.method,
            first_day=min(self._dates),
            last_day=max(self._dates),
            trades=len(file.rows),
            settled=self._settled,
            gross_cash=gross_cash * CENT,
            net_cash=net_cash * CENT,
            netted_percent=netted_share(gross_cash, net_cash),
            cash_needed=max(sum(needs.values()) for needs in self._cash_needs) * CENT,
            needed_by={
                firm: max(needs.get(firm, 0) for needs in self._cash_needs) * CENT
                for firm in file.firms()
            },
            start=self._holdings(self._funding.given),
            brought_in={
                firm: amounts
                for firm, amounts in self._holdings(self._on_top).items()
                if amounts.cash or amounts.securities
            },
            waiting=tuple(self._waiting),
            failures=tuple(self._failures),
            cash_moved=self._meter.moved(file.currency),
            transfers=self._meter.transfers,
            positions=self._holdings(self._funding.held()),
            checks=tuple(self._checks()),
            transactions=self._meter.transactions,
            gas=self._meter.gas,
        )

    def _holdings(self, amounts: Mapping[Account, int]) -> dict[str, Holding]:
        """By firm, in the order of the file; securities without any are left out."""
        return {
            firm: Holding(
                amounts.get((firm, self.file.currency), 0) * CENT,
                {
                    symbol: amounts[firm, symbol]
                    for symbol in self.file.securities()
                    if amounts.get((firm, symbol))
                },
            )
            for firm in self.file.firms()
        }

    def _checks(self) -> Iterator[Check]:
        funding = self._funding
        yield Check("Register = chain = book", tuple(map(str, self.market.differences())))
        yield Check("every asset conserved", tuple(funding.lost()))
        if not self._failures:
            yield Check("positions = start + trades", tuple(funding.misplaced(self.file.rows)))


class _Meter:
    """Counts what the journal records while it runs: gas, transactions, movements."""

    def __init__(self, market: Market) -> None:
        self.gas = 0
        self.transactions = 0
        self._market = market
        self._amounts: list[tuple[str, int]] = []

    @property
    def transfers(self) -> int:
        """How many movements there were, of any asset."""
        return len(self._amounts)

    def moved(self, currency: str) -> Decimal:
        """The cash that changed hands."""
        cash = self._market.directory.cash(currency).address
        return cash_from_chain(sum(amount for asset, amount in self._amounts if asset == cash))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts until the end of the block."""
        journal = self._market.journal
        gas, transactions, events = journal.gas_used, journal.transactions, len(journal.events)
        yield
        self.gas += journal.gas_used - gas
        self.transactions += journal.transactions - transactions
        self._amounts += [
            (event.address, event.arguments["value"])
            for event in journal.events[events:]
            if event.name == "Transfer"
        ]


def clearing_house_beside(firms: Collection[str]) -> str:
    """A name for a clearing house that none of the firms has."""
    name = "clearing house"
    while name in firms:
        name = f"the {name}"
    return name


def _terms(row: Row) -> tuple[str, str, str, int, str, Decimal]:
    """Seller, buyer, security, quantity, currency and amount of a purchase."""
    return row.borrower, row.lender, row.cusip, row.quantity, row.currency, row.start_amount
