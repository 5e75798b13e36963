"""The repo desk's state, rebuilt from the log and from nothing else.

An event with the second of its block is all that goes in; out come the words that the chain should
have written down. What an event leaves to be computed is computed as little as possible: this is
what somebody knows who only listens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from settlement.chain.base import checksummed
from settlement.model.repo import NO_DATE, Agreement, Duration, Line
from settlement.onchain import repo_signing
from settlement.onchain.contract import Event

NOTHING = bytes(32)
NO_CALL = (0, "0x" + "00" * 20)
_FIELDS = [each.name for each in fields(Agreement)]


@dataclass
class LoggedRepo:
    """A repo: terms as words, and everything that changed."""

    terms: Sequence[Any]
    agreement: Agreement
    netting_set: bytes
    lines: tuple[Line, ...]
    word: list[Any]
    change: list[Any] = field(default_factory=lambda: [NOTHING, 0, 0, 0, 0, 0, 0])


@dataclass
class LoggedSet:
    """A netting set; numbers count what each participant signed."""

    first: bytes
    second: bytes
    agreement: Agreement
    open: int = 0
    state: int = 1
    call: tuple[int, str] = NO_CALL
    deadline: int = 0
    cash: tuple[int, int, int] = (0, 0, 0)
    numbers: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    securities: dict[str, tuple[int, int]] = field(default_factory=dict)
    closing: tuple[int, bool, int] = (0, False, 0)
    net: int = 0
    """What has been valued so far, from rounded figures; `valued` cents off at most."""
    second_defaulted: bool = False
    ended: tuple[tuple[int, str], int] = (NO_CALL, 0)
    """The call that the last closing ended, and its deadline: a roll closes and ends none."""
    claim: int = 0


class Log:
    """Listens to the register, the repo desk and the custody."""

    def __init__(self) -> None:
        self.repos: dict[bytes, LoggedRepo] = {}
        self.cancelled: set[bytes] = set()
        self.sets: dict[bytes, LoggedSet] = {}
        self.held: dict[tuple[bytes, str], int] = defaultdict(int)
        self._participants: dict[str, bytes] = {}
        self._agreements: dict[bytes, Agreement] = {}

    def apply(self, event: Event, time: int) -> None:
        reader = getattr(self, f"_on_{event.name}", None)
        if reader is not None and event.contract != "Settlement":
            reader(event.arguments, time)

    # --- what it says -----------------------------------------------------------------------------

    def repo_words(self, id: bytes) -> tuple[Any, ...]:
        if id in self.cancelled:
            return (3, False, 0, 0, 0, 0, 0)
        return tuple(self.repos[id].word) if id in self.repos else (0, False, 0, 0, 0, 0, 0)

    def change_words(self, id: bytes) -> tuple[Any, ...]:
        return tuple(self.repos[id].change) if id in self.repos else (NOTHING, *[0] * 6)

    def set_words(self, id: bytes) -> tuple[Any, ...]:
        if id not in self.sets:
            return (0, 0, 0, 0, 0, 0, 0, 0, False, False, 0)
        each = self.sets[id]
        a = each.agreement
        return (
            *(each.open, len(each.securities), each.state),
            *(a.method, a.basis, a.maximum_price_age, a.grace, a.late_rate),
            *(each.second_defaulted, each.call != NO_CALL),
            each.closing[0] if each.state == 2 else each.deadline,
        )

    def margin_words(self, id: bytes) -> tuple[Any, ...]:
        if id not in self.sets:
            return (0, 0, 0, 0, 0)
        each = self.sets[id]
        return (*each.cash, each.numbers[each.first], each.numbers[each.second])

    # --- repos ------------------------------------------------------------------------------------

    def _on_WalletRegistered(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self._participants[a["wallet"]] = a["participant"]

    def _on_AgreementRecorded(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self._agreements[a["agreement"]] = Agreement(
            **dict(zip(_FIELDS, a["content"], strict=True))
        )

    def _on_Opened(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        terms = a["terms"]
        seller, buyer, cash, key, price, rate, duration, begins, ends = terms[:9]
        agreement = self._agreements[key]
        first, second = sorted(self._participants[_address(side)] for side in (seller, buyer))
        netting_set = repo_signing.netting_set(first, second, key, cash)
        self.sets.setdefault(netting_set, LoggedSet(first, second, agreement)).open += 1
        since = time if duration == Duration.INTRADAY.value else begins
        due = NO_DATE if duration == Duration.OPEN_ENDED.value else ends
        word = [1, False, since, due, price, 0, rate]
        lines = _lines(terms[-1])
        self.repos[a["repo"]] = LoggedRepo(terms, agreement, netting_set, lines, word)

    def _on_RepoCancelled(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self.cancelled.add(a["repo"])

    def _on_Closed(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo = self.repos[a["repo"]]
        repo.word[0] = 2
        each = self.sets[repo.netting_set]
        each.open -= 1
        if not each.open:
            each.ended = (each.call, each.deadline)
            each.call, each.deadline = NO_CALL, 0

    def _on_Rolled(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[self.repos[a["repo"]].netting_set]
        if each.open == 1:
            each.call, each.deadline = each.ended

    def _on_NoticeGiven(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self.repos[a["repo"]].word[3] = a["repurchaseDate"]

    def _on_Amended(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo = self._changed(a)
        late = self._late_days(repo, a["date"])
        repo.word[2], repo.word[4] = a["date"], a["purchasePrice"]
        repo.word[5], repo.word[6] = a["number"], a["rate"]
        repo.change[1] = a["accrued"]
        repo.change[2] += late
        lines = _lines(a["lines"])
        if lines != repo.lines:
            repo.lines, repo.change[0] = lines, repo_signing.lines_hash(lines)

    def _on_Substituted(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo = self._changed(a)
        repo.lines, repo.word[5] = _lines(a["lines"]), a["number"]
        repo.change[0] = repo_signing.lines_hash(repo.lines)

    def _on_Reversed(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self._on_Substituted(a, time)

    def _on_FailRecorded(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo = self._changed(a)
        repo.word[2], repo.change[1], repo.change[2] = a["date"], a["accrued"], a["failedDays"]
        repo.change[3:6] = [a["failing"], time, repo.agreement.fails_rate]

    def _on_IncomeRecorded(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        if self.repos[a["repo"]].word[0] == 1:
            self._changed(a).change[6] += a["amount"]

    def _on_IncomePaid(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo = self.repos[a["repo"]]
        if repo.word[0] == 1:
            repo.change[6] -= a["amount"]

    def _on_IncomePriced(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo = self.repos[a["repo"]]
        repo.change[2] += self._late_days(repo, a["date"])
        repo.change[6] -= repo.word[4] - a["purchasePrice"]
        repo.word[2], repo.word[4] = a["date"], a["purchasePrice"]
        repo.word[1], repo.word[5] = True, a["number"]
        repo.change[1] = a["accrued"]

    def _late_days(self, repo: LoggedRepo, day: int) -> int:
        """Days of the buyer's fail that an event without them counts."""
        intraday = repo.terms[6] == Duration.INTRADAY.value
        due = repo.terms[7] + 1 if intraday else repo.word[3]
        return max(0, day - max(due, repo.word[2])) if repo.change[3] == 2 else 0

    def _changed(self, a: Mapping[str, Any]) -> LoggedRepo:
        repo = self.repos[a["repo"]]
        repo.word[1] = True
        return repo

    # --- sets -------------------------------------------------------------------------------------

    def _on_MarginCalled(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        by = self._participants[a["by"]]
        each.call, each.deadline = (a["amount"], a["by"]), a["deadline"]
        each.numbers[by] = a["number"]

    def _on_MarginPaid(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        each.cash = tuple(a["account"][:3])
        each.numbers[each.first], each.numbers[each.second] = a["account"][3:]

    def _on_MarginDelivered(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        giver = self._participants[a["from"]]
        each.numbers[giver] = a["number"]
        for line in _lines(a["lines"]):
            units = -line.quantity if giver == each.first else line.quantity
            held = each.securities.pop(line.security, (0, 0))[0] + units
            if held:
                each.securities[line.security] = (held, line.margin)

    def _on_CallVoided(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self._on_CallMet(a, time)

    def _on_CallMet(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        each.call, each.deadline = NO_CALL, 0

    def _on_ClockSet(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self.sets[a["nettingSet"]].deadline = a["deadline"]

    def _on_DefaultDeclared(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        by = self._participants[a["by"]]
        each.state, each.closing = 2, (a["declaredAt"], by == each.first, 0)
        each.numbers[by] += 1
        each.second_defaulted = by == each.first

    def _on_DefaultPriceFixed(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        if a["disputed"]:
            sound = each.first if each.second_defaulted else each.second
            each.numbers[sound] += 1

    def _on_Valued(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        repo, each = self.repos[a["repo"]], self.sets[a["nettingSet"]]
        repo.word[0] = 4
        each.open -= 1
        declared_at, second, valued = each.closing
        each.closing = (declared_at, second, valued + 1)
        to_buyer = a["owed"] - a["marketValue"]
        buyer_is_first = self._participants[_address(repo.terms[1])] == each.first
        each.net += to_buyer if buyer_is_first else -to_buyer

    def _on_ClosedOut(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        each.cash = (0, 0, each.cash[2])
        each.call, each.deadline, each.securities, each.state = NO_CALL, 0, {}, 1
        each.closing, each.net, each.claim = (0, False, 0), 0, a["claim"]

    def _on_ClaimPaid(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        each = self.sets[a["nettingSet"]]
        each.claim = a["claim"]
        each.numbers[self._participants[a["from"]]] += 1

    # --- custody ----------------------------------------------------------------------------------

    def _on_Held(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self.held[a["repo"], a["security"]] += a["quantity"]

    def _on_Released(self, a: Mapping[str, Any], time: int) -> None:  # noqa: N802
        self.held[a["repo"], a["security"]] -= a["quantity"]


def _lines(words: Sequence[Any]) -> tuple[Line, ...]:
    return tuple(Line(_address(security), *rest) for security, *rest in words)


def _address(word: str) -> str:
    """Addresses within structs come out of the log in lower case."""
    return checksummed(word)
