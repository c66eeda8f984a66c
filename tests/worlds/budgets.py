"""Worlds of budgets: paid channels with known response curves, and the best plan.

The model. A channel spends ``level * noise_t`` on day t and gets Poisson clicks at a price per
click. Conversions are Poisson around

    base * demand_t * week_t  +  sum_k  r_k m_k / 60 * f_k(u_kt) / mean f_k(u_k)

where u is the adstock of the clicks relative to its mean, f is linear or ``u / (h s + u)`` (s: the
usual stock), m_k the mean spend and r_k the value per euro at that spend. Conversions are worth
60 euros on average. The true value of a plan b is that of the same days with spend scaled to b.

Bends, decays and returns are drawn from continuous distributions, not from the estimator's grids.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.observations import ARRIVAL, CAUSE, Observations
from chalicelib.attribution.response_curves.spending import TODAY_DAYS
from chalicelib.attribution.within_user.panel import People

Floats = NDArray[np.float64]

VALUE = 60.0
CHANNELS = ("google_ads", "meta_ads", "linkedin_ads", "tiktok_ads", "pinterest_ads")
SPENDS = (300.0, 240.0, 150.0, 90.0, 74.0)
PRICES = (1.5, 1.0, 3.0, 0.6, 0.8)
BRAND = "brand_search"
CLAIMS = 0.9
"""Standard deviation of the log error of what platforms claim."""


@dataclass(frozen=True)
class BudgetWorld:
    """The parameters of a world of budgets.

    Attributes
    ----------
    returns : float
        Median value per euro.
    spread : float
        Standard deviation of the log returns of channels.
    bends : tuple of float
        Range of the half stocks, log-uniform.
    linear : float
        Probability that a channel is linear.
    varies : float
        Standard deviation of the log noise of spend.
    twins : bool
        The second channel follows the first.
    brand : bool
        A channel of paid clicks on the brand's name, which hidden intent drives and which bring
        nothing.
    declared : bool
        Whether the brand's clicks are declared as arrivals.
    alike : bool
        All channels have the same bend and the same decay, and spend as usual today.
    """

    name: str
    n_days: int = 400
    returns: float = 2.0
    spread: float = 0.6
    bends: tuple[float, float] = (0.3, 4.0)
    linear: float = 0.25
    varies: float = 0.7
    twins: bool = False
    brand: bool = False
    declared: bool = True
    alike: bool = False
    base: float = 80.0


BUDGET_WORLDS = {
    world.name: world
    for world in (
        BudgetWorld("usual"),
        BudgetWorld("linear", linear=1.0),
        BudgetWorld("saturated", linear=0.0, bends=(0.2, 0.7)),
        BudgetWorld("unequal", spread=1.0),
        BudgetWorld("steady", varies=0.25),
        BudgetWorld("120_days", n_days=120),
        BudgetWorld("collinear_channels", twins=True),
        BudgetWorld("brand_search", brand=True),
        BudgetWorld("brand_search_hidden", brand=True, declared=False),
        BudgetWorld("all_equal", spread=0.0, alike=True),
        BudgetWorld("nothing_works", returns=0.0),
    )
}


@dataclass(frozen=True)
class BudgetRun:
    """One world at one seed.

    Attributes
    ----------
    spend : array, shape (T, C)
    clicks : array, shape (T, C)
    outcome : array, shape (T,)
    returns : array, shape (C,)
        True value per euro at the window's mean spend.
    claims : array, shape (C,)
        What the platforms claim instead.
    """

    world: BudgetWorld
    names: tuple[str, ...]
    spend: Floats
    clicks: Floats
    outcome: Floats
    returns: Floats
    claims: Floats
    halves: Floats = field(repr=False)
    stocks: Floats = field(repr=False)

    def value(self, budget: Floats) -> float:
        """True value per day that the channels bring at some spends per day."""
        mean = self.spend.mean(axis=0)
        return float(
            sum(
                r * m * _curve(b / m * u, h).mean() / _curve(u, h).mean()
                for r, m, b, u, h in zip(
                    self.returns, mean, budget, self.stocks.T, self.halves, strict=True
                )
            )
        )


def _curve(u: Floats, half: float) -> Floats:
    if np.isinf(half):
        return u
    return np.asarray(u / (half + u))


def simulate_budgets(world: BudgetWorld, seed: int) -> BudgetRun:
    """Simulate the spends, clicks and conversions of one world."""
    rng = np.random.default_rng([seed, 23])
    n_days, n = world.n_days, len(CHANNELS)
    noise = world.varies * _persistent(n_days, n, 0.6, rng)
    if world.twins:
        noise[:, 1] = noise[:, 0] + 0.02 * rng.standard_normal(n_days)
    spend = np.array(SPENDS) * np.exp(noise - world.varies**2 / 2)
    if world.alike:  # nothing to gain: today's spend is the usual one
        spend[-TODAY_DAYS:] *= spend[:-TODAY_DAYS].mean(axis=0) / spend[-TODAY_DAYS:].mean(axis=0)
    prices = np.array(PRICES)
    bends = np.exp(rng.uniform(*np.log(world.bends), n))
    bends[rng.random(n) < world.linear] = np.inf
    thetas = 0.5 ** (1.0 / np.exp(rng.normal(np.log(2.0), 0.6, n)))
    returns = world.returns * np.exp(world.spread * rng.standard_normal(n))
    if world.alike:
        bends[:], thetas[:] = bends[0], thetas[0]
    names: tuple[str, ...] = CHANNELS
    intent = np.zeros(n_days)
    if world.brand:
        names = (*CHANNELS, BRAND if world.declared else "brand_ads")
        intent = 0.15 * _persistent(n_days, 1, 0.3, rng)[:, 0]
        spend = np.column_stack([spend, 120.0 * np.exp(1.5 * intent)])
        prices, bends = np.append(prices, 0.5), np.append(bends, np.inf)
        thetas, returns = np.append(thetas, 0.0), np.append(returns, 0.0)
    clicks = rng.poisson(spend / prices).astype(np.float64)
    stocks = np.zeros_like(clicks)
    for t in range(n_days):
        stocks[t] = clicks[t] + (thetas * stocks[t - 1] if t else clicks[0] * thetas / (1 - thetas))
    stocks /= stocks.mean(axis=0)
    usual = (stocks**2).sum(axis=0) / stocks.sum(axis=0)
    halves = bends * usual
    caused = np.zeros(n_days)
    for k, mean in enumerate(spend.mean(axis=0)):
        response = _curve(stocks[:, k], halves[k])
        caused += returns[k] * mean / VALUE * response / response.mean()
    walk = np.cumsum(rng.normal(0.0, 0.01, n_days))
    week = 1.0 + 0.2 * np.sin(2 * np.pi * (np.arange(n_days) / 7 + rng.random()))
    base = world.base * np.exp(walk - walk.mean() + intent) * week
    outcome = rng.poisson(base + caused).astype(np.float64)
    claims = np.maximum(returns, 0.4) * np.exp(CLAIMS * rng.standard_normal(returns.size))
    if world.brand:
        claims[-1] = 8.0  # the last click before a purchase is often one on the brand's name
    return BudgetRun(world, names, spend, clicks, outcome, returns, claims, halves, stocks)


def _persistent(days: int, n: int, memory: float, rng: np.random.Generator) -> Floats:
    """Standard normal noise that lasts from day to day, shape (days, n)."""
    out = rng.standard_normal((days, n))
    for t in range(1, days):
        out[t] = memory * out[t - 1] + np.sqrt(1 - memory**2) * out[t]
    return out


def observe_budgets(run: BudgetRun) -> Observations:
    """The totals as the estimators' input, without user ids."""
    none = np.zeros(0, dtype=np.int64)
    n_days, n = run.clicks.shape
    people = People(0, n_days, n, none, none, none, np.zeros(0), none, none, np.zeros(0), none)
    rng = np.random.default_rng([n_days, 5])
    orders = run.outcome[run.outcome > 0]
    return Observations(
        names=tuple(f"{name}/click" for name in run.names),
        counts=run.clicks,
        identified=np.zeros(n),
        roles=tuple(ARRIVAL if name == BRAND else CAUSE for name in run.names),
        people=people,
        outcome=run.outcome,
        order_value=orders
        * VALUE
        * (1.0 + 0.5 / np.sqrt(orders) * rng.standard_normal(orders.size)),
        order_count=orders,
    )
