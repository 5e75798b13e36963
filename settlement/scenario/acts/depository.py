"""What the depository and the bank do: wallets, holdings, book and cash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from settlement.scenario.acts.base import Act, Result, Stage, capital, listed
from settlement.scenario.steps.depository import (
    Detokenize,
    Freeze,
    Mint,
    Pause,
    Redeem,
    Register,
    Reinstate,
    Suspend,
    Tokenize,
)
from settlement.units import show_cash, show_quantity


def admission(stage: Stage, names: Sequence[str], others: Sequence[str]) -> Act:
    """Admits participants; `others` are told to be outside."""

    def do() -> Result:
        for name in names:
            part = stage.scenario.participants[name]
            if part.purpose == "clearing-house":
                stage.market.add_clearing_house(name, part.lei)
            else:
                stage.market.add_participant(name, lei=part.lei)
            for symbol, quantity in part.book.items():
                stage.market.onboarding.deposit(name, symbol, quantity)
        return Result()

    heading = f"Depository registers {', '.join(names)}"
    if others:
        are = "are" if len(others) > 1 else "is"
        heading += f"; {', '.join(others)} {are} not registered"
    return Act(heading, do)


def tokenization(stage: Stage, name: str, securities: Mapping[str, int], deposit: bool) -> Act:
    """From the book to the wallet; `deposit` first puts it into the book."""

    def do() -> Result:
        lines = []
        for symbol, quantity in securities.items():
            if deposit:
                stage.market.onboarding.deposit(name, symbol, quantity)
            stage.market.onboarding.tokenize(name, symbol, quantity)
            lines.append(_omnibus(stage, symbol))
        return Result(lines)

    return Act(f"{capital(name)} tokenizes {listed(securities)}", do)


def issue(stage: Stage, name: str, amount: Decimal) -> Act:
    """Cash from the bank."""
    currency = stage.scenario.currency

    def do() -> Result:
        stage.market.onboarding.issue_cash(name, currency, amount)
        return Result()

    return Act(f"Bank issues {show_cash(amount)} {currency} to {name}", do)


def register(stage: Stage, step: Register) -> Act:
    return admission(stage, [step.register_], [])


def suspend(stage: Stage, step: Suspend) -> Act:
    deed = stage.market.onboarding.suspend
    heading = f"Depository suspends {step.suspend}'s wallet ({step.reason})"
    return Act(heading, _deed(deed, step.suspend, step.reason))


def reinstate(stage: Stage, step: Reinstate) -> Act:
    if step.reinstate in stage.scenario.participants:
        deed = _deed(stage.market.onboarding.reinstate, step.reinstate, step.reason)
        return Act(f"Depository reinstates {step.reinstate}'s wallet ({step.reason})", deed)
    deed = _deed(stage.market.onboarding.unpause, step.reinstate, step.reason)
    return Act(f"{step.reinstate} moves again ({step.reason})", deed)


def freeze(stage: Stage, step: Freeze) -> Act:
    def do() -> Result:
        for symbol, amount in step.holding.items():
            units = stage.units(symbol, amount)
            stage.market.onboarding.freeze(step.freeze, symbol, units)
        return Result()

    return Act(f"{stage.shown(step.holding)} of {step.freeze} frozen", do)


def pause(stage: Stage, step: Pause) -> Act:
    deed = _deed(stage.market.onboarding.pause, step.pause, step.reason)
    return Act(f"{step.pause} is paused ({step.reason})", deed)


def tokenize(stage: Stage, step: Tokenize) -> Act:
    return tokenization(stage, step.tokenize, step.securities, deposit=False)


def detokenize(stage: Stage, step: Detokenize) -> Act:
    def do() -> Result:
        for symbol, quantity in step.securities.items():
            stage.market.onboarding.detokenize(step.detokenize, symbol, quantity)
        return Result([_omnibus(stage, symbol) for symbol in step.securities])

    return Act(f"{capital(step.detokenize)} detokenizes {listed(step.securities)}", do)


def mint(stage: Stage, step: Mint) -> Act:
    return issue(stage, step.mint, step.cash)


def redeem(stage: Stage, step: Redeem) -> Act:
    currency = stage.scenario.currency
    deed = _deed(stage.market.onboarding.redeem_cash, step.redeem, currency, step.cash)
    return Act(f"Bank redeems {show_cash(step.cash)} {currency} of {step.redeem}", deed)


def _omnibus(stage: Stage, symbol: str) -> str:
    omnibus = stage.market.book.omnibus(symbol)
    address = stage.market.directory.security(symbol).address
    supply = stage.market.journal.register.supply(address)
    mark = "✓" if omnibus == supply else "✗"
    shown = f"{show_quantity(omnibus)} {symbol} = token supply {show_quantity(supply)}"
    return f"omnibus account {shown}  {mark}"


def _deed(deed: Callable[..., None], *arguments: Any) -> Callable[[], Result]:
    def do() -> Result:
        deed(*arguments)
        return Result()

    return do
