"""Sentences for what the repo desk refuses in a repo's life; see `refusals`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from settlement.coordinator.amounts import (
    in_cash,
    in_cash_down,
    in_cash_up,
    in_per_cent,
    show_amount,
)
from settlement.coordinator.directory import Directory
from settlement.model.repo import NO_DATE, Failing, RepoState
from settlement.units import date_from_chain, price_from_chain

Arguments = Mapping[str, Any]
Sentences = dict[str, Callable[[Arguments], str]]

_REPO_IS = {
    RepoState.NONE: "has not opened",
    RepoState.OPEN: "is open already",
    RepoState.CLOSED: "has closed already",
    RepoState.CANCELLED: "was cancelled",
    RepoState.CLOSED_OUT: "was closed out after a default",
}

_FAILING = {
    Failing.NOBODY: "nothing stands in the way of closing",
    Failing.SELLER: "the seller's fail is on record already",
    Failing.BUYER: "the buyer's fail is on record already",
    Failing.IMPEDED: "that closing is impeded is on record already",
}


def repo_sentences(directory: Directory) -> Sentences:
    """The sentences, by the name of the error."""
    words = _Words(directory)
    return words.terms() | words.changes() | words.margin() | words.servicing() | words.default()


def show_due(days: int) -> str:
    """A repurchase date; an open-ended repo has none before a notice."""
    return (
        "set by a notice that nobody gave" if days in {0, NO_DATE} else str(date_from_chain(days))
    )


class _Words:
    """The sentences, one function for each interface."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._name = directory.name
        self._time = directory.show_time

    def terms(self) -> Sentences:
        return {
            "NotASide": lambda a: f"{self._name(a['signer'])} is not a side of this repo",
            "NotDue": lambda a: (
                f"the repurchase date is {show_due(a['repurchaseDate'])}, "
                f"and it is {date_from_chain(a['today'])}"
            ),
            "DatesOutOfOrder": lambda a: (
                f"{show_due(a['repurchaseDate'])} is not after "
                f"the purchase date {date_from_chain(a['purchaseDate'])}"
            ),
            "BadPurchasePrice": lambda a: (
                "a purchase price is above zero and in whole cents, "
                f"not {in_cash(a['purchasePrice'])}"
            ),
            "WrongState": lambda a: f"the repo {_REPO_IS[RepoState(a['state'])]}",
            "NotThePurchaseDate": lambda a: (
                "the purchase date is "
                f"{date_from_chain(a['purchaseDate'])}, and it is {date_from_chain(a['today'])}"
            ),
            "SetInDefault": lambda _: (
                "one of the two is in default with the other: only their close-out goes on"
            ),
            "AgreementUnknown": lambda _: "the agreement of the two sides is not on record",
            "SetFull": lambda a: f"the two have {a['most']} open repos, and no more can be valued",
            "BadRate": lambda a: (
                f"a rate of {in_per_cent(a['rate'])} a year is beyond 100%: 4.30% is 0.043"
            ),
            "BadClock": lambda a: (
                f"no clock is {a['utcOffset'] / 3_600:+g} hours from UTC"
                if not -43_200 <= a["utcOffset"] <= 50_400
                else f"a cut-off {a['cutOff']:,} seconds after midnight is on another day"
            ),
            "NotTheVenues": lambda a: f"{self._name(a['named'])} is not the venue's custody",
            "NoCollateral": lambda _: "there is no collateral",
            "TooManyLines": lambda a: (
                f"there are {a['lines']} securities, and {a['most']} are allowed"
            ),
            "LinesOutOfOrder": lambda a: (
                f"{self._name(a['security'])} is named twice, or not in the order of addresses"
            ),
            "EmptyLine": lambda a: f"there is no quantity of {self._name(a['security'])}",
            "NotTheCollateral": lambda _: "what was brought is not the collateral of the repo now",
        }

    def changes(self) -> Sentences:
        return {
            "PastChanging": lambda a: (
                f"the repurchase date is {show_due(a['repurchaseDate'])}, and it is "
                f"{date_from_chain(a['today'])}: it can close or roll, and no more change"
            ),
            "NoticeOutOfBounds": self._notice_out_of_bounds,
            "NoNoticeAgreed": lambda _: "the terms do not let one side end the repo early",
            "NotTheDay": lambda a: (
                f"the change is agreed for {date_from_chain(a['date'])}, "
                f"and it is {date_from_chain(a['today'])}"
            ),
            "NothingChanges": lambda _: "price, rate and collateral are so already",
            "IntradayStands": lambda _: "an intraday repo stands as it is until it closes",
            "CallStands": lambda _: "no collateral is substituted while a margin call stands",
            "LessCollateral": lambda a: (
                f"the new collateral after its margin is worth {in_cash_down(a['available'])}, "
                f"and the old is worth {in_cash_up(a['needed'])}"
            ),
            "NotTheSameParties": lambda _: (
                "a repo rolls between the same wallets, in the same cash, agreement and custody"
            ),
        }

    def margin(self) -> Sentences:
        return {
            "NotAllOfTheSet": lambda a: (
                f"{a['brought']} repos were brought, and the two have {a['open']} open"
            ),
            "NotAllSecurities": lambda a: (
                f"{a['brought']} securities were brought, and {a['standing']} stand as margin"
            ),
            "OutOfOrder": lambda _: "repos come once each, in the order of their ids",
            "NotOfTheSet": lambda _: "the repo is not one of these two under this agreement",
            "NothingToCall": lambda a: (
                f"there is nothing to call: the net exposure is {in_cash(a['netExposure'])}, the "
                f"threshold {in_cash(a['threshold'])}, and the least call "
                f"{in_cash(a['minimumTransfer'])}"
            ),
            "CallOutstanding": lambda a: f"a call of {in_cash(a['amount'])} stands already",
            "NoCallStands": lambda _: "no such call stands between the two",
            "CallNotMet": lambda a: (
                f"the call is {in_cash(a['needed'])}, and what is delivered counts for "
                f"{in_cash_down(a['available'])}"
            ),
            "NotHeldAsMargin": self._not_held,
            "ClockUnchanged": lambda _: "nothing stops the clock of the call, or it runs already",
            "OtherMargin": lambda a: (
                f"{self._name(a['security'])} stands as margin at {in_per_cent(a['standing'])}, "
                f"not at {in_per_cent(a['given'])}"
            ),
        }

    def servicing(self) -> Sentences:
        return {
            "AgreementKnown": lambda _: "the agreement is on record already",
            "BadBasis": lambda a: f"a year has 360 or 365 days, not {a['basis']}",
            "NotLate": lambda a: (
                f"the repo is not late before its cut-off at {self._time(a['cutOff'])}, "
                f"and it is {self._time(a['time'])}"
            ),
            "NothingToRecord": lambda a: _FAILING[Failing(a["failing"])],
            "ReversalUnrecorded": lambda a: (
                f"{self._name(a['security'])} of this repo was reversed, which is not on record yet"
            ),
            "NothingReversed": lambda _: "no reversal of the repo's own leg is to be recorded",
            "NotTheAgreement": lambda _: "the repo is under another agreement",
            "IncomeKnown": lambda a: f"{self._income(a)} is on record already",
            "NoIncomeDue": lambda a: f"{self._income(a)} is not due: not on record, paid, or early",
            "IncomeOutOfTerm": lambda a: (
                f"income recorded for {date_from_chain(a['recordDate'])} and paid on "
                f"{date_from_chain(a['paymentDate'])} does not belong to this repo"
            ),
            "BadIncome": lambda a: (
                "income is above zero, in whole cents and no more than the purchase price, "
                f"not {in_cash(a['amount'])}"
            ),
        }

    def default(self) -> Sentences:
        return {
            "NoDefault": lambda a: (
                f"a default may be declared after {self._time(a['earliest'])}"
                if a["earliest"]
                else "there is no ground for a default"
            ),
            "NotInDefault": lambda _: "neither of the two is in default with the other",
            "ValuationNotDue": lambda a: (
                f"a price of {self._name(a['security'])} may be stated from "
                f"{self._time(a['earliest'])} on, and only where the board has none"
            ),
            "ValuationOutOfBounds": lambda a: (
                f"{price_from_chain(a['price'])} for {self._name(a['security'])} lies too far from "
                f"its last price {price_from_chain(a['last'])}"
            ),
            "NothingToCollect": lambda a: (
                f"custody has nothing of this repo that {self._name(a['wallet'])} could have now"
            ),
            "BadClaimPayment": lambda a: (
                f"{in_cash(a['amount'])} cannot be paid on a claim of {in_cash(a['claim'])}"
            ),
        }

    def _notice_out_of_bounds(self, a: Arguments) -> str:
        sentence = (
            f"notice is for {date_from_chain(a['earliest'])} or later, "
            f"not for {date_from_chain(a['repurchaseDate'])}"
        )
        if a["before"] == NO_DATE:
            return sentence
        return f"{sentence}, and before {date_from_chain(a['before'])}"

    def _not_held(self, a: Arguments) -> str:
        asset = self._directory.asset_at(a["asset"])
        held, returned = (show_amount(asset, a[name]) for name in ("available", "needed"))
        return f"{held} is held as margin, and {returned} would be returned"

    def _income(self, a: Arguments) -> str:
        return f"income of {self._name(a['security'])} for {date_from_chain(a['recordDate'])}"
