"""Verdicts: functions of an interval, a cost, warnings and the unseen share.  The one place.

The interval decides first.  Then the verdict is put to the test, in this order:

1. A warning of severity ``do_not_act`` takes it away, unless the engagement types that carry such
   warnings are a small part together and the verdict holds whatever they do.
2. A verdict against an engagement (or a channel) is too early if a material part of the effect
   comes after the data, or if it would not hold with that part.
3. A warning of severity ``caution`` takes it away if it would not hold were the warning right:
   `doubts_of` says what that means for each direction in which an estimate may be wrong.  Ids that
   were not declared lower the estimates of all types: they do not take a comparison of two away.

Pure: numbers and codes in, a verdict and codes out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.model.codes import CODES, stem_of
from chalicelib.services.answers.questions import Name, Question

MATERIAL_UNSEEN = 0.2
"""From this share of the effect on, what has not been seen is material."""
MOST_UNSEEN = 0.99
"""An unseen share is taken to be at most this: beyond it nothing is known of the effect."""
SMALL_PART = 0.1
"""Below this share of what a channel may have brought, and of its cost, a type is a small part."""
ALIKE = frozenset({"ids_taken_for_people"})
"""Cautions about an error that multiplies the estimates of all types by about the same factor."""
TOO_NARROW = 2.0
"""How many times wider an interval may have to be that a warning calls too narrow."""


@dataclass(frozen=True, slots=True)
class Part:
    """One engagement type in a question.

    Attributes
    ----------
    name : str
        Of the type; each is in a question once per side.
    estimate, error, critical : float
        Conversions that it caused (or one engagement of it), standard error, quantile.
    warnings : sequence of str
    unseen, unseen_high : float
        Mean and upper quantile of the share of its effect that comes after the data.
    cost_share : float
        Its share of the costs that belong to single types.
    side : int
        The component of the question that it belongs to.
    """

    name: str
    estimate: float
    error: float
    critical: float
    warnings: Sequence[str] = ()
    unseen: float = 0.0
    unseen_high: float = 0.0
    cost_share: float = 0.0
    side: int = 0

    @property
    def reach(self) -> float:
        """How far from zero it may be: the larger end of its interval."""
        return abs(self.estimate) + self.critical * self.error


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be wrong with an estimate, as a range of errors.

    Attributes
    ----------
    code : str
        The warning that says so.
    part : str
        What it is about: of several doubts about one part the worst counts, those about different
        parts add up.
    down, up : float
        How much lower (at most 0) and higher (at least 0) the truth may be.
    variance : float
        What may be missing in the variance.
    side : int
    """

    code: str
    part: str
    down: float = 0.0
    up: float = 0.0
    variance: float = 0.0
    side: int = 0

    @property
    def size(self) -> float:
        """How much there is to doubt."""
        return self.up - self.down + math.sqrt(self.variance)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict, the codes that took another one away, and whether data alone are missing."""

    name: Name
    reasons: tuple[str, ...] = ()
    lacks_data: bool = False


def judge(question: Question, parts: Sequence[Part], more: Sequence[Doubt] = ()) -> Verdict:
    """The verdict on a question.

    Parameters
    ----------
    question : Question
    parts : sequence of Part
        The engagement types that were estimated.
    more : sequence of Doubt
        What may be wrong beside them: types that were not counted, costs that are missing.
    """
    nothing = (0.0,) * question.sides
    found = question.verdict(nothing, nothing)
    forbidden = _forbidden(question, found, parts)
    if found == "inconclusive":
        return Verdict(found, forbidden, lacks_data=not forbidden)
    if forbidden:
        return Verdict("inconclusive", forbidden)
    if _is_early(question, found, parts):
        return Verdict("too_early", ("unseen_effect",))
    common = _common(parts) if question.sides > 1 else frozenset()
    doubts = [one for part in parts for one in doubts_of(part) if one.code not in common]
    doubts += more
    if not _holds(question, found, doubts):
        return Verdict("inconclusive", _decisive(question, found, doubts))
    return Verdict(found)


def doubts_of(part: Part) -> list[Doubt]:
    """What the cautions about an engagement type mean for its number.

    ``too_high``: the truth may be anything down to zero.  ``too_low``: it may be anything up to
    twice the upper end of the interval.  ``either``: both.  Without a direction: the interval may
    have to be `TOO_NARROW` times as wide.  What has not been seen yet is not a doubt of this kind;
    it makes a verdict too early.
    """
    found = []
    for code in _of_severity(part.warnings, "caution"):
        if code == "unseen_effect":
            continue
        may_be = CODES[stem_of(code)].may_be
        high = part.estimate + part.critical * part.error
        down = -max(part.estimate, 0.0) if may_be in ("too_high", "either") else 0.0
        up = max(2.0 * high, 0.0) - part.estimate if may_be in ("too_low", "either") else 0.0
        missing = (TOO_NARROW**2 - 1.0) * part.error**2 if may_be is None else 0.0
        found.append(Doubt(code, part.name, down, max(up, 0.0), missing, part.side))
    return found


def unseen_share(parts: Iterable[Part]) -> float:
    """The share of the effect of several types that comes after the data.

    Types count by how much they may have brought in all; by their number where that is nothing.
    """
    known = list(parts)
    whole = [part.reach / (1.0 - min(part.unseen, MOST_UNSEEN)) for part in known]
    if not known:
        return 0.0
    if sum(whole) == 0:
        return sum(part.unseen for part in known) / len(known)
    return sum(w * part.unseen for w, part in zip(whole, known, strict=True)) / sum(whole)


def _common(parts: Sequence[Part]) -> frozenset[str]:
    """The cautions of `ALIKE` that every type of a comparison carries."""
    return ALIKE.intersection(*(part.warnings for part in parts))


def _is_early(question: Question, verdict: Name, parts: Sequence[Part]) -> bool:
    """Whether what has not been seen yet is material to a verdict, or would overturn it.

    The whole effect is taken to be what was seen divided by the seen share: at the upper quantile
    of the unseen share on the side that could overturn the verdict, at its mean on the other.
    """
    for side in question.against(verdict):
        if unseen_share(part for part in parts if part.side == side) >= MATERIAL_UNSEEN:
            return True
        shifts, variances = ([0.0] * question.sides for _ in range(2))
        for part in parts:
            unseen = part.unseen_high if part.side == side else part.unseen
            grows = 1.0 / (1.0 - min(unseen, MOST_UNSEEN))
            shifts[part.side] += part.estimate * (grows - 1.0)
            variances[part.side] += part.error**2 * (grows**2 - 1.0)
        if question.verdict(shifts, variances) != verdict:
            return True
    return False


def _forbidden(question: Question, found: Name, parts: Sequence[Part]) -> tuple[str, ...]:
    """The codes of severity ``do_not_act`` that take a verdict away."""
    flagged = [part for part in parts if _of_severity(part.warnings, "do_not_act")]
    anything = [
        Doubt("", part.name, -2.0 * part.reach, 2.0 * part.reach, side=part.side)
        for part in flagged
    ]
    if _are_small(flagged, parts) and _holds(question, found, anything):
        return ()
    return _distinct(code for part in flagged for code in _of_severity(part.warnings, "do_not_act"))


def _are_small(some: Sequence[Part], parts: Sequence[Part]) -> bool:
    """Whether types are a small part of their component, by what they may have brought and cost."""
    for side in {part.side for part in some}:
        mine = [part for part in some if part.side == side]
        whole = sum(part.reach for part in parts if part.side == side)
        if sum(part.reach for part in mine) >= SMALL_PART * whole:
            return False
        if sum(part.cost_share for part in mine) > SMALL_PART:
            return False
    return True


def _holds(question: Question, verdict: Name, doubts: Iterable[Doubt]) -> bool:
    """Whether a verdict holds at every corner of what the doubts allow."""
    worst: dict[tuple[int, str], Doubt] = {}
    for one in doubts:
        key = (one.side, one.part)
        so_far = worst.get(key, Doubt("", one.part))
        worst[key] = Doubt(
            "",
            one.part,
            min(so_far.down, one.down),
            max(so_far.up, one.up),
            max(so_far.variance, one.variance),
            one.side,
        )
    down, up, variance = ([0.0] * question.sides for _ in range(3))
    for one in worst.values():
        down[one.side] += one.down
        up[one.side] += one.up
        variance[one.side] += one.variance
    corners = itertools.product(*zip(down, up, strict=True))
    return all(question.verdict(corner, variance) == verdict for corner in corners)


def _decisive(question: Question, verdict: Name, doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """The codes that take a verdict away: each that does so alone, else the fewest together."""
    alone = [one.code for one in doubts if not _holds(question, verdict, [one])]
    if alone:
        return _distinct(alone)
    kept = sorted(doubts, key=lambda one: one.size)
    for one in list(kept):
        fewer = [other for other in kept if other is not one]
        if not _holds(question, verdict, fewer):
            kept = fewer
    return _distinct(one.code for one in doubts if any(one is other for other in kept))


def _of_severity(warnings: Iterable[str], severity: str) -> list[str]:
    known = ((code, CODES.get(stem_of(code))) for code in warnings)
    return [code for code, entry in known if entry is not None and entry.severity == severity]


def _distinct(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
