"""Simulation of a brand: a few thousand people and nine channels with known effects.

Person i has an activity a_i and a loyalty l_i. Both are log-normal and correlated: loyal people
engage more, and buy more even without engagement. A calendar c_t (weekdays, a slow trend, campaign
days) changes engagement and demand together. On day t, person i makes
Poisson(a_i * rate_k * c_t * push_kt) engagements of type k, for some types without c_t, and buys
with intensity

    base * l_i * c_t  +  sum_k delta_k * (1 - theta_k) * sum_{s <= t} theta_k ** (t - s) * x_iks

One engagement of type k leads to `delta_k` incremental purchases over an infinite horizon, for
every person and day. `push` models new videos and campaigns of a channel and changes only
engagement.

This module depends only on numpy, not on HTTP, files or the estimators.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.demo.comments import Comments, Conversation, converse
from chalicelib.demo.page_following import Page, follow_page
from chalicelib.demo.product_stars import Products, Shelf, sell
from chalicelib.demo.share_cascades import Spread, cascade, multiply
from chalicelib.demo.simulated_visits import SearchVisits, visit

CAMPAIGN_DAYS = 4


@dataclass(frozen=True, slots=True)
class EngagementType:
    """An engagement type and its true effect."""

    channel: str
    type: str
    rate: float
    """Mean engagements per person and day."""
    delta: float
    """Incremental purchases per engagement over an infinite horizon."""
    theta: float
    """Share of the effect that remains after one day, in [0, 1)."""
    paid: bool = False
    identified: bool = True
    """Whether engagements have a user id. Otherwise the brand has only daily totals."""
    bursts: int = 0
    """How often in the window new content, such as a video, multiplies engagement for some days."""
    follows_calendar: bool = True
    """Whether there are more engagements when demand is high."""

    @property
    def name(self) -> str:
        """``channel/type``."""
        return f"{self.channel}/{self.type}"


@dataclass(frozen=True, slots=True)
class Brand:
    """The parameters of a brand."""

    n_people: int
    n_days: int
    types: tuple[EngagementType, ...]
    base: float = 0.006
    """Purchases per person and day without any engagement."""
    spread: float = 0.7
    """Standard deviation of log activity and of log loyalty."""
    coupling: float = 0.7
    """Correlation of log activity and log loyalty."""
    season: float = 0.25
    """Strength of the calendar in engagement and demand."""
    order_mean: float = 60.0
    order_sigma: float = 0.5
    """Mean order value and standard deviation of its logarithm."""
    currency: str = "EUR"
    click_price: float = 0.90
    """Cost of a paid click."""
    monthly_cost: tuple[tuple[str, float], ...] = ()
    """Cost of agency, community management and production per 30 days."""
    page: Page = field(default_factory=lambda: Page("facebook", "facebook/like"))
    """The page that people follow."""
    spreads: tuple[Spread, ...] = ()
    """How shares lead to further shares. The rate of their types includes those."""
    multipliers: int = 12
    """Number of people whose shares lead to `multiplier` times as many shares."""
    multiplier: float = 9.0
    comments: Comments = field(default_factory=Comments)
    search: SearchVisits = field(default_factory=SearchVisits)
    products: Products = field(default_factory=Products)

    def index(self, name: str) -> int:
        """Return the index of an engagement type, given as ``channel/type``."""
        return [one.name for one in self.types].index(name)


BRAND = Brand(
    n_people=4_000,
    n_days=90,
    types=(
        EngagementType("facebook", "like", 0.070, 0.018, 0.60),
        EngagementType("facebook", "share", 0.016, 0.024, 0.65),
        EngagementType("twitter", "share", 0.024, 0.014, 0.50),
        EngagementType("linkedin", "like", 0.027, 0.009, 0.70),
        EngagementType("xing", "like", 0.024, 0.0, 0.60),
        EngagementType("youtube", "view", 0.220, 0.002, 0.70, identified=False, bursts=7),
        EngagementType("company_blog", "comment", 0.013, 0.022, 0.75),
        EngagementType("facebook", "comment", 0.005, 0.0, 0.50),
        EngagementType("community", "mention", 0.012, 0.030, 0.50, identified=False, bursts=7),
        EngagementType(
            "amazon", "review", 0.004, 0.0, 0.50, identified=False, follows_calendar=False
        ),
        EngagementType("google_ads", "click", 0.066, 0.030, 0.50, paid=True, bursts=4),
    ),
    monthly_cost=(
        ("facebook", 4_000.0),
        ("twitter", 900.0),
        ("linkedin", 1_500.0),
        ("xing", 3_500.0),
        ("youtube", 2_000.0),
        ("company_blog", 900.0),
    ),
    spreads=(Spread("facebook/share", 0.30), Spread("twitter/share", 0.45)),
)
"""The demo's brand. A Facebook like is worth 0.6 paid clicks, a XING like nothing."""


