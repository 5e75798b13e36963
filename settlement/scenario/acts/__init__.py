"""What each word of a scenario does in a market: the heading it gets, and the deed.

An `Act` is prepared before it is done, so that a refused step can be told like one that works.
Deeds raise {Refused}; the runner tells what came of them. The function of a word prepares its act
from a step, which stands in `steps`, in the module of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from settlement.errors import Refused, UnknownName
from settlement.scenario.acts import (
    changes,
    depository,
    margin,
    movements,
    netting,
    repo,
    trades,
)
from settlement.scenario.acts.base import Act, Stage
from settlement.scenario.steps.base import Step

ACTS: Mapping[str, Callable[[Stage, Any], Act]] = {
    "register": depository.register,
    "suspend": depository.suspend,
    "reinstate": depository.reinstate,
    "freeze": depository.freeze,
    "pause": depository.pause,
    "tokenize": depository.tokenize,
    "detokenize": depository.detokenize,
    "mint": depository.mint,
    "redeem": depository.redeem,
    "transfer": movements.transfer,
    "deliver_free": movements.deliver_free,
    "trade": trades.trade,
    "cancel": trades.cancel,
    "batch": trades.batch,
    "reverse": trades.reverse,
    "queue": netting.queue,
    "cycle": netting.cycle,
    "price": repo.price,
    "repo": repo.repo,
    "close": repo.close,
    "statement": repo.statement,
    "terminate": changes.terminate,
    "rerate": changes.rerate,
    "reprice": changes.reprice,
    "adjust": changes.adjust,
    "substitute": changes.substitute,
    "free": changes.free,
    "roll": changes.roll,
    "partial": changes.partial,
    "fail": changes.fail,
    "income": changes.income,
    "margin_report": margin.margin_report,
    "margin_call": margin.margin_call,
    "deliver_margin": margin.deliver_margin,
    "return_margin": margin.return_margin,
    "stop_clock": margin.stop_clock,
    "restart_clock": margin.restart_clock,
    "default": margin.default,
    "state_value": margin.state_value,
    "close_out": margin.close_out,
    "collect": margin.collect,
    "pay_claim": margin.pay_claim,
}
"""What prepares the act of each word."""


def prepare(stage: Stage, step: Step) -> Act:
    """The act of a step. Raises {Refused} if it rests on what was refused before."""
    try:
        return ACTS[step.verb](stage, step)
    except UnknownName as unknown:
        raise Refused(str(unknown), error="NotBooked") from None
