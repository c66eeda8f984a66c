"""Response curves: draws of return, bend and decay for every channel with cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.response_curves.alike_returns import draw_alike
from chalicelib.attribution.response_curves.curve_states import TypeStates, states_of_series
from chalicelib.attribution.response_curves.spending import (
    STEADY,
    TODAY_DAYS,
    Spending,
    moving_together,
    summarise_spending,
)
from chalicelib.attribution.time_series.saturation import HALF_STOCKS

DRAWS = 250
_SEED = 7
MOST_WITHOUT_COST = 0.2
"""Share of a channel's engagements on days without cost from which on its costs are not by day."""


@dataclass(frozen=True, slots=True)
class ChannelSpend:
    """A channel with cost."""

    name: str
    types: tuple[int, ...]
    """Indexes of the engagement types that the spend buys; empty if there are none."""
    spend: Floats
    """Per day of the window. Shape (T,)."""


@dataclass(frozen=True, slots=True)
class ChannelCurve:
    """The response of conversions to the spend of a channel.

    At a spend of x times the window's mean, a day brings
    ``return * mean * g(x) / g(1)`` conversions, with ``g(x) = x`` if the response is linear, else
    the mean of ``x u / (h s + x u)`` over the levels u of the adstock, relative to its mean (h:
    half stock of the bend, s: usual stock).
    """

    name: str
    spending: Spending
    reasons: tuple[str, ...]
    """Why there are no draws."""
    warnings: tuple[str, ...]
    """Of the estimates of its types."""
    returns: Floats = field(default_factory=lambda: np.zeros(0))
    """Conversions per unit of cost, at the window's mean spend. Shape (D,)."""
    bends: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Index of `HALF_STOCKS`. Shape (D,)."""
    decays: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Index of `DECAYS`. Shape (D,)."""


@dataclass(frozen=True, slots=True)
class DailyNoise:
    """How conversions vary from day to day without marketing, for designs of switchbacks."""

    variance: float
    """Of a day around its level, in conversions squared."""
    level_ratio: float
    """Variance of a day's step of the level, relative to that."""


@dataclass(frozen=True, slots=True)
class ResponseCurves:
    """The curves of all channels with cost; draws belong together across channels."""

    channels: tuple[ChannelCurve, ...]
    values: Floats
    """Value of a conversion in each draw; ones for a goal without value. Shape (D,)."""
    has_value: bool
    effective: float
    """Effective number of states behind the draws."""
    together: tuple[tuple[int, int], ...] = ()
    """Pairs of channels that move together."""
    noise: DailyNoise | None = None
    """None if totals did not estimate any type, or only by the week."""


def estimate_curves(
    channels: Sequence[ChannelSpend],
    counts: Floats,
    estimates: GoalEstimates,
    *,
    draws: int = DRAWS,
) -> ResponseCurves:
    """Estimate the curves of all channels with cost.

    Types that totals estimate take their states from the chain of the structural model. Other
    methods know no bend; their types have the effect and the decays of the estimate, and bends
    at prior odds.

    Parameters
    ----------
    channels : sequence of ChannelSpend
        With a mean spend above 0.
    counts : array, shape (T, K)
        Engagements per day.
    estimates : GoalEstimates
        Of the K types.
    """
    rng = np.random.default_rng(_SEED)
    value, has_value = _draw_values(estimates, draws, rng)
    stocks = adstock_series(counts)
    found = [_describe(one, counts, stocks, estimates) for one in channels]
    if not channels:
        return ResponseCurves((), value, has_value, 0.0, (), _noise(estimates))
    pairs = tuple(moving_together(np.column_stack([one.spend for one in channels])))
    open_ones = [
        number
        for number, curve in enumerate(found)
        if not curve.reasons and _estimated(channels[number], estimates)
    ]
    if not open_ones:
        return ResponseCurves(tuple(found), value, has_value, 0.0, pairs, _noise(estimates))
    types = sorted({t for number in open_ones for t in _estimated(channels[number], estimates)})
    states = _states(types, estimates, rng)
    per_cost = np.zeros((len(open_ones), len(types)))
    for row, number in enumerate(open_ones):
        for t in _estimated(channels[number], estimates):
            per_cost[row, types.index(t)] = counts[:, t].sum() / channels[number].spend.sum()
    alike = draw_alike(
        states.mean @ per_cost.T,
        np.einsum("ck,skl,dl->scd", per_cost, states.cov, per_cost),
        draws,
        rng,
    )
    for row, number in enumerate(open_ones):
        main = int(np.argmax(np.abs(per_cost[row] * np.median(states.mean, axis=0))))
        curve = found[number]
        found[number] = ChannelCurve(
            curve.name,
            curve.spending,
            (),
            curve.warnings,
            alike.returns[:, row],
            states.bend[alike.state, main],
            states.decay[alike.state, main],
        )
    return ResponseCurves(tuple(found), value, has_value, alike.effective, pairs, _noise(estimates))


