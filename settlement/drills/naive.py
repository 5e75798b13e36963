"""The naive swap: both legs in one transaction by standing allowances, and wide open.

See `contracts/mocks/NaiveSwap.sol`. Drills show what it loses, beside ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from settlement.drills.scene import Scene
from settlement.onchain.contract import Contract, interface, token

_ALL = 2**256 - 1


@dataclass
class NaiveSwap:
    """One that is deployed, to which parties gave standing allowances."""

    scene: Scene
    contract: Contract

    @classmethod
    def trusted_by(cls, scene: Scene, names: Sequence[str]) -> NaiveSwap:
        """Deploys it; these parties approve it for all that they have, as its manual would say."""
        market = scene.market
        contract = market.deploy(interface("NaiveSwap"))
        for name in names:
            key = scene.party(name).key
            for asset in market.directory.assets():
                approval = token(asset).transaction(key, "approve", contract.address, _ALL)
                market.journal.run(approval)
        *others, last = names
        scene.say(f"{', '.join(others)} and {last} let a swap contract take all they have, once")
        return cls(scene, contract)

    def swap(
        self,
        caller: str,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        cash: str,
        amount: int,
    ) -> tuple[bool, bool]:
        """`caller` has it swap; assets go by address. Whether it paid and whether it delivered."""
        sides = [self.scene.party(name).address for name in (seller, buyer)]
        order = (*sides, security, quantity, cash, amount)
        transaction = self.contract.transaction(self.scene.party(caller).key, "swap", order)
        (swapped,) = [
            event for event in self.scene.market.journal.run(transaction) if event.name == "Swapped"
        ]
        paid, delivered = swapped.arguments["paid"], swapped.arguments["delivered"]
        self.scene.say(
            f"{caller} has it swap: the cash leg {_word(paid)}, the security leg {_word(delivered)}"
        )
        return paid, delivered


def _word(done: bool) -> str:
    return "moves" if done else "fails, and nobody looks"
