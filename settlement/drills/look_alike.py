"""A token that looks like a security, claims whatever it is asked, and moves nothing.

See `contracts/mocks/HostileToken.sol`. Nobody listed it, so every client refuses to sign for it;
drills sign past the clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from settlement.drills.scene import Scene
from settlement.onchain.contract import Contract, interface


class Mood(Enum):
    """How it behaves where it only would have to move; the numbers are the contract's."""

    LYING = 0
    BURNING_GAS = 2
    ANSWERING_A_MEGABYTE = 3


@dataclass
class LookAlike:
    """One that is deployed."""

    scene: Scene
    contract: Contract

    @classmethod
    def made(cls, scene: Scene, mood: Mood = Mood.LYING) -> LookAlike:
        """Deploys it; people know it as the look-alike."""
        token = cls(scene, scene.market.deploy(interface("HostileToken")))
        scene.market.directory.add_name(token.address, "the look-alike")
        token.behave(mood)
        return token

    @property
    def address(self) -> str:
        """Where it is."""
        return self.contract.address

    def behave(self, mood: Mood) -> None:
        """From now on, like this."""
        self._send("setMood", mood.value)

    def call_back(self, target: Contract, attack: bytes) -> None:
        """From now on it calls `target` from within whatever moves it."""
        self._send("callBack", target.address, attack)

    def answer(self) -> str:
        """The error with which its last call was thrown out."""
        output = self.contract.read(self.scene.market.chain, "answer")
        return self.scene.market.journal.errors.decode(output).name

    def _send(self, function: str, *arguments: object) -> None:
        sender = self.scene.market.operators.coordinator
        self.scene.market.journal.run(self.contract.transaction(sender, function, *arguments))
