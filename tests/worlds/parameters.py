"""The parameters of a simulated world of people: engagement types, and one switch per ingredient.

Every switch is off by default. All switches belong to the same simulator (`journeys`), so
they can be used alone or together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["cause", "arrival", "state"]
Identity = Literal["one", "split", "shared"]


@dataclass(frozen=True)
class KindInWorld:
    """One engagement type and its effect.

    Attributes
    ----------
    channel, type, paid : its name.
    rate : float
        Mean engagements per person and day.
    delta : float
        Conversions that one engagement causes over an endless future. For a state: conversions
        per day in that state.
    theta : float
        Share of today's effect that remains tomorrow, in [0, 1).
    delay : (int, int) or None
        First and last day of a delayed effect, counted from the engagement. Its daily shares form
        a parabola between the two days, and `theta` is not used.
    role : {"cause", "arrival", "state"}
        Arrivals are visits to the brand's site. States are follows and unfollows. Only
        causes have a truth to compare with.
    """

    channel: str
    type: str
    rate: float
    delta: float
    theta: float
    paid: bool = False
    delay: tuple[int, int] | None = None
    role: Role = "cause"

    @property
    def name(self) -> str:
        """``channel/type``."""
        return f"{self.channel}/{self.type}"


@dataclass(frozen=True)
class Hole:
    """Days for which the data of one source are missing, as shares of the window.

    Attributes
    ----------
    source : str
        ``conversions``, or the channel whose engagements are missing, or ``engagements`` for all.
    start, stop : float
        The hole begins on day ``start * n_days`` and ends before day ``stop * n_days``.
    """

    source: str
    start: float
    stop: float

    def days(self, n_days: int) -> slice:
        """The missing days as a slice of the window."""
        return slice(round(self.start * n_days), round(self.stop * n_days))


@dataclass(frozen=True)
class Promotion:
    """Days on which demand and the engagement of all people rise.

    Attributes
    ----------
    at : float
        Share of the window before the first day.
    days : int
    demand, engagement : float
        Factors of the baseline conversions and of all engagements.
    """

    at: float
    days: int
    demand: float
    engagement: float

    def span(self, n_days: int) -> slice:
        """The days of the promotion as a slice of the window."""
        start = int(self.at * n_days)
        return slice(start, min(start + self.days, n_days))


KINDS = (
    KindInWorld("facebook", "like", 0.030, 0.012, 0.70),
    KindInWorld("facebook", "share", 0.010, 0.020, 0.75),
    KindInWorld("twitter", "share", 0.012, 0.015, 0.60),
    KindInWorld("linkedin", "comment", 0.008, 0.010, 0.80),
    KindInWorld("youtube", "view", 0.040, 0.006, 0.70),
    KindInWorld("google_ads", "click", 0.020, 0.030, 0.65, paid=True),
)


@dataclass(frozen=True)
class World:
    """The parameters of a world of people.

    Attributes
    ----------
    base : float
        Conversions per person and day without any engagement.
    loyalty : float
        Standard deviation of log activity and log loyalty; 0 makes all people alike.
    coupling : float
        Correlation of log activity and log loyalty.
    season : float
        Strength of the calendar's effect on engagement and demand (0: none).
    late_share : float
        Share of people who first appear during the window.
    feedback : float
        Extra likes per purchase on the following days.
    multiplicative : bool
        Effects scale with the person's baseline instead of adding to it.
    intent : float
        Spells of hidden intent that begin per person and day.
    intent_days : float
        Mean length of a spell; with `intent_ends_on_purchase` a purchase ends the spell.
    intent_clicks, intent_buys : float
        During a spell: additional paid clicks a day, and additional conversions a day.
    churn : float
        Daily hazard of leaving permanently. People who left do not engage or convert, and the
        effects of earlier engagements end as well.
    interest : float
        Standard deviation of the log of a personal interest that changes slowly (first-order
        autoregression) and multiplies engagements and baseline conversions.
    interest_days : (float, float)
        Range of its time scale; each person has one, uniform in the logarithm.
    honeymoon : float
        Factor of the engagements and baseline conversions of newcomers on their first day; the
        surplus fades with a time scale of `honeymoon_days`.
    visits_per_engagement : float
        Visits caused by an engagement of a cause, over all arrival types.
    demand : float
        Standard deviation of the log of a hidden personal demand (time scale `demand_days`) that
        multiplies visits and baseline conversions, but no cause.
    once : bool
        A person converts at most once.
    bots : float
        Share of accounts that engage `bot_activity` times as much as others with all
        unpaid types, and never convert.
    friends : float
        Part of the effect of a share that falls on the friends of the sharer, `n_friends` on
        average.
    promotions, promotions_known : tuple of Promotion, bool
        Known promotions come with annotations in the data.
    follows_engage : float
        Factor of the engagements of followers (types with the role of a state).
    unfollows : float
        Daily hazard of unfollowing.
    identity : {"one", "split", "shared"}
        Whether a person has one id, two ids (a session uses either), or shares one with another.
    identified : (float, float) or None
        Range of the personal share of sessions whose engagements carry an id; None: all do.
    identified_conversions : float
        Share of the conversions that carry an id.
    holes : tuple of Hole
        Days for which a source has no data.
    """

    name: str
    n_people: int = 10_000
    n_days: int = 120
    kinds: tuple[KindInWorld, ...] = KINDS
    base: float = 0.004
    loyalty: float = 0.0
    coupling: float = 0.7
    season: float = 0.0
    late_share: float = 0.0
    feedback: float = 0.0
    multiplicative: bool = False
    intent: float = 0.0
    intent_days: float = 4.0
    intent_clicks: float = 0.4
    intent_buys: float = 0.15
    intent_ends_on_purchase: bool = True
    order_sigma: float = 0.6
    order_mean: float = 60.0
    churn: float = 0.0
    interest: float = 0.0
    interest_days: tuple[float, float] = (10.0, 60.0)
    honeymoon: float = 1.0
    honeymoon_days: float = 12.0
    visits_per_engagement: float = 0.0
    demand: float = 0.0
    demand_days: float = 5.0
    once: bool = False
    bots: float = 0.0
    bot_activity: float = 300.0
    friends: float = 0.0
    n_friends: float = 5.0
    promotions: tuple[Promotion, ...] = ()
    promotions_known: bool = True
    follows_engage: float = 1.0
    unfollows: float = 0.005
    identity: Identity = "one"
    identified: tuple[float, float] | None = None
    identified_conversions: float = 1.0
    holes: tuple[Hole, ...] = ()

    @property
    def goal(self) -> str:
        """The goal's name in event lines."""
        return "signup" if self.once else "purchase"

    @property
    def judged_by_value(self) -> bool:
        """Whether orders differ so much that the value per engagement is compared instead."""
        return self.order_sigma > 1.0

    def indexes(self, role: Role) -> list[int]:
        """Positions of the types with that role."""
        return [k for k, kind in enumerate(self.kinds) if kind.role == role]