def _describe(
    channel: ChannelSpend, counts: Floats, stocks: Floats, estimates: GoalEstimates
) -> ChannelCurve:
    """A channel without draws: its spending, the reasons against draws, and warnings."""
    bought = counts[:, list(channel.types)].sum(axis=1)
    if bought.sum() <= 0:
        spending = summarise_spending(channel.spend, np.zeros_like(stocks[:, 0]))
        return ChannelCurve(channel.name, spending, ("no_engagements",), ())
    mine = _estimated(channel, estimates)
    most = max(mine or channel.types, key=lambda t: float(counts[:, t].sum()))
    spending = summarise_spending(channel.spend, stocks[:, most])
    reasons: list[str] = []
    if not mine:
        for t in channel.types:
            reasons += [reason for reason in estimates.reasons[t] if reason not in reasons]
        return ChannelCurve(channel.name, spending, tuple(reasons), ())
    if not costs_by_day(channel.spend, bought):
        reasons.append("costs_not_by_day")
    elif spending.varies < STEADY and all(estimates.methods[t] == "time_series" for t in mine):
        reasons.append("spend_does_not_vary")
    warnings: list[str] = []
    for t in mine:
        warnings += [warning for warning in estimates.warnings[t] if warning not in warnings]
    return ChannelCurve(channel.name, spending, tuple(reasons), tuple(warnings))


def costs_by_day(spend: Floats, bought: Floats) -> bool:
    """Whether costs are on the days of the engagements that they buy.

    Costs that are booked once a month, or that lack days, make today's spend and the return wrong.
    Days without cost and engagements are days without advertising.

    Parameters
    ----------
    spend, bought : array, shape (T,)
        Cost and engagements per day.
    """
    return all(
        bought[days][spend[days] <= 0].sum() <= MOST_WITHOUT_COST * bought[days].sum()
        for days in (slice(None), slice(-TODAY_DAYS, None))
    )


def _estimated(channel: ChannelSpend, estimates: GoalEstimates) -> list[int]:
    return [t for t in channel.types if estimates.methods[t] is not None]


def _states(types: Sequence[int], estimates: GoalEstimates, rng: np.random.Generator) -> TypeStates:
    """States of some types: from the chain of totals, or from the estimates of other methods."""
    totals = estimates.totals
    places: dict[int, int] = {}
    chain = None
    if totals is not None:
        places = {
            int(kind): place
            for place, kind in enumerate(totals.kinds)
            if estimates.methods[int(kind)] == "time_series"
        }
        if any(t in places for t in types):
            chain = states_of_series(totals.series)
    n_states = 800 if chain is None else chain.mean.shape[0]
    mean = np.zeros((n_states, len(types)))
    cov = np.zeros((n_states, len(types), len(types)))
    decay = np.zeros((n_states, len(types)), dtype=np.int64)
    bend = rng.integers(0, HALF_STOCKS.size, (n_states, len(types)))
    inside = [number for number, t in enumerate(types) if t in places]
    if chain is not None and inside:
        mine = [places[types[number]] for number in inside]
        mean[:, inside], decay[:, inside] = chain.mean[:, mine], chain.decay[:, mine]
        bend[:, inside] = chain.bend[:, mine]
        cov[np.ix_(range(n_states), inside, inside)] = chain.cov[
            np.ix_(range(n_states), mine, mine)
        ]
    outside = [number for number, t in enumerate(types) if t not in places]
    others = [types[number] for number in outside]
    if outside:
        mean[:, outside] = estimates.delta[others]
        cov[np.ix_(range(n_states), outside, outside)] = estimates.cov[np.ix_(others, others)]
        for number in outside:
            weight = np.maximum(estimates.decay_weights[types[number]], 0.0)
            decay[:, number] = rng.choice(DECAYS.size, n_states, p=weight / weight.sum())
    return TypeStates(decay, bend, mean, cov)


def _noise(estimates: GoalEstimates) -> DailyNoise | None:
    if estimates.totals is None or estimates.totals.series.step_days > 1:
        return None
    series = estimates.totals.series
    return DailyNoise(series.baseline.noise_variance, series.ratio)


def _draw_values(
    estimates: GoalEstimates, draws: int, rng: np.random.Generator
) -> tuple[Floats, bool]:
    """Value of a conversion in each draw; ones if the goal has no value."""
    if estimates.value_mean <= 0:
        return np.ones(draws), False
    deviation = float(np.sqrt(max(estimates.value_variance, 0.0)))
    return estimates.value_mean + deviation * rng.standard_normal(draws), True
