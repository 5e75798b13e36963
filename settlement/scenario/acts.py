"""What each word of a scenario does in a market: the heading it gets, and the deed.

An `Act` is prepared before it is done, so that a refused step can be told like one that works.
Deeds raise {Refused}; the runner tells what came of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.coordinator.repo import Agreement, Closing
from settlement.errors import Refused, UnknownName
from settlement.market import Market
from settlement.model.asset import Cash, SecurityKind
from settlement.model.repo import Method
from settlement.model.trade import Status
from settlement.onchain.contract import token
from settlement.onchain.signing import group_of, trade_id
from settlement.reporting.story import Figure
from settlement.scenario import steps
from settlement.scenario.model import MarginPart, Scenario
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    cents_half_up,
    price_to_chain,
    show_cash,
    show_per_cent,
    show_quantity,
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a deed brought: lines under the heading, and figures by name."""

    lines: Sequence[str] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """A deed and how it is announced. `shows` are the parties whose cash is shown."""

    heading: str
    do: Callable[[], Result]
    reference: str = ""
    shows: tuple[str, ...] = ()


class Acts:
    """Prepares the acts of one scenario in one market."""

    def __init__(self, market: Market, scenario: Scenario) -> None:
        self._market = market
        self._scenario = scenario
        self._prepare: dict[str, Callable[[Any], Act]] = {
            "register": self._register,
            "suspend": self._suspend,
            "reinstate": self._reinstate,
            "freeze": self._freeze,
            "pause": self._pause,
            "tokenize": self._tokenize,
            "detokenize": self._detokenize,
            "mint": self._mint,
            "redeem": self._redeem,
            "transfer": self._transfer,
            "deliver_free": self._deliver_free,
            "trade": self._trade,
            "cancel": self._cancel,
            "batch": self._batch,
            "reverse": self._reverse,
            "price": self._price,
            "repo": self._repo,
            "close": self._close,
        }

    def prepare(self, step: steps.Step) -> Act:
        """The act of a step. Raises {Refused} if it rests on what was refused before."""
        try:
            return self._prepare[step.verb](step)
        except UnknownName as unknown:
            raise Refused(str(unknown), error="NotBooked") from None

    # Layer 2: the depository and the bank.

    def register(self, names: Sequence[str], others: Sequence[str]) -> Act:
        """Admits participants; `others` are told to be outside."""

        def do() -> Result:
            for name in names:
                part = self._scenario.participants[name]
                self._market.add_participant(name, lei=part.lei)
                for symbol, quantity in part.book.items():
                    self._market.onboarding.deposit(name, symbol, quantity)
            return Result()

        heading = f"Depository registers {', '.join(names)}"
        if others:
            are = "are" if len(others) > 1 else "is"
            heading += f"; {', '.join(others)} {are} not registered"
        return Act(heading, do)

    def tokenize(self, name: str, securities: Mapping[str, int], deposit: bool) -> Act:
        """From the book to the wallet; `deposit` first puts it into the book."""

        def do() -> Result:
            lines = []
            for symbol, quantity in securities.items():
                if deposit:
                    self._market.onboarding.deposit(name, symbol, quantity)
                self._market.onboarding.tokenize(name, symbol, quantity)
                lines.append(self._omnibus(symbol))
            return Result(lines)

        return Act(f"{_capital(name)} tokenizes {_listed(securities)}", do)

    def mint(self, name: str, amount: Decimal) -> Act:
        """Cash from the bank."""
        currency = self._scenario.currency

        def do() -> Result:
            self._market.onboarding.issue_cash(name, currency, amount)
            return Result()

        return Act(f"Bank issues {show_cash(amount)} {currency} to {name}", do)

    def adopt_policy(self, margin: MarginPart) -> Act:
        """The venue's collateral policy."""
        method = Method.HAIRCUT if margin.haircut else Method.RATIO
        margins = margin.haircut or margin.margin_ratio

        def do() -> Result:
            numbers = {SecurityKind(kind).number: value for kind, value in margins.items()}
            version = self._market.repo.adopt_policy(numbers, method, margin.concentration)
            return Result(figures={"version": version})

        word = "haircut" if method is Method.HAIRCUT else "margin ratio"
        listed = ", ".join(f"{kind} {show_per_cent(value)}" for kind, value in margins.items())
        return Act(f"Venue adopts its collateral policy: {word} {listed}", do)

    def _register(self, step: steps.Register) -> Act:
        return self.register([step.register_], [])

    def _suspend(self, step: steps.Suspend) -> Act:
        deed = self._market.onboarding.suspend
        heading = f"Depository suspends {step.suspend}'s wallet ({step.reason})"
        return Act(heading, _deed(deed, step.suspend, step.reason))

    def _reinstate(self, step: steps.Reinstate) -> Act:
        if step.reinstate in self._scenario.participants:
            deed = _deed(self._market.onboarding.reinstate, step.reinstate, step.reason)
            return Act(f"Depository reinstates {step.reinstate}'s wallet ({step.reason})", deed)
        deed = _deed(self._market.onboarding.unpause, step.reinstate, step.reason)
        return Act(f"{step.reinstate} moves again ({step.reason})", deed)

    def _pause(self, step: steps.Pause) -> Act:
        deed = _deed(self._market.onboarding.pause, step.pause, step.reason)
        return Act(f"{step.pause} is paused ({step.reason})", deed)

    def _freeze(self, step: steps.Freeze) -> Act:
        def do() -> Result:
            for symbol, amount in step.holding.items():
                units = self._units(symbol, amount)
                self._market.onboarding.freeze(step.freeze, symbol, units)
            return Result()

        return Act(f"{self._shown(step.holding)} of {step.freeze} frozen", do)

    def _tokenize(self, step: steps.Tokenize) -> Act:
        return self.tokenize(step.tokenize, step.securities, deposit=False)

    def _detokenize(self, step: steps.Detokenize) -> Act:
        def do() -> Result:
            for symbol, quantity in step.securities.items():
                self._market.onboarding.detokenize(step.detokenize, symbol, quantity)
            return Result([self._omnibus(symbol) for symbol in step.securities])

        return Act(f"{_capital(step.detokenize)} detokenizes {_listed(step.securities)}", do)

    def _mint(self, step: steps.Mint) -> Act:
        return self.mint(step.mint, step.cash)

    def _redeem(self, step: steps.Redeem) -> Act:
        currency = self._scenario.currency
        deed = _deed(self._market.onboarding.redeem_cash, step.redeem, currency, step.cash)
        return Act(f"Bank redeems {show_cash(step.cash)} {currency} of {step.redeem}", deed)

    # Movements without payment.

    def _transfer(self, step: steps.Transfer) -> Act:
        def do() -> Result:
            source = self._market.party(step.source)
            target = self._market.party(step.target)
            for symbol, amount in step.transfer.items():
                asset = self._market.directory.asset(symbol)
                units = self._units(symbol, amount)
                transaction = token(asset).transaction(
                    source.key, "transfer", target.address, units
                )
                self._market.journal.run(transaction)
            return Result()

        moved = self._shown(step.transfer)
        return Act(f"{_capital(step.source)} itself transfers {moved} to {step.target}", do)

    def _deliver_free(self, step: steps.DeliverFree) -> Act:
        def do() -> Result:
            for symbol, amount in step.deliver_free.items():
                units = self._units(symbol, amount)
                self._market.deliver_free(step.source, step.target, symbol, units)
            return Result(["both signed · free of payment"])

        moved = self._shown(step.deliver_free)
        return Act(f"Free delivery  {step.source} → {step.target}  {moved}", do)

    # Trades.

    def _trade(self, step: steps.Trade) -> Act:
        def do() -> Result:
            if not step.again:
                self._book(step, step.buyer_instructs)
            if not step.settle:
                return Result(["both signed · waits"], self._amount(step.trade))
            self._market.dvp.settle(step.trade)
            lines = ["both signed · settled in one transaction · DvP"]
            return Result(lines, self._amount(step.trade))

        if step.again:
            trade = self._market.dvp.booked(step.trade).trade
            name = self._market.directory.name
            shows = (name(trade.seller), name(trade.buyer))
            return Act(f"{step.trade} is submitted again", do, step.trade, shows)
        sides = (str(step.seller), str(step.buyer)) if step.settle else ()
        return Act(f"Sale {self._described(step)}", do, step.trade, sides)

    def _cancel(self, step: steps.Cancel) -> Act:
        def do() -> Result:
            if step.cancel in self._repos():
                self._market.repo.cancel(step.cancel, step.by)
            else:
                self._market.dvp.cancel(step.cancel, step.by)
            return Result(["its number is burned: it can never settle"])

        who = " and ".join(step.by)
        return Act(f"{_capital(who)} cancel{'' if len(step.by) > 1 else 's'} {step.cancel}", do)

    def _batch(self, step: steps.Batch) -> Act:
        mode = ALL_OR_NONE if step.mode == "all-or-none" else BEST_EFFORT

        def do() -> Result:
            self._book_all(step)
            references = [trade.trade for trade in step.trades]
            outcome = self._market.dvp.settle_batch(references, mode)
            lines = [f"{name}: {_outcome(refused)}" for name, refused in outcome.items()]
            failed = sum(refused is not None for refused in outcome.values())
            return Result(lines, {"settled": len(outcome) - failed, "failed": failed})

        linked = ", linked" if step.linked else ""
        heading = f"Batch {step.batch}  {len(step.trades)} trades, {step.mode}{linked}"
        return Act(heading, do, step.batch)

    def _reverse(self, step: steps.Reverse) -> Act:
        booked = self._market.dvp.booked(step.reverse)
        trade, directory = booked.trade, self._market.directory
        seller, buyer = directory.name(trade.seller), directory.name(trade.buyer)
        symbol, exposure = directory.name(trade.security), cash_from_chain(trade.amount)

        def do() -> Result:
            if booked.status is not Status.SETTLED:
                sentence = f"{step.reverse} has not settled: there is nothing to reverse"
                raise Refused(sentence, error="NotSettled")
            self._market.onboarding.root_move(
                buyer, seller, symbol, trade.quantity, step.reason, trade_id(trade)
            )
            lines = [
                f"securities return, cash does not: {buyer} is exposed for {show_cash(exposure)}"
            ]
            return Result(lines, {"exposure": exposure})

        heading = f"Root wallet reverses {step.reverse} ({step.reason}): "
        moved = f"{show_quantity(trade.quantity)} {symbol}  {buyer} → {seller}"
        return Act(heading + moved, do, step.reverse)

    # Repo.

    def _price(self, step: steps.PriceOf) -> Act:
        def do() -> Result:
            lines = []
            for symbol, price in step.price.items():
                units = price_to_chain(price)
                if self._market.repo.post_price(symbol, units):
                    continue
                if step.confirmed:
                    self._market.repo.confirm_price(symbol, units)
                    lines.append(f"{symbol}: a jump, confirmed by the second role")
                else:
                    lines.append(f"{symbol}: a jump that waits for its confirmation")
            return Result(lines)

        listed = ", ".join(f"{symbol} {price}" for symbol, price in step.price.items())
        return Act(f"Price {listed}", do)

    def _repo(self, step: steps.Repo) -> Act:
        def do() -> Result:
            if not step.again:
                self._market.repo.agree(self._agreement(step))
            booked = self._market.repo.open(step.repo)
            figures: dict[str, Figure] = {"purchase_price": booked.purchase_price}
            if step.again:
                return Result(figures=figures)
            value = cents_half_up(self._market.repo.market_value(self._agreement(step)))
            figures["market_value"] = value
            return Result([self._repo_line(step, value)], figures)

        if step.again:
            return Act(f"Repo {step.repo} is submitted again", do, step.repo)
        sides = f"{step.seller} → {step.buyer}"
        heading = f"Repo {step.repo} opens  {sides}  {_listed(step.collateral)}"
        return Act(heading, do, step.repo, (str(step.seller), str(step.buyer)))

    def _close(self, step: steps.Close) -> Act:
        def do() -> Result:
            closing = self._market.repo.close(step.close, step.by)
            lines = [
                f"interest {_interest(closing)}",
                f"repurchase price {show_cash(closing.repurchase_price)}",
            ]
            return Result(
                lines,
                {
                    "price_differential": closing.price_differential,
                    "repurchase_price": closing.repurchase_price,
                    "days": sum(days for _, days in closing.periods),
                },
            )

        booked = self._market.repo.booked(step.close)
        name = self._market.directory.name
        shows = (name(booked.terms.seller), name(booked.terms.buyer))
        return Act(f"Repo {step.close} closes", do, step.close, shows)

    def _agreement(self, step: steps.Repo) -> Agreement:
        margin = self._scenario.margin
        if margin is None:
            raise Refused(
                "this story has no margin part, so the venue takes no collateral",
                error="NotEligible",
            )
        method = Method.HAIRCUT if margin.haircut else Method.RATIO
        by_kind = margin.haircut or margin.margin_ratio
        none = Decimal(0) if method is Method.HAIRCUT else Decimal(1)
        kinds = {symbol: part.kind for symbol, part in self._scenario.securities.items()}
        assert step.repo_rate is not None
        assert step.purchase_date is not None
        assert step.repurchase_date is not None
        return Agreement(
            reference=step.repo,
            venue=step.venue,
            seller=str(step.seller),
            buyer=str(step.buyer),
            currency=self._scenario.currency,
            collateral=step.collateral,
            margins={symbol: by_kind.get(kinds[symbol], none) for symbol in step.collateral},
            method=method,
            repo_rate=step.repo_rate,
            late_rate=step.late_rate,
            basis=margin.basis,
            purchase_date=step.purchase_date,
            repurchase_date=step.repurchase_date,
            purchase_price=step.purchase_price,
            threshold=margin.threshold,
            minimum_transfer=margin.minimum_transfer_amount,
        )

    def _repo_line(self, step: steps.Repo, value: Decimal) -> str:
        agreement = self._agreement(step)
        word = "haircut" if agreement.method is Method.HAIRCUT else "margin ratio"
        margins = " and ".join(dict.fromkeys(map(show_per_cent, agreement.margins.values())))
        days = (agreement.repurchase_date - agreement.purchase_date).days
        term = "overnight" if days == 1 else f"{days} days"
        rate = show_per_cent(agreement.repo_rate)
        held = " · held in tri-party custody" if step.venue == "tri-party" else ""
        return f"market value {show_cash(value)}, {word} {margins}, {rate}, {term}{held}"

    def _repos(self) -> set[str]:
        return {step.repo for step in self._scenario.steps if isinstance(step, steps.Repo)}

    def _book_all(self, batch: steps.Batch) -> None:
        new = [trade for trade in batch.trades if not trade.again]
        if not batch.linked:
            for trade in new:
                self._book(trade, {})
            return
        unlinked = [self._matched(trade, {}) for trade in new]
        group = group_of(unlinked)
        for fields, trade in zip(new, unlinked, strict=True):
            self._market.dvp.sign(fields.trade, replace(trade, group=group))

    def _book(self, trade: steps.TradeFields, buyer_says: Mapping[str, str]) -> None:
        self._market.dvp.sign(trade.trade, self._matched(trade, buyer_says))

    def _matched(self, trade: steps.TradeFields, buyer_says: Mapping[str, str]) -> Any:
        delivery, receipt = self._market.instructions(
            trade.trade,
            str(trade.seller),
            str(trade.buyer),
            str(trade.security),
            int(trade.quantity or 0),
            self._scenario.currency,
            _cash_of(trade),
        )
        changes = {name: steps.INSTRUCTED[name](text) for name, text in buyer_says.items()}
        return self._market.dvp.match(delivery, replace(receipt, **changes))

    def _described(self, trade: steps.TradeFields) -> str:
        sides = f"{trade.seller} → {trade.buyer}"
        what = f"{show_quantity(int(trade.quantity or 0))} {trade.security}"
        at = f"@ {trade.price}" if trade.price is not None else f"for {show_cash(_cash_of(trade))}"
        return f"{trade.trade}  {sides}  {what} {at}"

    def _amount(self, reference: str) -> dict[str, Figure]:
        return {"amount": self._market.dvp.amount_of(reference)}

    def _omnibus(self, symbol: str) -> str:
        omnibus = self._market.book.omnibus(symbol)
        address = self._market.directory.security(symbol).address
        supply = self._market.journal.register.supply(address)
        mark = "✓" if omnibus == supply else "✗"
        shown = f"{show_quantity(omnibus)} = token supply {show_quantity(supply)}"
        return f"omnibus account {shown}  {mark}"

    def _units(self, symbol: str, amount: Decimal) -> int:
        if isinstance(self._market.directory.asset(symbol), Cash):
            return cash_to_chain(amount)
        return int(amount)

    def _shown(self, amounts: Mapping[str, Decimal]) -> str:
        currency = self._scenario.currency
        return ", ".join(
            f"{show_cash(amount) if symbol == currency else f'{amount:,f}'} {symbol}"
            for symbol, amount in amounts.items()
        )


def _deed(deed: Callable[..., None], *arguments: Any) -> Callable[[], Result]:
    def do() -> Result:
        deed(*arguments)
        return Result()

    return do


def _cash_of(trade: steps.TradeFields) -> Decimal:
    if trade.amount is not None:
        return trade.amount
    assert trade.price is not None
    assert trade.quantity is not None
    return cents_half_up(trade.quantity * trade.price)


def _interest(closing: Closing) -> str:
    """The formula with the figures in it."""
    rated = [f"{show_per_cent(rate)} × {days}" for rate, days in closing.periods]
    sum_ = rated[0] if len(rated) == 1 else f"({' + '.join(rated)})"
    principal = show_cash(closing.purchase_price)
    return f"{principal} × {sum_}/{closing.basis} = {show_cash(closing.price_differential)}"


def _outcome(refused: Refused | None) -> str:
    return "settled" if refused is None else f"refused: {refused.sentence}"


def _listed(quantities: Mapping[str, int]) -> str:
    return ", ".join(f"{show_quantity(q)} {symbol}" for symbol, q in quantities.items())


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
