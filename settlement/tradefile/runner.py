"""Runs a trade file in a market of its own: funds the firms, opens every repo, closes it at term.

Repos are bilateral, the title passes, the lender buys and the borrower sells. On every day what is
due closes first, then what begins opens, each repo by itself and in its order, by the bulk path.
The venue takes treasury notes at a haircut of zero, by a policy adopted for this, at the prices of
the file: each is posted before the first repo of a day that uses it, and again where rows of one
security differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal

from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.errors import Refused
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Method
from settlement.reporting.book import BookRun, Differing, Failure
from settlement.reporting.story import Check, Refusal
from settlement.tradefile.funding import Day, needed, schedule
from settlement.tradefile.model import BASIS, Row, TradeFile
from settlement.units import cash_from_chain, cash_to_chain, counted, price_to_chain

_NINE = time(9)


class BookRunner:
    """One run of one file. `market` is open to whoever wants to look at it afterwards."""

    def __init__(self, file: TradeFile, progress: Callable[[str], None] = lambda _: None) -> None:
        self.file = file
        self._progress = progress
        self._days = schedule(file.rows)
        self._funding = needed(file.rows)
        self._opened: dict[str, Row] = {}
        self._paid: dict[str, Decimal] = {}
        self._failures: list[Failure] = []
        self.market = Market.open(datetime.combine(self._days[0].date, _NINE))

    def run(self) -> BookRun:
        """Prepares the market, lives through the days, checks the end."""
        self._prepare()
        for day in self._days:
            self.market.at(datetime.combine(day.date, _NINE))
            self._close(day)
            self._open(day)
        return self._result()

    def _prepare(self) -> None:
        file, market = self.file, self.market
        self._progress(
            f"registering {counted(len(file.firms()), 'firm')}, "
            f"{counted(len(file.securities()), 'security')}"
        )
        market.add_cash(file.currency)
        for symbol in file.securities():
            market.add_security(symbol)
        for firm, funds in self._funding.items():
            cash = funds.cash + funds.interest
            market.add_participant(
                firm, {file.currency: cash} if cash else None, securities=funds.securities
            )
        market.board.adopt_policy(by_kind({SecurityKind.TREASURY_NOTE: Decimal(0)}, Method.HAIRCUT))

    def _open(self, day: Day) -> None:
        if day.openings:
            self._progress(f"{day.date}: {len(day.openings)} to open")
        for rows in self._priced(day.openings):
            booked = [self.market.repo.agree(self._deal(row)) for row in rows]
            outcome = self.market.repo.open_all([repo.reference for repo in booked])
            for row in rows:
                refused = outcome[row.trade_id]
                if refused is None:
                    self._opened[row.trade_id] = row
                else:
                    self._fail(row, "open", refused)

    def _close(self, day: Day) -> None:
        due = [row.trade_id for row in day.closings if row.trade_id in self._opened]
        if due:
            self._progress(f"{day.date}: {len(due)} to close")
        for trade_id, outcome in self.market.repo.close_all(due).items():
            if isinstance(outcome, Refused):
                self._fail(self._opened[trade_id], "close", outcome)
            else:
                self._paid[trade_id] = outcome.price_differential

    def _priced(self, rows: Sequence[Row]) -> Iterator[list[Row]]:
        """Cuts rows where a price changes under those before; posts what those after need."""
        board: dict[str, Decimal] = {}
        together: list[Row] = []
        for row in rows:
            known = board.get(row.cusip)
            if known is not None and known != row.price:
                yield together
                together = []
            if known != row.price:
                self._post(row)
                board[row.cusip] = row.price
            together.append(row)
        if together:
            yield together

    def _post(self, row: Row) -> None:
        price = price_to_chain(row.price)
        if not self.market.board.post_price(row.cusip, price):
            self.market.board.confirm_price(row.cusip, price)

    def _deal(self, row: Row) -> Deal:
        return Deal(
            reference=row.trade_id,
            venue="bilateral",
            seller=row.borrower,
            buyer=row.lender,
            currency=row.currency,
            collateral={row.cusip: row.quantity},
            margins={row.cusip: Decimal(0)},
            repo_rate=row.repo_rate,
            agreement=MasterAgreement(basis=BASIS),
            purchase_date=row.settlement_date,
            repurchase_date=row.repurchase_date,
            purchase_price=row.start_amount,
        )

    def _fail(self, row: Row, leg: str, refused: Refused) -> None:
        refusal = Refusal(refused.sentence, refused.error, refused.reason)
        self._failures.append(Failure(row.trade_id, leg, refusal))

    def _result(self) -> BookRun:
        file, journal = self.file, self.market.journal
        interest: dict[str, Decimal] = {}
        for trade_id, paid in self._paid.items():
            borrower = self._opened[trade_id].borrower
            interest[borrower] = interest.get(borrower, Decimal(0)) + paid
        return BookRun(
            file=file.name,
            currency=file.currency,
            first_day=self._days[0].date,
            last_day=self._days[-1].date,
            trades=len(file.rows),
            opened=len(self._opened),
            closed=len(self._paid),
            gross_cash=sum((row.start_amount for row in self._opened.values()), Decimal(0)),
            securities={
                symbol: self.market.directory.security(symbol).isin for symbol in file.securities()
            },
            funding=self._funding,
            interest={firm: interest[firm] for firm in self._funding if firm in interest},
            differing=tuple(
                Differing(row.trade_id, row.end_amount, row.repurchase_price)
                for row in file.rows
                if row.end_amount != row.repurchase_price
            ),
            failures=tuple(self._failures),
            checks=tuple(self._checks()),
            transactions=journal.transactions,
            gas=journal.gas_used,
        )

    def _checks(self) -> Iterator[Check]:
        yield Check("Register = chain = book", tuple(map(str, self.market.differences())))
        yield Check("interest = recomputed", tuple(self._wrong_interest()))
        yield Check("every asset conserved", tuple(self._lost()))
        if not self._failures:
            yield Check("all back where it was, but for interest", tuple(self._misplaced()))

    def _wrong_interest(self) -> Iterator[str]:
        for trade_id, paid in self._paid.items():
            row = self._opened[trade_id]
            if paid != row.interest:
                yield f"{trade_id} paid {paid:,} of interest instead of {row.interest:,}"

    def _lost(self) -> Iterator[str]:
        """Assets of which the firms together hold something else than they were given."""
        held = self.market.balances()
        for asset in self.market.directory.assets():
            given = sum(self._given(firm, asset.symbol) for firm in self._funding)
            found = sum(held[firm][asset.symbol] for firm in self._funding)
            if found != given:
                yield f"{asset.symbol}: {found:,} held, {given:,} given"

    def _misplaced(self) -> Iterator[str]:
        held, currency = self.market.balances(), self.file.currency
        earned = dict.fromkeys(self._funding, Decimal(0))
        for row in self._opened.values():
            earned[row.lender] += row.interest
            earned[row.borrower] -= row.interest
        for firm, funds in self._funding.items():
            for symbol in self.file.securities():
                if held[firm][symbol] != funds.securities.get(symbol, 0):
                    yield f"{firm} holds {held[firm][symbol]:,} {symbol}"
            cash = cash_from_chain(held[firm][currency])
            if cash != funds.cash + funds.interest + earned[firm]:
                yield f"{firm} holds {cash:,} {currency}"

    def _given(self, firm: str, symbol: str) -> int:
        funds = self._funding[firm]
        if symbol == self.file.currency:
            return cash_to_chain(funds.cash + funds.interest)
        return funds.securities.get(symbol, 0)
