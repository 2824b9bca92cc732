"""What turned one distribution into another: a value renamed, the clock moved, the unit changed."""

from typing import Any

import numpy as np

# of the distance between two distributions at most this much may remain once the change is undone
UNEXPLAINED = 0.35
# log of how many times likelier one explanation must be
LIKELIER = 0.5
# bins by which all values together must have moved
LEAST_MEAN_SHIFT = 2
# a value that is gone, or not yet there, may still turn up in this share of the records
STRAY = 0.1


def distance(one: Any, other: Any) -> float:
    """Jensen-Shannon divergence of two distributions in nats."""
    one, other = one / max(one.sum(), 1e-9), other / max(other.sum(), 1e-9)
    middle = (one + other) / 2
    return float((_relative_entropy(one, middle) + _relative_entropy(other, middle)) / 2)


def mirrored(before: Any, after: Any, least: float, needs_mirror: bool) -> tuple[list[int], list[int], float] | None:
    """The values that end and those that begin, and the share of the records they take; None where the list stays.

    A value that only begins or ends must have a mirror image: what it takes comes from one other value, while all the
    others keep their proportions. A new line of business has none.
    """
    one, other = before / before.sum(), after / after.sum()
    enough = 4.0
    gone = [
        each for each in range(len(one))
        if one[each] >= least and one[each] * after.sum() >= enough and other[each] <= STRAY * one[each]
    ]  # fmt: skip
    come = [
        each for each in range(len(one))
        if other[each] >= least and other[each] * before.sum() >= enough and one[each] <= STRAY * other[each]
    ]  # fmt: skip
    if not gone and not come:
        return None
    lost, won = float(one[gone].sum()), float(other[come].sum())
    size = max(lost, won)
    if not needs_mirror:
        return gone, come, size
    if gone and come:
        error = np.sqrt(size * (1 - min(size, 0.99)) * (1 / before.sum() + 1 / after.sum()))
        return (gone, come, size) if abs(lost - won) <= max(0.35 * size, 2 * error) else None
    others = [each for each in range(len(one)) if each not in gone and each not in come]
    if len(others) < 2:
        return (gone, come, size) if len(others) == 1 and size < 0.95 else None
    source, target = (before, after) if come else (after, before)
    return (gone, come, size) if _comes_of_one(source[others], target[others], size) else None


def _comes_of_one(source: Any, target: Any, size: float) -> bool:
    """Whether the counts `target` are likelier those of `source` less `size` of one value than less a part of all."""
    alike = (source + 0.5) / (source + 0.5).sum()
    best = -np.inf
    for one in range(len(alike)):
        less = alike.copy()
        less[one] = max(less[one] - size, STRAY * less[one])
        best = max(best, float(target @ (np.log(less / less.sum()) - np.log(alike))))
    return best >= LIKELIER


def best_rotation(before: Any, after: Any) -> int:
    """The hours by which the clock was moved, 0 where no move explains the difference."""
    plain = distance(before, after)
    moves = [each for each in range(-12, 13) if each]
    distances = [distance(np.roll(before, each), after) for each in moves]
    best = int(np.argmin(distances))
    noise = 23 / 8 * (1 / before.sum() + 1 / after.sum())
    return moves[best] if max(distances[best] - noise, 0) <= UNEXPLAINED * (plain - noise) and plain > 2 * noise else 0


def best_shift(before: Any, after: Any, least: int) -> tuple[int, float]:
    """By how many bins a share of the values moved, and that share; (0, 0) where no move explains the difference."""
    width = len(before)
    plain = distance(before, after)
    used = np.count_nonzero(before + after)
    noise = (used - 1) / 8 * (1 / before.sum() + 1 / after.sum())
    if plain <= 1.5 * noise:
        return 0, 0.0
    # in steps of one bin and twentieths, after a light smoothing: neighbouring bins are exchangeable
    kernel = np.array([0.25, 0.5, 0.25])
    origin = np.convolve(np.pad(before / before.sum(), width), kernel, "same")
    target = np.convolve(np.pad(after / after.sum(), width), kernel, "same")
    smooth = distance(origin, target)
    best = (1.0, 0, 0.0)
    for shift in range(-width, width + 1):
        if shift:
            moved = np.roll(origin, shift)
            for share in np.arange(1.0, 0.1, -0.1):
                left = distance(share * moved + (1 - share) * origin, target)
                if left < best[0] - 1e-12:
                    best = (left, shift, float(share))
    left, shift, share = best
    explained = max(left - noise / 2, 0) <= UNEXPLAINED * max(smooth - noise / 2, 0)
    # a part of the values that moves by little is another mixture of business
    moves = abs(shift) >= least and share * abs(shift) >= LEAST_MEAN_SHIFT
    return (shift, round(share, 2)) if explained and moves else (0, 0.0)


def _relative_entropy(one: Any, other: Any) -> Any:
    inside = one > 0
    return np.sum(one[inside] * np.log(one[inside] / other[inside]))
