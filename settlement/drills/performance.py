"""Plays a drill, phase by phase, so that a class can be asked in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settlement.drills.drill import Drill
from settlement.drills.scene import Scene
from settlement.reporting.drill import SETTLED, Performance, Phase


def perform(drill: type[Drill]) -> Performance:
    """The whole."""
    return Performance(drill.about(), tuple(phases(drill)))


def phases(drill: type[Drill]) -> Iterator[Phase]:
    """One after the other; each is played when it is asked for."""
    part, scene = drill(), Scene.open()
    yield _phase("Set up", part.set_up, scene)
    yield _phase("Fault", part.fault, scene)
    yield _phase("Submitted", part.submit, scene, moves=True)
    yield _phase("Mended", part.mend, scene)
    yield _phase(SETTLED, part.settle, scene, moves=True)
    yield _without(drill())


def _phase(heading: str, play: Callable[[Scene], None], scene: Scene, moves: bool = False) -> Phase:
    tried = len(scene.attempts)
    scene.from_here()
    play(scene)
    changes = scene.changes() if moves else ()
    return Phase(heading, scene.told(), tuple(scene.attempts[tried:]), changes)


def _without(part: Drill) -> Phase:
    """On a chain of its own, where the set-up is played and not told again."""
    scene = Scene.open()
    part.set_up(scene)
    scene.told()
    scene.from_here()
    part.without(scene)
    tried = tuple(scene.attempts)
    return Phase("Without DvP", scene.told(), tried, scene.changes(), scene.lost())
