"""What a drill has to say: five phases on one chain, and the last on a chain of its own.

The first line of its docstring is its title. A drill keeps nothing of its own between phases but
what it needs to submit the same thing again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from settlement.drills.scene import Scene
from settlement.reporting import drill as reported


class Drill(ABC):
    """One behaviour, broken on purpose."""

    name: ClassVar[str]
    behaviour: ClassVar[int]
    question: ClassVar[str]
    """What to ask the class."""

    @classmethod
    def about(cls) -> reported.Drill:
        """What it is about."""
        title = (cls.__doc__ or "").partition("\n")[0].removesuffix(".")
        return reported.Drill(cls.name, cls.behaviour, title, cls.question)

    @abstractmethod
    def set_up(self, scene: Scene) -> None:
        """Agrees what will be submitted."""

    @abstractmethod
    def fault(self, scene: Scene) -> None:
        """Breaks it."""

    @abstractmethod
    def submit(self, scene: Scene) -> None:
        """Submits it all the same: `scene.refused`, once or more often."""

    @abstractmethod
    def mend(self, scene: Scene) -> None:
        """Puts the fault right."""

    @abstractmethod
    def settle(self, scene: Scene) -> None:
        """Submits the same again: `scene.settled`."""

    @abstractmethod
    def without(self, scene: Scene) -> None:
        """The same fault where legs move one by one; the set-up was played before."""


class OfOneSale(Drill):
    """A drill about S1: dealer sells fund 2,000,000 of the note."""

    def set_up(self, scene: Scene) -> None:
        scene.sale("S1")

    def settle(self, scene: Scene) -> None:
        scene.settles("S1")
