"""What a page says of a market's log: three of its answers, and its tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from settlement.reporting.ledger import EXCHANGES, FUNDING, Ledger, Movement
from settlement.reporting.page.blocks import (
    Answer,
    Bar,
    Block,
    Cell,
    Column,
    Drawing,
    Line,
    Prose,
    Table,
)
from settlement.reporting.page.timeline import Flow, timeline
from settlement.reporting.page.words import MOST_ROWS, cut, few, natural
from settlement.reporting.text import show_amount
from settlement.units import counted, show_cash

_WORDS = {
    "Settled": "sale settles",
    "Opened": "repo opens",
    "Closed": "repo closes",
    "Rolled": "repo rolls",
    "CycleSettled": "cycle settles",
    "Delivered": "delivered free of payment",
    "Transfer": "transferred by its holder",
    "RootMoved": "moved by the root wallet",
    "Collected": "collected after default",
    "Substituted": "collateral substituted",
    "Amended": "repo amended",
}
"""Events in the words of a treasurer; others are their names, taken apart."""

_ONES = {
    "Settlement.settle": "A sale",
    "Settlement.settleBatch": "A batch of sales",
    "NetSettlement.settle": "A netting cycle",
    "RepoFacility.open": "A repo opens",
    "RepoFacility.close": "A repo closes",
}
"""What one transaction of each does."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST_SUBJECTS = 40


def moved(ledger: Ledger) -> Answer:
    """What changed hands."""
    exchanges = [each for each in ledger.movements if each.reason in EXCHANGES]
    securities: Counter[str] = Counter()
    for each in exchanges:
        if each.asset != ledger.currency:
            securities[each.asset] += int(each.amount)
    times = len({(each.time, each.subject) for each in exchanges})
    if not exchanges:
        return Answer("What moved?", "Nothing", ["no trade settled, no repo opened"])
    return Answer(
        "What moved?",
        f"{show_cash(ledger.exchanged())} {ledger.currency}",
        [
            f"in {counted(times, 'exchange')} against securities, both legs at once",
            *few([(asset, show_amount(units)) for asset, units in securities.most_common()]),
        ],
    )


def avoided(ledger: Ledger, more: Sequence[Line]) -> Answer:
    """What those who go first would have had at risk."""
    exchanged = ledger.exchanged()
    principal = (
        "of principal: had cash gone first, it would have been out of hand before its"
        " securities came"
        if exchanged
        else "of principal in cash: none moved, or all of it netted to nothing"
    )
    answer = f"{show_cash(exchanged)} {ledger.currency}"
    return Answer("Which risk was avoided?", answer, [principal, *more])


def needed(ledger: Ledger) -> Answer:
    """The cash that had to be there."""
    by_party = ledger.cash_needed()
    total = sum(by_party.values(), Decimal(0))
    largest = sorted(by_party.items(), key=lambda item: -item[1])
    return Answer(
        "How much cash was needed?",
        f"{show_cash(total)} {ledger.currency}",
        [
            "the most by which payments were ever ahead of receipts",
            *few([(party, show_cash(amount)) for party, amount in largest]),
        ],
    )


