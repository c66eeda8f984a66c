"""The comparison of the estimate of followers with the truth, and its table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.audience.audience_document import to_document
from chalicelib.attribution.audience.audience_estimate import estimate_audience
from chalicelib.attribution.audience.worth import days_followed, verdict_of
from tests.worlds.audience import IDENTIFIED, NULLS, AudienceWorld, simulate_audience

HEADER = (
    "| world | seeds | truth | mean estimate | standard error | coverage | said to add value "
    "| through engagements: truth, estimate, coverage | days followed: coverage "
    "| stays after leaving | warned |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)
NOT_COUNTED = frozenset({"engagements_assumed_alike"})
"""A condition of every answer, not a warning."""


@dataclass(frozen=True)
class AudienceVerdict:
    """One world at one seed, in conversions per follower-day; None without an estimate."""

    world: str
    seed: int
    follower_truth: float
    estimate: float | None
    low: float | None
    high: float | None
    error: float | None
    through_truth: float
    through: float | None
    through_low: float | None
    through_high: float | None
    year_truth: float | None
    year_low: float | None
    year_high: float | None
    verdict: str
    method: str
    reasons: str
    warnings: str

    @property
    def covered(self) -> bool | None:
        """Whether the interval contains the truth."""
        return _between(self.low, self.follower_truth, self.high)

    @property
    def through_covered(self) -> bool | None:
        """The same for the part through engagements."""
        return _between(self.through_low, self.through_truth, self.through_high)

    @property
    def year_covered(self) -> bool | None:
        """The same for the days followed in the first year."""
        return _between(self.year_low, self.year_truth, self.year_high)

    @property
    def adds_value(self) -> bool:
        """Whether the verdict is that following adds value."""
        return self.verdict == "adds_value"

    @property
    def stays(self) -> bool:
        """Whether the estimate was rejected because the level stays after the unfollow."""
        return "stays_after_leaving" in self.reasons


def judge_audience(world: AudienceWorld, seed: int) -> list[AudienceVerdict]:
    """Simulate a world and estimate it."""
    run = simulate_audience(world, seed)
    estimate = estimate_audience(run.followers, run.effects)
    document = to_document(estimate)
    effect, through = document["effect"] or {}, document["through"] or {}
    year = days_followed(document, 365)
    return [
        AudienceVerdict(
            world=world.name,
            seed=seed,
            follower_truth=run.truth,
            estimate=effect.get("estimate"),
            low=effect.get("low"),
            high=effect.get("high"),
            error=effect.get("error"),
            through_truth=run.through,
            through=through.get("estimate"),
            through_low=through.get("low"),
            through_high=through.get("high"),
            year_truth=run.year,
            year_low=None if year is None else year.low,
            year_high=None if year is None else year.high,
            verdict=verdict_of(document),
            method=estimate.method or "",
            reasons="; ".join(estimate.reasons),
            warnings="; ".join(estimate.warnings),
        )
    ]


def audience_table(verdicts: Iterable[AudienceVerdict], worlds: Sequence[str]) -> str:
    """A line per world with results, one for all identified worlds and one for those without
    any effect.
    """
    rows = [v for v in verdicts if v.world in worlds]
    lines = [HEADER]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        if mine:
            lines.append(summarise_audience(name, mine))
    for title, group in (
        ("worlds with an effect together", IDENTIFIED),
        ("worlds without an effect together", NULLS),
    ):
        names = {world.name for world in group}
        mine = [v for v in rows if v.world in names]
        if mine:
            lines.append(summarise_audience(title, mine))
    return "\n".join(lines)


def summarise_audience(title: str, rows: Sequence[AudienceVerdict]) -> str:
    """One line of the table; conversions are per 1,000 follower-days."""
    through = ", ".join(
        (
            _thousand([v.through_truth for v in rows if v.through is not None]),
            _thousand([v.through for v in rows]),
            _percent([v.through_covered for v in rows]),
        )
    )
    warned = [bool(set(v.warnings.split("; ")) - NOT_COUNTED - {""}) for v in rows]
    cells = (
        title,
        str(len({(v.world, v.seed) for v in rows})),
        _thousand([v.follower_truth for v in rows]),
        _thousand([v.estimate for v in rows]),
        _thousand([v.error for v in rows]),
        _percent([v.covered for v in rows]),
        _percent([v.adds_value for v in rows]),
        through,
        _percent([v.year_covered for v in rows]),
        _percent([v.stays for v in rows]),
        _percent(warned),
    )
    return f"| {' | '.join(cells)} |"


def _between(low: float | None, truth: float | None, high: float | None) -> bool | None:
    if low is None or high is None or truth is None or math.isnan(truth):
        return None
    return low <= truth <= high


def _thousand(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return f"{1000 * np.mean(known):.2f}".replace("-", "−") if known else "–"


def _percent(flags: Iterable[bool | None]) -> str:
    known = [flag for flag in flags if flag is not None]
    return f"{100 * np.mean(known):.1f} %" if known else "–"
