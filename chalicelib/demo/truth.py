"""What the made-up brand's channels really did: from its parameters, nothing is fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.demo.brand import Brand, History, Kind


@dataclass(frozen=True, slots=True)
class KindTruth:
    """What one kind really did.

    Attributes
    ----------
    kind : Kind
    count : int
        Engagements in the window.
    per_engagement : float
        Purchases inside the window per engagement: the mean, over the engagements that were made,
        of the part of their effect that falls inside.
    per_engagement_endless : float
        The same over an endless future: the kind's `delta`.
    """

    kind: Kind
    count: int
    per_engagement: float
    per_engagement_endless: float

    @property
    def incremental(self) -> float:
        """Expected purchases inside the window that would not have been without this kind."""
        return self.count * self.per_engagement


@dataclass(frozen=True, slots=True)
class Truth:
    """What every kind and channel really did.

    Attributes
    ----------
    kinds : dict of str to KindTruth
        By ``channel/type``.
    costs : dict of str to float
        What each channel cost in the window.
    order_mean : float
        Expected value of an order.
    """

    kinds: dict[str, KindTruth]
    costs: dict[str, float]
    order_mean: float

    def ratio(self, engagement: str, baseline: str) -> float:
        """What one engagement is worth in engagements of the baseline."""
        return self.kinds[engagement].per_engagement / self.kinds[baseline].per_engagement

    def incremental(self, channel: str) -> float:
        """Expected purchases inside the window that a channel caused."""
        return sum(k.incremental for k in self.kinds.values() if k.kind.channel == channel)

    def roi(self, channel: str) -> float:
        """(What the channel brought - its cost) / its cost."""
        cost = self.costs[channel]
        return (self.incremental(channel) * self.order_mean - cost) / cost


def truth_of(history: History) -> Truth:
    """The truth behind a history, from the parameters and from who engaged when."""
    brand = history.brand
    days_left = brand.n_days - np.arange(brand.n_days)
    kinds = {}
    for index, kind in enumerate(brand.kinds):
        per_day = history.counts[:, :, index].sum(axis=1)
        inside = kind.delta * (1 - kind.theta**days_left)
        count = int(per_day.sum())
        mean = float(per_day @ inside) / count if count else 0.0
        kinds[kind.name] = KindTruth(kind, count, mean, kind.delta)
    costs = {
        channel: float(sum(channel_costs(brand, amount))) for channel, amount in brand.monthly_cost
    }
    for index, kind in enumerate(brand.kinds):
        if kind.paid:
            spent = float(history.counts[:, :, index].sum()) * brand.click_price
            costs[kind.channel] = costs.get(kind.channel, 0.0) + spent
    return Truth(kinds, costs, brand.order_mean)


def channel_costs(brand: Brand, monthly: float) -> list[float]:
    """What is paid at the start of every 30 days of the window; the last period may be shorter."""
    periods = [min(30, brand.n_days - start) for start in range(0, brand.n_days, 30)]
    return [round(monthly * days / 30, 2) for days in periods]
