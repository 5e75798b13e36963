"""A contract's refusal as one sentence in the units of the trade: who, what, needed, available.

`refusal` starts from the decoded error (`chain.reverts`) and the market's names. Errors that a
party of the market can meet have a sentence of their own, those about collateral and prices in
`collateral_refusals`, those of a repo's life in `repo_refusals`; the rest, which say that somebody
built or attacked something, are shown by name with their arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eth_utils import to_checksum_address

from settlement.chain.reverts import Revert
from settlement.coordinator.amounts import show_amount
from settlement.coordinator.collateral_refusals import collateral_sentences
from settlement.coordinator.directory import Directory
from settlement.coordinator.repo_refusals import repo_sentences
from settlement.errors import Refused
from settlement.model.asset import Asset, Cash
from settlement.model.party import WalletStatus
from settlement.units import cash_from_chain

Arguments = Mapping[str, Any]
Sentences = dict[str, Callable[[Arguments], str]]


def refusal(directory: Directory, revert: Revert) -> Refused:
    """The error to raise: sentence, contract error, ISO 20022 reason, figures."""
    words = _Words(directory)
    arguments = {name: _checksummed(value) for name, value in revert.arguments.items()}
    writer = sentences(directory).get(revert.name)
    sentence = writer(arguments) if writer else str(revert)
    return Refused(
        sentence,
        error=revert.name,
        reason=words.reason(revert.name, arguments),
        details={name: _plain(value) for name, value in arguments.items()}
        | words.shortfall(revert.name, arguments),
    )


def sentences(directory: Directory) -> Sentences:
    """The sentences of all contracts, by the name of the error."""
    words = _Words(directory)
    ours = words.wallets_and_assets() | words.trades()
    return ours | collateral_sentences(directory) | repo_sentences(directory)


class _Words:
    """The sentences, by the name of the error, one function for each kind of contract."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._name = directory.name
        self._time = directory.show_time

    def wallets_and_assets(self) -> Sentences:
        """What the register and the tokens refuse."""
        return {
            "InsufficientFreeBalance": self._short,
            "WalletNotActive": self._not_active,
            "WalletKnown": lambda a: (
                f"{self._name(a['wallet'])}'s wallet is {_status(a['status'])} already"
            ),
            "WrongStatus": lambda a: (
                f"{self._name(a['wallet'])}'s wallet is {_status(a['status'])}, "
                f"and it would have to be {_status(a['needed'])}"
            ),
            "AmountTooLarge": lambda a: (
                f"{show_amount(self._asset(a), a['amount'])} is more than there can be"
            ),
            "PauseUnchanged": lambda a: (
                f"{self._name(a['asset'])} is {'paused already' if a['paused'] else 'not paused'}"
            ),
            "AssetPaused": lambda a: f"{self._name(a['asset'])} is paused",
            "PastSunset": lambda a: (
                f"{self._name(a['asset'])} no longer circulates: "
                f"its sunset was at {self._time(a['sunset'])}"
            ),
            "NotDenominated": lambda a: (
                f"{a['quantity']:,} {self._name(a['asset'])} is not a "
                f"multiple of its denomination {a['denomination']:,}"
            ),
            "NotTheMover": lambda a: (
                f"{self._name(a['asset'])} does not let {self._name(a['caller'])} move it: "
                "only the mover that the depository named may"
            ),
            "ERC20InsufficientAllowance": lambda a: (
                f"{self._name(a['spender'])} wants {a['needed']:,} units of somebody else's, "
                f"and was allowed {a['allowance']:,}"
            ),
            "Silent": lambda _: "a contract in it failed and did not say why",
            "AccessManagedUnauthorized": lambda a: (
                f"{self._name(a['caller'])} does not hold the role for this"
            ),
        }

    def trades(self) -> Sentences:
        """What the settlement contract refuses."""
        return {
            "OutsideWindow": lambda a: (
                f"it may settle from {self._time(a['notBefore'])} to "
                f"{self._time(a['notAfter'])}, and it is {self._time(a['time'])}"
            ),
            "NonceUsed": lambda a: (
                f"it was settled or cancelled before: number {a['nonce']} "
                f"of {self._name(a['first'])} and {self._name(a['second'])} is used"
            ),
            "BadSignature": lambda a: f"{self._name(a['signer'])} did not sign exactly this",
            "ZeroQuantity": lambda _: "a quantity is above zero",
            "ZeroAmount": lambda _: (
                "a trade has a price above zero; free deliveries are another type"
            ),
            "SelfTrade": lambda a: f"{self._name(a['wallet'])} cannot trade with itself",
            "SameParty": lambda a: f"{self._name(a['wallet'])} cannot trade with itself",
            "SameAsset": lambda a: f"{self._name(a['asset'])} cannot be both legs of a trade",
            "NotWholeCents": lambda a: f"{cash_from_chain(a['amount'])} is finer than a cent",
            "NotAToken": lambda a: f"there is no token at {a['asset']}",
            "GroupBroken": lambda _: "linked trades settle only together, all of them and in order",
            "AlreadyBinding": lambda a: (
                "one side alone could cancel until "
                f"{self._time(a['bindingFrom'])}; from then on both must"
            ),
            "NotAParty": lambda a: f"{self._name(a['signer'])} is not a party of it",
            "CycleUsed": lambda a: (
                f"{self._name(a['participant'])} took part in cycle {a['cycle']} before, "
                "or left it for good"
            ),
            "ParticipantsOutOfOrder": lambda a: (
                f"participants stand in order and each once, and {self._name(a['participant'])} "
                "does not"
            ),
            "NotBalanced": self._not_balanced,
        }

    def reason(self, error: str, arguments: Arguments) -> str:
        """MONY or LACK for what is missing, nothing for other refusals."""
        if error != "InsufficientFreeBalance":
            return ""
        return "MONY" if isinstance(self._asset(arguments), Cash) else "LACK"

    def shortfall(self, error: str, arguments: Arguments) -> dict[str, str]:
        """How much is missing, as people write it."""
        if error != "InsufficientFreeBalance":
            return {}
        missing = arguments["needed"] - arguments["available"]
        asset = self._asset(arguments)
        amount = cash_from_chain(missing) if isinstance(asset, Cash) else missing
        return {"short": str(amount)}

    def _short(self, a: Arguments) -> str:
        asset, (needed, available) = self._asset(a), (a["needed"], a["available"])
        short = show_amount(asset, needed - available).rsplit(" ", 1)[0]
        has = show_amount(asset, available).rsplit(" ", 1)[0]
        return (
            f"{self._name(a['account'])} needs {show_amount(asset, needed)}, "
            f"has {has}, short {short}"
        )

    def _not_active(self, a: Arguments) -> str:
        return f"{self._name(a['wallet'])}'s wallet is {_status(a['status'])}"

    def _not_balanced(self, a: Arguments) -> str:
        word = "more" if a["excess"] > 0 else "less"
        amount = show_amount(self._asset(a), abs(a["excess"]))
        return f"the cycle does not balance: {amount} {word} is got than given"

    def _asset(self, a: Arguments) -> Asset | None:
        return self._directory.asset_at(a["asset"])


def _status(number: int) -> str:
    word = WalletStatus(number).name.lower()
    return "not registered" if word == "unregistered" else word


def _checksummed(value: Any) -> Any:
    is_address = isinstance(value, str) and len(value) == 42 and value.startswith("0x")
    return to_checksum_address(value) if is_address else value


def _plain(value: Any) -> Any:
    return "0x" + value.hex() if isinstance(value, bytes) else value