@dataclass(frozen=True, slots=True)
class History:
    """The simulated engagements and purchases, by day of the window, from 0."""

    brand: Brand
    first_day: dt.date
    counts: Ints
    """Engagements per day, person and type. Shape (T, N, K)."""
    engagement_day: Ints
    engagement_person: Ints
    engagement_type: Ints
    engagement_second: Ints
    """One entry per engagement, sorted by day; seconds are of the day. Shape (E,)."""
    engagement_parent: Ints
    """The engagement that led to this one, or -1. Shape (E,)."""
    engagement_content: Ints
    """Number of the post, for types that spread; -1 for others. Shape (E,)."""
    purchase_day: Ints
    purchase_person: Ints
    purchase_value: Floats
    purchase_second: Ints
    """One entry per purchase, sorted by day; values are rounded to cents. Shape (C,)."""
    demand: Floats = field(repr=False)
    """Expected purchases without any engagement. Shape (T, N)."""
    calendar: Floats = field(repr=False)
    """Mean 1. Shape (T,)."""
    campaigns: tuple[tuple[int, int], ...]
    """First and last day of each campaign."""
    follows: Bools = field(repr=False)
    """Whether a person's purchases and likes are those of a follower. Shape (T, N)."""
    changes: Ints
    """Day, second, person and +1 or -1 of each follow and unfollow, by time. Shape (F, 4)."""
    factors: Floats = field(repr=False)
    """Of the shares that a person's shares lead to. Shape (N,)."""
    conversation: Conversation = field(repr=False)
    """The comments on the page."""
    visits: Ints = field(repr=False)
    """Visits after searches for the brand and after other searches. Shape (T, 2)."""
    shelf: Shelf = field(repr=False)
    """The products of the reviews and purchases."""

    @property
    def last_day(self) -> dt.date:
        """The last day of the window."""
        return self.first_day + dt.timedelta(days=self.brand.n_days - 1)

    def day(self, index: int) -> dt.date:
        """Return the date of a day of the window."""
        return self.first_day + dt.timedelta(days=int(index))


def simulate(brand: Brand, seed: int, *, today: dt.date) -> History:
    """Simulate a brand in a window that ends yesterday.

    `seed`: the same brand, seed and day give the same history.
    """
    rng = np.random.default_rng([seed, 20])
    n, days, types = brand.n_people, brand.n_days, brand.types
    common = rng.standard_normal(n)
    own = rng.standard_normal(n)
    activity = _log_normal(brand.spread, common)
    mixed = brand.coupling * common + np.sqrt(1 - brand.coupling**2) * own
    loyalty = _log_normal(brand.spread, mixed)
    first_day = today - dt.timedelta(days=days)
    calendar, campaigns = _calendar(brand.season, first_day, days, rng)
    following = np.random.default_rng([seed, 21])
    follows, changes = follow_page(brand.page, loyalty, calendar, following)
    factors = multiply(activity, brand.multipliers, brand.multiplier)
    spreads = {one.engagement: one for one in brand.spreads}
    outside = [1 - spreads[one.name].reproduction if one.name in spreads else 1.0 for one in types]
    rate = np.array([one.rate for one in types]) * outside
    push = np.stack([_push(engagement_type, days, rng) for engagement_type in types], axis=1)
    comment = brand.index(brand.comments.engagement)
    push[brand.comments.in_storm(np.arange(days), days), comment] *= brand.comments.storm_factor
    pace = np.where([one.follows_calendar for one in types], calendar[:, None], 1.0)
    mean = activity[None, :, None] * (rate * pace * push)[:, None, :]
    brought = brand.index(brand.page.engagement)
    mean[:, :, brought] += brand.page.brought * calendar[:, None] * follows
    counts = rng.poisson(mean).astype(np.int64)
    engagements = np.repeat(np.argwhere(counts), counts[counts > 0], axis=0)
    shares = cascade(
        np.column_stack([engagements, _seconds(engagements.shape[0], rng)]),
        {index: spreads[one.name] for index, one in enumerate(types) if one.name in spreads},
        activity,
        factors,
        days,
        np.random.default_rng([seed, 22]),
    )
    np.add.at(counts, tuple(shares.events[shares.parent >= 0, :3].T), 1)
    demand = (brand.base * loyalty + brand.page.direct * follows) * calendar[:, None]
    bought = rng.poisson(expected_purchases(brand, counts, demand))
    purchases = np.repeat(np.argwhere(bought), bought[bought > 0], axis=0)
    orders = rng.standard_normal(size=(len(purchases),))
    values = brand.order_mean * _log_normal(brand.order_sigma, orders)
    day, kind = shares.events[:, 0], shares.events[:, 2]
    commented = np.flatnonzero(kind == comment)
    reviews = np.flatnonzero(kind == brand.index(brand.products.engagement))
    mentions = counts[:, :, brand.index(brand.search.cause)].sum(axis=1)
    return History(
        brand=brand,
        first_day=first_day,
        counts=counts,
        engagement_day=shares.events[:, 0],
        engagement_person=shares.events[:, 1],
        engagement_type=shares.events[:, 2],
        engagement_second=shares.events[:, 3],
        engagement_parent=shares.parent,
        engagement_content=shares.content,
        purchase_day=purchases[:, 0],
        purchase_person=purchases[:, 1],
        purchase_value=np.round(values, 2),
        purchase_second=_seconds(purchases.shape[0], rng),
        demand=demand,
        calendar=calendar,
        campaigns=campaigns,
        follows=follows,
        changes=changes,
        factors=factors,
        conversation=converse(
            brand.comments,
            commented,
            brand.comments.in_storm(day[commented], days),
            np.random.default_rng([seed, 23]),
        ),
        visits=visit(brand.search, mentions, calendar, np.random.default_rng([seed, 24])),
        shelf=sell(
            brand.products,
            day[reviews],
            purchases[:, 0],
            days,
            np.random.default_rng([seed, 25]),
        ),
    )


