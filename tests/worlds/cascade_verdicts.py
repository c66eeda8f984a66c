"""The comparison of an estimate of virality with the truth, and the tables of docs/accuracy.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.virality.virality_estimate import ViralityEstimate, estimate_virality
from tests.worlds.cascades import (
    CASCADE_WORLDS,
    MISSING,
    RECORDED,
    REFUSED,
    Cascades,
    Floats,
    simulate_cascades,
)
from tests.worlds.severity import severity_of

NAMED = 10
"""People whose true factors are compared with those of other rankings."""


@dataclass(frozen=True)
class CascadeVerdict:
    """One world at one seed.

    Attributes
    ----------
    truth, estimate, low, high : float or None
        Of R; None without an estimate.
    bound_holds : bool or None
        Whether the truth is at most the upper limit. None without an estimate.
    verdict : str
    amplification_covered : bool or None
        None without an interval or a truth.
    amplification_unlimited : bool or None
        Whether the interval has no upper end.
    flags : str
        Reasons and warnings, separated by semicolons.
    named, named_wrongly, factors_covered : int
        People with a factor; those whose true factor is at most 1; intervals with the truth.
    top, top_raw_mean, top_raw_total : float or None
        Mean true factor of the first ten people, by our ranking and by children per share and in
        total.
    sizes, sizes_covered, size_error : int, int, float or None
        Final sizes of contents, those whose interval contains the truth, median relative error.
    """

    world: str
    seed: int
    shares: int
    truth: float
    estimate: float | None
    low: float | None
    high: float | None
    bound_holds: bool | None
    verdict: str
    amplification_covered: bool | None
    amplification_unlimited: bool | None
    flags: str
    named: int
    named_wrongly: int
    factors_covered: int
    top: float | None
    top_raw_mean: float | None
    top_raw_total: float | None
    sizes: int
    sizes_covered: int
    size_error: float | None

    @property
    def covered(self) -> bool | None:
        """Whether the interval of R contains the truth; None without one."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.truth <= self.high

    @property
    def is_right(self) -> bool:
        """Whether the verdict says on which side of the tipping point the truth is."""
        side = "below_tipping_point" if self.truth < 1 else "above_tipping_point"
        return self.verdict == side

    @property
    def is_wrong(self) -> bool:
        """Whether the verdict says the other side."""
        side = "above_tipping_point" if self.truth < 1 else "below_tipping_point"
        return self.verdict == side

    @property
    def is_cautioned(self) -> bool:
        """Whether a reason or a warning has severity `caution` or `do_not_act`."""
        codes = [code for code in self.flags.split("; ") if code]
        return bool({"caution", "do_not_act"} & {severity_of(code) for code in codes})


def judge_cascades(name: str, seed: int) -> CascadeVerdict:
    """Simulate a world, estimate, compare."""
    world = simulate_cascades(CASCADE_WORLDS[name], seed)
    found = estimate_virality(world.shares, start=world.start, end=world.end, as_of=world.end)
    r, amplified = found.reproduction, found.amplification
    named = [
        (one, float(world.factor[one.person]))
        for one in found.multipliers.people
        if one.person < world.factor.size
    ]
    sizes = [
        (one.final_size, int(world.final_size[one.content]))
        for one in found.contents.items
        if one.final_size is not None and one.final_size.estimate is not None
    ]
    covered = [_holds(size.ci_low, size.ci_high, truth) for size, truth in sizes]
    errors = [abs(float(size.estimate or 0.0) - truth) / truth for size, truth in sizes]
    knows = world.amplification is not None and amplified is not None
    return CascadeVerdict(
        world=name,
        seed=seed,
        shares=world.shares.time.size,
        truth=world.r,
        estimate=r.estimate if r else None,
        low=r.ci_low if r else None,
        high=r.ci_high if r else None,
        bound_holds=(found.at_most is None or world.r <= found.at_most) if r else None,
        verdict=found.verdict,
        amplification_covered=_holds(amplified.ci_low, amplified.ci_high, world.amplification)
        if knows
        else None,
        amplification_unlimited=amplified.ci_high is None if knows else None,
        flags="; ".join([*found.reasons, *found.warnings]),
        named=len(named),
        named_wrongly=sum(truth <= 1.0 for _, truth in named),
        factors_covered=sum(
            _holds(one.factor.ci_low, one.factor.ci_high, truth) for one, truth in named
        ),
        **_rankings(world, found),
        sizes=len(sizes),
        sizes_covered=sum(covered),
        size_error=float(np.median(errors)) if errors else None,
    )


def _holds(low: float | None, high: float | None, truth: float | None) -> bool:
    assert truth is not None
    return (low is None or low <= truth) and (high is None or truth <= high)


