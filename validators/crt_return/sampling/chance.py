"""Seeded chance: the one place where randomness enters, so that a seed always makes the same return.

Each purpose has a generator of its own, named by words; a change to one table therefore leaves every other
as it was. It knows nothing of the return.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random


def chance(seed: int, *purpose: object) -> Random:
    """A generator for one purpose. A text seed does the same on every machine and version, unlike `hash`."""
    return Random("|".join(map(str, (seed, *purpose))))


def apportion(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Share a total out by weight, in whole numbers that add to it (largest remainders first)."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    shares = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: shares[name] - exact[name])
    for name in by_remainder[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def spread(shares: Mapping[str, int], generator: Random) -> list[str]:
    """Each name as often as its share says, in an order left to chance."""
    names = [name for name, share in shares.items() for _ in range(share)]
    generator.shuffle(names)
    return names


def some_of(total: int, lowest: float, highest: float, generator: Random) -> int:
    """A part of a total between two shares of it, never over the higher."""
    return int(total * generator.uniform(lowest, highest))


def jittered(value: float, steps: Sequence[float], generator: Random) -> float:
    """A value moved by one of the steps."""
    return value + generator.choice(steps)
