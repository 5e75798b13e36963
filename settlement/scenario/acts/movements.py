"""What moves without payment."""

from __future__ import annotations

from settlement.onchain.contract import token
from settlement.scenario.acts.base import Act, Result, Stage, capital
from settlement.scenario.steps.movements import DeliverFree, Transfer


def transfer(stage: Stage, step: Transfer) -> Act:
    def do() -> Result:
        source = stage.market.party(step.source)
        target = stage.market.party(step.target)
        for symbol, amount in step.transfer.items():
            asset = stage.market.directory.asset(symbol)
            units = stage.units(symbol, amount)
            transaction = token(asset).transaction(source.key, "transfer", target.address, units)
            stage.market.journal.run(transaction)
        return Result()

    moved = stage.shown(step.transfer)
    heading = f"{capital(step.source)} transfers {moved} to {step.target} outside the venue"
    return Act(heading, do)


def deliver_free(stage: Stage, step: DeliverFree) -> Act:
    def do() -> Result:
        for symbol, amount in step.deliver_free.items():
            units = stage.units(symbol, amount)
            stage.market.deliver_free(step.source, step.target, symbol, units)
        return Result(["both signed · free of payment"])

    moved = stage.shown(step.deliver_free)
    return Act(f"Free delivery  {step.source} → {step.target}  {moved}", do)
