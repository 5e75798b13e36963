"""What a scenario can say, a class a word. The first word of a step names it.

Each class documents its own fields, figures and example; `docs/scenario.md` and the JSON Schema are
generated from here. `names` lists what a step refers to, so that a name that nobody has is found
before anything runs. What a word does stands in `acts`, in the module of the same name.
"""

from __future__ import annotations

from settlement.scenario.steps import (
    changes,
    depository,
    margin,
    movements,
    netting,
    repo,
    trades,
)
from settlement.scenario.steps.base import Step

STEPS: dict[str, type[Step]] = {
    step.verb: step
    for step in (
        depository.Register,
        depository.Suspend,
        depository.Reinstate,
        depository.Freeze,
        depository.Pause,
        depository.Tokenize,
        depository.Detokenize,
        depository.Mint,
        depository.Redeem,
        movements.Transfer,
        movements.DeliverFree,
        trades.Trade,
        trades.Cancel,
        trades.Batch,
        trades.Reverse,
        netting.QueueOf,
        netting.CycleOf,
        repo.PriceOf,
        repo.Repo,
        repo.Close,
        repo.StatementOf,
        changes.Terminate,
        changes.Rerate,
        changes.Reprice,
        changes.Adjust,
        changes.Substitute,
        changes.Free,
        changes.Roll,
        changes.Partial,
        changes.Fail,
        changes.IncomeOf,
        margin.MarginReportOf,
        margin.MarginCall,
        margin.DeliverMargin,
        margin.ReturnMargin,
        margin.StopClock,
        margin.RestartClock,
        margin.Default,
        margin.StateValue,
        margin.CloseOutOf,
        margin.Collect,
        margin.PayClaim,
    )
}
"""Every word, in the order of the manual."""

RESERVED = {"announce", "pay", "redeem_at_maturity", "vote", "document"}
"""Words that later capabilities will read."""