def cost(ledger: Ledger) -> Answer:
    """Gas: there is no fee here, and no price of it."""
    used = sum(each.gas for each in ledger.gas)
    times = sum(each.times for each in ledger.gas)
    each_time = {each.what: each.gas // each.times for each in ledger.gas}
    return Answer(
        "What did it cost?",
        f"{used:,} gas",
        [
            f"in {counted(times, 'transaction')}, setting up included",
            *((word, f"{each_time[what]:,}") for what, word in _ONES.items() if what in each_time),
        ],
    )


def exchanges(ledger: Ledger) -> list[Block]:
    """Every trade and repo in time, and what moved for it."""
    flows = [flow for flow in _flows(ledger) if flow.subject]
    if not flows:
        return [Prose(["No trade settled and no repo opened."])]
    subjects = list(dict.fromkeys(flow.subject for flow in flows))
    drawn = set(subjects[:_MOST_SUBJECTS])
    drawing = Drawing(timeline([flow for flow in flows if flow.subject in drawn]))
    if len(drawn) == len(subjects):
        return [drawing, _flow_table(flows)]
    left_out = f"Drawn are the first {len(drawn)} of {len(subjects):,} trades and repos."
    return [drawing, Prose([left_out]), _flow_table(flows)]


def consents(ledger: Ledger) -> Table:
    """Signatures, by who gave them and what for; where that is too long, for how many."""
    caption = (
        "What the parties' own clients signed (EIP-712); nothing else moved anything of theirs"
    )
    head = [("Signed by", Column.NAME), ("What", Column.NAME)]
    signatures = ("Signatures", Column.FIGURE)
    each_one = Counter((each.subject, _words(each.what), each.who) for each in ledger.consents)
    if len(each_one) <= MOST_ROWS:
        rows = [
            (who, what, subject, f"{times:,}")
            for (subject, what, who), times in sorted(each_one.items(), key=_order)
        ]
        return Table(caption, [*head, ("About", Column.NAME), signatures], rows)
    together = Counter((who, what) for _, what, who in each_one)
    given = Counter((each.who, _words(each.what)) for each in ledger.consents)
    counts = [(*key, f"{together[key]:,}", f"{given[key]:,}") for key in sorted(given)]
    return cut(Table(caption, [*head, ("Trades and repos", Column.FIGURE), signatures], counts))


def gas(ledger: Ledger) -> Table:
    """By function, the dearest first."""
    most = max((each.gas for each in ledger.gas), default=1)
    return Table(
        "Gas by function of a contract, all transactions; those that were refused apart",
        [
            ("Function", Column.NAME),
            ("Transactions", Column.FIGURE),
            ("Gas each", Column.FIGURE),
            ("Gas", Column.FIGURE),
            ("", Column.BAR),
        ],
        [
            (
                each.what,
                f"{each.times:,}",
                f"{each.gas // each.times:,}",
                f"{each.gas:,}",
                Bar(0, each.gas / most),
            )
            for each in ledger.gas
        ],
    )


def positions(ledger: Ledger) -> Table:
    """The register beside the chain, what differs first."""
    rows: list[Sequence[Cell]] = [
        (
            each.wallet,
            each.asset,
            show_amount(each.register),
            show_amount(each.chain),
            show_amount(each.register - each.chain),
        )
        for each in sorted(ledger.positions, key=lambda each: each.register == each.chain)
    ]
    table = Table(
        "Positions rebuilt from events, and what the chain answers",
        [
            ("Wallet", Column.NAME),
            ("Asset", Column.NAME),
            ("Register", Column.FIGURE),
            ("Chain", Column.FIGURE),
            ("Difference", Column.FIGURE),
        ],
        rows,
    )
    return cut(table)


def _flows(ledger: Ledger) -> Iterator[Flow]:
    """Movements of one moment, subject and reason together."""

    def key(each: Movement) -> tuple[object, str, str]:
        return each.time, each.subject, each.reason

    moved = [each for each in ledger.movements if each.reason not in FUNDING]
    for (_, subject, reason), together in groupby(moved, key):
        legs = list(together)
        cash = [each for each in legs if each.asset == ledger.currency]
        securities = [each for each in legs if each.asset != ledger.currency]
        yield Flow(
            subject,
            legs[0].time,
            _words(reason),
            tuple(map(_leg, securities)),
            tuple(map(_leg, cash)),
        )


def _order(counted: tuple[tuple[str, str, str], int]) -> tuple[object, ...]:
    (subject, *others), _ = counted
    return natural(subject), others


def _leg(movement: Movement) -> str:
    amount = f"{show_amount(movement.amount)} {movement.asset}"
    return f"{movement.source} → {movement.target} {amount}"


def _flow_table(flows: Sequence[Flow]) -> Table:
    head = ("About", "When", "What", "Securities", "Cash")
    rows = [
        (
            flow.subject,
            f"{flow.time:%-d %b %H:%M}".replace(" ", "\N{NO-BREAK SPACE}"),
            flow.what,
            "; ".join(flow.securities),
            "; ".join(flow.cash),
        )
        for flow in sorted(flows, key=lambda flow: natural(flow.subject))
    ]
    table = Table(
        "The legs of every trade and repo", [(title, Column.NAME) for title in head], rows
    )
    return cut(table)


def _words(name: str) -> str:
    return _WORDS.get(name, _HUMP.sub(" ", name).lower())
