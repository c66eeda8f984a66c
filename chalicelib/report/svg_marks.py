"""The parts of charts: scales, ticks and marks of SVG.

Charts are stretched to the width of the page, so their text is HTML next to them, and their lines
keep their width (``vector-effect`` in the style sheet).
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values to 0 ... `size`.

    Attributes
    ----------
    low, high : float
        The values at both ends.
    size : float
    """

    low: float
    high: float
    size: float = 1000.0

    def at(self, value: float) -> float:
        """Return the position of a value, limited to the ends."""
        share = (value - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0) * self.size

    def percent(self, value: float) -> str:
        """Return the position of a value as a CSS percentage."""
        return f"{100 * self.at(value) / self.size:.2f}%"

    def ticks(self, most: int = 5) -> list[float]:
        """Return round values between the ends."""
        step = _round_step((self.high - self.low) / most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step + 0.0 for number in range(first, last + 1)]


def scale_over(values: Iterable[float], size: float = 1000.0) -> Scale:
    """Return a scale from the smallest to the largest value and zero, with a margin."""
    found = [0.0, *values]
    low, high = min(found), max(found)
    if low == high:
        high = low + 1.0
    margin = 0.04 * (high - low)
    return Scale(low - margin if low < 0 else low, high + margin, size)


def drawing(body: str, width: float, height: float, label: str, name: str) -> str:
    """Return an SVG element that is stretched to its box, with a text for screen readers."""
    return (
        f'<svg class="{name}" viewBox="0 0 {short(width)} {short(height)}" '
        f'preserveAspectRatio="none" role="img" aria-label="{html.escape(label)}">{body}</svg>'
    )


def line(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    """Return a line."""
    ends = f'x1="{short(x1)}" y1="{short(y1)}" x2="{short(x2)}" y2="{short(y2)}"'
    return f'<line class="{name}" {ends}/>'


def box(x: float, y: float, width: float, height: float, name: str) -> str:
    """Return a rectangle."""
    place = f'x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{short(height)}"'
    return f'<rect class="{name}" {place}/>'


def outline(points: Sequence[tuple[float, float]], name: str, *, closed: bool = False) -> str:
    """Return a path through points."""
    steps = "L".join(f"{short(x)} {short(y)}" for x, y in points)
    return f'<path class="{name}" d="M{steps}{"Z" if closed else ""}"/>'


def short(number: float) -> str:
    """Return a coordinate with at most two digits after the point."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step - 1e-12)
