"""The true effects of the simulated brand's channels, computed from its parameters."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools
from chalicelib.demo.brand import Brand, EngagementType, History


@dataclass(frozen=True, slots=True)
class TypeTruth:
    """The true effect of an engagement type."""

    engagement_type: EngagementType
    count: int
    """Engagements in the window."""
    per_engagement: float
    """Incremental purchases inside the window, as a mean over all engagements."""
    per_engagement_infinite: float
    """Incremental purchases over an infinite horizon: `delta` of the type."""

    @property
    def incremental(self) -> float:
        """Expected incremental purchases of this type inside the window."""
        return self.count * self.per_engagement


@dataclass(frozen=True, slots=True)
class Truth:
    """The true effects of all engagement types and channels."""

    types: dict[str, TypeTruth]
    """By ``channel/type``."""
    costs: dict[str, float]
    """Cost of each channel in the window."""
    order_mean: float
    """Expected value of an order."""
    follower_day: float
    """Incremental purchases per follower-day, with those through engagements that it brings."""
    reproduction: dict[str, float]
    """Mean number of shares that a share leads to directly (R), by channel."""
    spread_shares: dict[str, int]
    """Shares in the window, by channel."""
    negative: float
    """Share of the comments on the page that are negative."""
    answered_in_a_day: float
    """Share of the comments read as negative that the brand answers within 24 hours."""
    storm: tuple[dt.date, dt.date]
    """First and last day of the storm."""
    visits_per_mention: float
    """Search visits that a mention leads to."""
    per_star: float
    """Relative increase of sales per star shown."""

    @property
    def reproduction_of_all(self) -> float:
        """R of the shares of all channels."""
        shares = self.spread_shares
        return sum(self.reproduction[one] * shares[one] for one in shares) / sum(shares.values())

    def ratio(self, engagement: str, baseline: str) -> float:
        """Return the value of one engagement in engagements of the baseline."""
        return self.types[engagement].per_engagement / self.types[baseline].per_engagement

    def incremental(self, channel: str) -> float:
        """Return the expected incremental purchases of a channel inside the window."""
        return sum(
            k.incremental for k in self.types.values() if k.engagement_type.channel == channel
        )

    def roi(self, channel: str) -> float:
        """Return (incremental revenue - cost) / cost of a channel."""
        cost = self.costs[channel]
        return (self.incremental(channel) * self.order_mean - cost) / cost


def truth_of(history: History) -> Truth:
    """Compute the true effects in a history from the parameters and the engagements."""
    brand = history.brand
    days_left = brand.n_days - np.arange(brand.n_days)
    types = {}
    for index, engagement_type in enumerate(brand.types):
        per_day = history.counts[:, :, index].sum(axis=1)
        inside = engagement_type.delta * (1 - engagement_type.theta**days_left)
        count = int(per_day.sum())
        mean = float(per_day @ inside) / count if count else 0.0
        types[engagement_type.name] = TypeTruth(engagement_type, count, mean, engagement_type.delta)
    costs = {
        channel: float(sum(channel_costs(brand, amount))) for channel, amount in brand.monthly_cost
    }
    for index, engagement_type in enumerate(brand.types):
        if engagement_type.paid:
            spent = float(history.counts[:, :, index].sum()) * brand.click_price
            costs[engagement_type.channel] = costs.get(engagement_type.channel, 0.0) + spent
    page = brand.page
    effect = {one.name: one.delta for one in brand.types}[page.engagement]
    factors = {
        spread.engagement.split("/")[0]: spread.reproduction
        * history.factors[history.engagement_person[_is(history, spread.engagement)]]
        for spread in brand.spreads
    }
    days = np.arange(brand.n_days)
    storm = days[brand.comments.in_storm(days, brand.n_days)]
    return Truth(
        types,
        costs,
        brand.order_mean,
        follower_day=page.direct + page.brought * effect,
        reproduction={channel: float(each.mean()) for channel, each in factors.items()},
        spread_shares={channel: each.size for channel, each in factors.items()},
        negative=history.conversation.negative,
        answered_in_a_day=history.conversation.answered_within(24),
        storm=(history.day(storm[0]), history.day(storm[-1])),
        visits_per_mention=brand.search.per_cause,
        per_star=math.expm1(brand.products.effect),
    )


def _is(history: History, name: str) -> Bools:
    """Which engagements are of a type."""
    return np.asarray(history.engagement_type == history.brand.index(name))


def channel_costs(brand: Brand, monthly: float) -> list[float]:
    """Return the cost of each period of 30 days; the last period may be shorter."""
    periods = [min(30, brand.n_days - start) for start in range(0, brand.n_days, 30)]
    return [round(monthly * days / 30, 2) for days in periods]