def _rankings(world: Cascades, found: ViralityEstimate) -> dict[str, float | None]:
    people = [one.person for one in found.multipliers.people][:NAMED]
    if len(people) < NAMED:
        return {"top": None, "top_raw_mean": None, "top_raw_total": None}
    shares = world.shares
    children: Floats = np.bincount(
        shares.person[shares.parent[shares.parent >= 0]], minlength=world.factor.size
    ).astype(np.float64)
    own = np.maximum(np.bincount(shares.person, minlength=world.factor.size), 1)
    return {
        "top": float(np.mean(world.factor[people])),
        "top_raw_mean": float(np.mean(world.factor[np.argsort(-children / own)[:NAMED]])),
        "top_raw_total": float(np.mean(world.factor[np.argsort(-children)[:NAMED]])),
    }


HEADER = (
    "| world | seeds | shares | true R | mean R | coverage | verdict right | verdict wrong "
    "| limit holds | amplification covered (no upper end) | cautioned | rejected |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def cascade_table(verdicts: Iterable[CascadeVerdict], worlds: Iterable[str]) -> str:
    """A line per world with results."""
    rows = list(verdicts)
    lines = [HEADER]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        if not mine:
            continue
        estimated = [v for v in mine if v.estimate is not None]
        cells = (
            name,
            str(len(mine)),
            f"{np.mean([v.shares for v in mine]):,.0f}",
            f"{np.mean([v.truth for v in mine]):.2f}",
            f"{np.mean([v.estimate or 0.0 for v in estimated]):.2f}" if estimated else "–",
            _percent([v.covered for v in mine]),
            _percent([v.is_right for v in mine]),
            _percent([v.is_wrong for v in mine]),
            _percent([v.bound_holds for v in mine]),
            f"{_percent([v.amplification_covered for v in mine])} "
            f"({_percent([v.amplification_unlimited for v in mine])})",
            _percent([v.is_cautioned for v in mine]),
            _percent([v.estimate is None for v in mine]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


PEOPLE_HEADER = (
    "| world | seeds | somebody named | people named | named wrongly | factors covered "
    "| true factor of the ten first | by children per share | by children |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def people_table(verdicts: Iterable[CascadeVerdict], worlds: Iterable[str]) -> str:
    """How often people are named, and rightly."""
    rows = list(verdicts)
    lines = [PEOPLE_HEADER]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        if not mine:
            continue
        named = sum(v.named for v in mine)
        cells = (
            name,
            str(len(mine)),
            _percent([v.named > 0 for v in mine]),
            f"{named / len(mine):.1f}",
            _part(sum(v.named_wrongly for v in mine), named),
            _part(sum(v.factors_covered for v in mine), named),
            *(
                _mean([getattr(v, field) for v in mine])
                for field in ("top", "top_raw_mean", "top_raw_total")
            ),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


SIZES_HEADER = (
    "| world | seeds | running contents | coverage | median relative error |\n|---|---|---|---|---|"
)


def sizes_table(verdicts: Iterable[CascadeVerdict], worlds: Iterable[str]) -> str:
    """Final sizes of contents that still run."""
    rows = list(verdicts)
    lines = [SIZES_HEADER]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        sizes = sum(v.sizes for v in mine)
        if sizes:
            covered = _part(sum(v.sizes_covered for v in mine), sizes)
            error = _mean([v.size_error for v in mine])
            lines.append(f"| {name} | {len(mine)} | {sizes} | {covered} | {error} |")
    return "\n".join(lines)


def _percent(flags: Iterable[bool | None]) -> str:
    known = [flag for flag in flags if flag is not None]
    return f"{100 * np.mean(known):.0f} %" if known else "–"


def _part(some: int, all_: int) -> str:
    return f"{100 * some / all_:.1f} %" if all_ else "–"


def _mean(numbers: Iterable[float | None]) -> str:
    known = [number for number in numbers if number is not None]
    return f"{np.mean(known):.2f}" if known else "–"


WITH_PEOPLE = ("multipliers", "luck", "plain", "dispersed", "heavy", "silent_bots", "ring")
WITH_SIZES = ("final_sizes", "young", "evenings", "promoted", "missing_plain")
TABLES = (
    ("cascades", RECORDED, cascade_table),
    ("cascades with missing parents", MISSING, cascade_table),
    ("cascades that are rejected", REFUSED, cascade_table),
    ("multipliers", WITH_PEOPLE, people_table),
    ("final sizes", WITH_SIZES, sizes_table),
)
"""Marker of each table of docs/accuracy.md, its worlds, and its function."""