def expected_purchases(brand: Brand, counts: Ints, demand: Floats) -> Floats:
    """Return the expected purchases per day and person for given engagements, shape (T, N).

    Parameters
    ----------
    counts : int array, shape (T, N, K)
    demand : float array, shape (T, N)
        Expected purchases without any engagement.
    """
    theta = np.array([engagement_type.theta for engagement_type in brand.types])
    impulse = np.array([engagement_type.delta for engagement_type in brand.types]) * (1 - theta)
    expected = np.empty_like(demand)
    stock = np.zeros(counts.shape[1:])
    for day in range(counts.shape[0]):
        stock = theta * stock + counts[day]
        expected[day] = demand[day] + stock @ impulse
    return expected


def _log_normal(sigma: float, normal: Floats) -> Floats:
    return np.asarray(np.exp(sigma * normal - sigma**2 / 2))


def _calendar(
    strength: float, first: dt.date, days: int, rng: np.random.Generator
) -> tuple[Floats, tuple[tuple[int, int], ...]]:
    """Draw the calendar (weekdays, a slow trend and campaign days; mean 1, shape (T,)).

    Also returns the first and last day of each campaign.
    """
    day = np.arange(days)
    weekday = (day + first.weekday()) % 7
    weekly = np.array([0.1, 0.2, 0.3, 0.4, 0.2, -0.6, -0.6])[weekday]
    slow = np.sin(2 * np.pi * (day / (1.3 * days) + rng.random()))
    campaign = np.zeros(days)
    starts = rng.integers(0, max(days - CAMPAIGN_DAYS, 1), 3).tolist()
    for start in starts:
        campaign[start : start + CAMPAIGN_DAYS] += 1.0
    calendar = np.exp(strength * (2 * weekly + slow + 1.5 * campaign))
    ends = [min(start + CAMPAIGN_DAYS, days) - 1 for start in sorted(starts)]
    return np.asarray(calendar / calendar.mean()), tuple(zip(sorted(starts), ends, strict=True))


def _push(engagement_type: EngagementType, days: int, rng: np.random.Generator) -> Floats:
    """Draw the bursts of an engagement type; mean 1, shape (T,)."""
    push = np.ones(days)
    for start in rng.integers(0, days, engagement_type.bursts):
        push += 3.0 * np.where(np.arange(days) >= start, 0.6 ** (np.arange(days) - start), 0.0)
    return np.asarray(push / push.mean())


def _seconds(n: int, rng: np.random.Generator) -> Ints:
    """Draw seconds of the day, mostly in the afternoon and evening."""
    return np.asarray((rng.beta(3.0, 2.0, n) * 86_399).astype(np.int64))
