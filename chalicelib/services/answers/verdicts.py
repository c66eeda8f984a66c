"""Verdicts: functions of an interval, a cost, warnings and the unseen share.

All verdicts are made here. The interval decides first. Then the verdict is tested, in this order:

1. A warning of severity ``do_not_act`` overrides it, unless the engagement types with such
   warnings are a small part together and the verdict is the same whatever their effect.
2. A verdict against an engagement (or a channel) is too early if a material part of the effect
   comes after the data, or if that part would change the verdict.
3. A warning of severity ``caution`` overrides it if the verdict would change under the
   assumption that the warning is right. `doubts_of` defines that assumption for each direction
   of error. Undeclared ids lower the estimates of all types alike, so they do not override a
   comparison of two types.

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
"""An unseen share of the effect from this size on is material."""
MOST_UNSEEN = 0.99
"""Upper limit for the unseen share; beyond it nothing is known about the effect."""
SMALL_PART = 0.1
"""A type below this share of a channel's possible effect and of its cost is a small part."""
PROPORTIONAL_CAUTIONS = frozenset({"ids_taken_for_people"})
"""Cautions about an error that multiplies the estimates of all types by about the same factor."""
TOO_NARROW = 2.0
"""Factor by which an interval may have to be wider if a warning calls it too narrow."""


@dataclass(frozen=True, slots=True)
class Part:
    """One engagement type in a question."""

    name: str
    """Name of the type, unique per side of a question."""
    estimate: float
    error: float
    critical: float
    """Incremental conversions (of all engagements, or of one), standard error, quantile."""
    warnings: Sequence[str] = ()
    unseen: float = 0.0
    unseen_high: float = 0.0
    """Mean and upper quantile of the share of its effect that comes after the data."""
    cost_share: float = 0.0
    """Its share of the costs assigned to single types."""
    side: int = 0
    """The component of the question that it belongs to."""

    @property
    def reach(self) -> float:
        """Largest plausible distance from zero: the larger end of the interval."""
        return abs(self.estimate) + self.critical * self.error


@dataclass(frozen=True, slots=True)
class Doubt:
    """A possible error of an estimate, as a range."""

    code: str
    """The warning behind the doubt."""
    part: str
    """The subject. Of several doubts about one part the largest counts; doubts about different
    parts add up.
    """
    down: float = 0.0
    up: float = 0.0
    """How much lower (at most 0) and higher (at least 0) the truth may be."""
    variance: float = 0.0
    """Variance that the estimate may lack."""
    side: int = 0

    @property
    def size(self) -> float:
        """Size of the possible error, to compare doubts."""
        return self.up - self.down + math.sqrt(self.variance)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict, the codes that overrode another one, and whether only data are missing."""

    name: Name
    reasons: tuple[str, ...] = ()
    lacks_data: bool = False


def judge(question: Question, parts: Sequence[Part], more: Sequence[Doubt] = ()) -> Verdict:
    """Return the verdict on a question.

    `more`: other possible errors: types without an estimate, missing costs.
    """
    nothing = (0.0,) * question.sides
    found = question.verdict(nothing, nothing)
    codes = _do_not_act_codes(question, found, parts)
    if found == "inconclusive":
        return Verdict(found, codes, lacks_data=not codes)
    if codes:
        return Verdict("inconclusive", codes)
    if _is_early(question, found, parts):
        return Verdict("too_early", ("unseen_effect",))
    shared = _shared_cautions(parts) if question.sides > 1 else frozenset()
    doubts = [one for part in parts for one in doubts_of(part) if one.code not in shared]
    doubts += more
    if not _holds(question, found, doubts):
        return Verdict("inconclusive", _decisive_codes(question, found, doubts))
    return Verdict(found)


def doubts_of(part: Part) -> list[Doubt]:
    """Translate the cautions about an engagement type into possible errors of its estimate.

    ``too_high``: the truth is between zero and the estimate. ``too_low``: it is between the
    estimate and twice the upper end of the interval. ``either``: both. Without a direction, the
    interval may have to be `TOO_NARROW` times as wide. ``unseen_effect`` is not a doubt of this
    kind; it makes a verdict too early.
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

    Types are weighted by their largest plausible total effect, or equally if all of these are zero.
    """
    known = list(parts)
    whole = [part.reach / (1.0 - min(part.unseen, MOST_UNSEEN)) for part in known]
    if not known:
        return 0.0
    if sum(whole) == 0:
        return sum(part.unseen for part in known) / len(known)
    return sum(w * part.unseen for w, part in zip(whole, known, strict=True)) / sum(whole)


def _shared_cautions(parts: Sequence[Part]) -> frozenset[str]:
    """The cautions of `PROPORTIONAL_CAUTIONS` that every type of a comparison carries."""
    return PROPORTIONAL_CAUTIONS.intersection(*(part.warnings for part in parts))


def _is_early(question: Question, verdict: Name, parts: Sequence[Part]) -> bool:
    """Whether the unseen effect is material to a verdict, or would overturn it.

    The whole effect is the seen effect divided by the seen share. The unseen share is its upper
    quantile on the side that could overturn the verdict, and its mean on the other.
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


def _do_not_act_codes(question: Question, found: Name, parts: Sequence[Part]) -> tuple[str, ...]:
    """The codes of severity ``do_not_act`` that override a verdict."""
    flagged = [part for part in parts if _of_severity(part.warnings, "do_not_act")]
    anything = [
        Doubt("", part.name, -2.0 * part.reach, 2.0 * part.reach, side=part.side)
        for part in flagged
    ]
    if _are_small(flagged, parts) and _holds(question, found, anything):
        return ()
    return _distinct(code for part in flagged for code in _of_severity(part.warnings, "do_not_act"))


def _are_small(some: Sequence[Part], parts: Sequence[Part]) -> bool:
    """Whether types are a small part of their component, by possible effect and by cost."""
    for side in {part.side for part in some}:
        mine = [part for part in some if part.side == side]
        whole = sum(part.reach for part in parts if part.side == side)
        if sum(part.reach for part in mine) >= SMALL_PART * whole:
            return False
        if sum(part.cost_share for part in mine) > SMALL_PART:
            return False
    return True


def _holds(question: Question, verdict: Name, doubts: Iterable[Doubt]) -> bool:
    """Whether a verdict is the same at every corner of the ranges of the doubts."""
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


def _decisive_codes(question: Question, verdict: Name, doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """The codes that override a verdict: each that is enough alone, else the smallest set."""
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
