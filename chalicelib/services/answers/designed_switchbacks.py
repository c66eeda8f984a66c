"""The design of a switchback: its schedule, from the spend, the decay and the noise of the fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from chalicelib.attribution.experiments.switchback import MIN_BLOCKS
from chalicelib.attribution.experiments.switchback_design import (
    PastNoise,
    SwitchbackDesign,
    design_switchback,
)
from chalicelib.services.answers.design_questions import DEFAULT_BLOCK, DesignAsked
from chalicelib.services.answers.designed_parts import (
    Designed,
    Subject,
    bounds_of,
    obstacle_of_size,
)

WEEK = 7
LEAST_POWER_IF_LONGER = 0.65
"""Below this power at a long decay, the design warns."""


def design_switchback_of(
    subject: Subject,
    asked: DesignAsked,
    days: int,
    *,
    noise: Mapping[str, Any] | None,
    past: Sequence[float],
    known: Sequence[bool],
    after: dt.date,
) -> Designed:
    """Design a switchback.

    Parameters
    ----------
    noise : mapping, optional
        `variance` and `level_ratio` from the model of totals.
    past : sequence of float
        Conversions per day on consecutive days, up to the end of the data.
    known : sequence of bool
        Per day of the past, whether it counts (`quiet_days`).
    after : date
        The last day of the data: without a given first day the test begins on the next Monday.
    """
    block = DEFAULT_BLOCK if asked.block is None else asked.block
    channel = subject.channel
    values = [subject.per_spend(one) for one in bounds_of(subject.brings)]
    unit = "value_per_currency_unit" if subject.has_value else "conversions_per_currency_unit"
    first_day = asked.start or after + dt.timedelta(days=WEEK - after.weekday())
    common: dict[str, Any] = {
        "unit": unit,
        "days": days,
        "expected": (values[0], values[1], values[2]),
        "most": subject.per_spend(subject.most),
        "block": block,
    }
    if channel is None or channel.spend is None:
        return Designed(**common, obstacles=("nothing_to_switch",))
    if days // block < MIN_BLOCKS:
        return Designed(**common, obstacles=("blocks_too_few",))
    if not channel.decays:
        return Designed(**common, unknown=("duration_unknown",))
    design = design_switchback(
        days,
        block,
        channel.spend,
        channel.decays,
        noise=None if noise is None else PastNoise(noise["variance"], noise["level_ratio"]),
        past=without_weeks(past, known),
        known=known,
        seed=first_day.toordinal(),
    )
    if design is None:
        return Designed(**common, unknown=("noise_unknown",))
    smallest = design.smallest_effect * subject.value
    return Designed(
        **common,
        smallest=smallest,
        error_per_spend=design.error * subject.value,
        days_lost=float(design.test.on.count(False)),
        false_positives=design.false_positives,
        pseudo_tests=design.pseudo_tests,
        obstacles=obstacle_of_size(smallest, None, common["most"]),
        warnings=_warnings(design, block, assumed=channel.decays_assumed),
        first_day=first_day.isoformat(),
        on_days=[
            (first_day + dt.timedelta(days=day)).isoformat()
            for day, on in enumerate(design.test.on)
            if on
        ],
        decay=design.test.decay,
    )


def without_weeks(counts: Sequence[float], known: Sequence[bool] | None = None) -> list[float]:
    """Counts less the mean of their day of the week, plus the mean of all.

    `known`: per day, whether it counts for the means; by default all do.
    """
    pattern = weekly_pattern(counts, known)
    return [count - pattern[day % WEEK] for day, count in enumerate(counts)]


def weekly_pattern(counts: Sequence[float], known: Sequence[bool] | None = None) -> list[float]:
    """By how much each day of the week, beginning with that of the first, is above the mean.

    Zeros if a day of the week has fewer than two days that count.
    """
    kept: list[list[float]] = [[] for _ in range(WEEK)]
    for day, count in enumerate(counts):
        if known is None or known[day]:
            kept[day % WEEK].append(count)
    if min(len(of_day) for of_day in kept) < 2:
        return [0.0] * WEEK
    means = [fmean(of_day) for of_day in kept]
    return [mean - fmean(means) for mean in means]


def _warnings(design: SwitchbackDesign, block: int, *, assumed: bool) -> tuple[str, ...]:
    warnings = []
    if assumed:
        warnings.append("duration_of_other_channels")
    if design.power_if_longer < LEAST_POWER_IF_LONGER:
        warnings.append("effect_may_last_longer")
    if design.restless:
        warnings.append("restless_level")
    if block % WEEK:
        warnings.append("blocks_not_whole_weeks")
    return tuple(warnings)
