"""The worlds of people by name.

Worlds whose assumptions hold come first (`CLASSIC`). Each of the others has one more ingredient
(`INGREDIENTS`), in two forms: with effects, and without any (``NAME_zero``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.worlds.parameters import KINDS, Hole, KindInWorld, Promotion, World

ZERO = "_zero"


def without_effects(kinds: tuple[KindInWorld, ...]) -> tuple[KindInWorld, ...]:
    """The same types without effects."""
    return tuple(replace(kind, delta=0.0) for kind in kinds)


def _organic_zero(kinds: tuple[KindInWorld, ...]) -> tuple[KindInWorld, ...]:
    return tuple(kind if kind.paid else replace(kind, delta=0.0) for kind in kinds)


def _with_all(**change: float) -> tuple[KindInWorld, ...]:
    return tuple(replace(kind, **change) for kind in KINDS)


_CLASSIC = (
    World("no_confounding"),
    World("loyalty", loyalty=1.0),
    World("loyalty_calendar", loyalty=1.0, season=0.35),
    World("organic_zero", loyalty=1.0, season=0.35, kinds=_organic_zero(KINDS)),
    World("all_zero", loyalty=1.0, season=0.35, kinds=_with_all(delta=0.0)),
    World("late_entry", loyalty=1.0, season=0.35, late_share=0.5),
    World("feedback", loyalty=1.0, season=0.35, feedback=0.3),
    World("multiplicative", loyalty=1.0, season=0.35, multiplicative=True),
    World("few_conversions", loyalty=1.0, season=0.35, base=0.0004, n_people=4_000),
    World("short_memory", loyalty=1.0, season=0.35, kinds=_with_all(theta=0.25)),
    World("long_memory", loyalty=1.0, season=0.35, kinds=_with_all(theta=0.90)),
    World("heavy_tails", loyalty=1.0, season=0.35, order_sigma=1.6),
    World("intent", loyalty=1.0, season=0.35, intent=0.004),
    World("lasting_intent", loyalty=1.0, intent=0.002, intent_ends_on_purchase=False),
)
CLASSIC = tuple(world.name for world in _CLASSIC)
UNIDENTIFIED = ("intent", "lasting_intent")
"""Worlds with clicks whose effect is not identified by the data; they must be flagged."""

ARRIVALS = (
    KindInWorld("organic_search", "click", 0.020, 0.020, 0.50, role="arrival"),
    KindInWorld("direct", "click", 0.015, 0.025, 0.50, role="arrival"),
)
FOLLOWS = (
    KindInWorld("facebook", "follow", 0.004, 0.006, 0.0, role="state"),
    KindInWorld("facebook", "unfollow", 0.0, 0.0, 0.0, role="state"),
)
PROMOTIONS = (
    Promotion(0.10, 7, 2.5, 2.0),
    Promotion(0.33, 7, 3.0, 2.5),
    Promotion(0.58, 7, 2.0, 2.0),
    Promotion(0.83, 7, 3.0, 2.0),
)


OF_THREE_SPEEDS = (
    KindInWorld("twitter", "like", 0.030, 0.012, 0.10),
    KindInWorld("twitter", "share", 0.004, 0.030, 0.10),
    KindInWorld("twitter", "comment", 0.002, 0.050, 0.10),
    KindInWorld("blog", "comment", 0.020, 0.015, 0.92),
    KindInWorld("blog", "share", 0.004, 0.030, 0.92),
    KindInWorld("blog", "mention", 0.002, 0.050, 0.92),
    KindInWorld("google_ads", "click", 0.020, 0.030, 0.65, paid=True),
)
"""Effects of a channel last for a day, or for two weeks."""


def _delayed(first: int, last: int) -> tuple[KindInWorld, ...]:
    return tuple(replace(kind, delay=(first, last)) for kind in KINDS)


_TYPICAL = World("typical", loyalty=1.0, season=0.35)
_MANY = replace(_TYPICAL, n_people=12_000)
_EVERYTHING = replace(
    _MANY,
    kinds=(
        *(replace(k, delay=(14, 30) if k.channel == "linkedin" else None) for k in KINDS),
        *ARRIVALS,
        *FOLLOWS,
    ),
    late_share=0.3,
    feedback=0.1,
    churn=0.004,
    interest=0.5,
    honeymoon=2.0,
    visits_per_engagement=0.2,
    demand=0.5,
    once=True,
    bots=0.001,
    friends=0.5,
    promotions=PROMOTIONS[:2],
    follows_engage=1.2,
    identity="split",
    identified=(0.6, 0.9),
    identified_conversions=0.9,
    holes=(Hole("conversions", 0.0, 0.08), Hole("youtube", 0.5, 0.56)),
)
_INGREDIENTS = (
    replace(_MANY, name="churn", churn=0.008),
    replace(_MANY, name="interest", interest=0.7),
    replace(_MANY, name="honeymoon", late_share=0.5, honeymoon=3.0),
    replace(_TYPICAL, name="delayed", kinds=_delayed(14, 30)),
    replace(_TYPICAL, name="delayed_two_weeks", kinds=_delayed(7, 14)),
    replace(_TYPICAL, name="channels_differ", kinds=OF_THREE_SPEEDS),
    replace(_TYPICAL, name="sales_end_early", holes=(Hole("conversions", 0.75, 1.0),)),
    replace(_TYPICAL, name="sales_begin_late", holes=(Hole("conversions", 0.0, 0.25),)),
    replace(_TYPICAL, name="channel_begins_late", holes=(Hole("facebook", 0.0, 0.3),)),
    replace(_TYPICAL, name="channel_ends_early", holes=(Hole("facebook", 0.7, 1.0),)),
    replace(_TYPICAL, name="hole_in_sales", holes=(Hole("conversions", 0.5, 0.56),)),
    replace(
        _TYPICAL,
        name="no_common_day",
        holes=(Hole("conversions", 0.0, 0.5), Hole("engagements", 0.5, 1.0)),
    ),
    replace(_TYPICAL, name="arrivals", kinds=(*KINDS, *ARRIVALS), visits_per_engagement=0.3),
    replace(
        _TYPICAL,
        name="arrivals_demand",
        kinds=(*KINDS, *ARRIVALS),
        visits_per_engagement=0.3,
        demand=1.0,
    ),
    replace(_TYPICAL, name="once_only", once=True),
    replace(_TYPICAL, name="split_ids", identity="split"),
    replace(_TYPICAL, name="shared_ids", identity="shared"),
    replace(_TYPICAL, name="log_in", identified=(0.3, 0.6), identified_conversions=0.9),
    replace(_TYPICAL, name="bots", bots=0.003),
    replace(_TYPICAL, name="friends", friends=0.7),
    replace(_TYPICAL, name="promotions", promotions=PROMOTIONS),
    replace(_TYPICAL, name="promotions_unknown", promotions=PROMOTIONS, promotions_known=False),
    replace(_TYPICAL, name="follows", kinds=(*KINDS, *FOLLOWS), follows_engage=1.3),
    replace(_EVERYTHING, name="everything"),
)
INGREDIENTS = tuple(name for world in _INGREDIENTS for name in (world.name, f"{world.name}{ZERO}"))
WORLDS = {world.name: world for world in _CLASSIC} | {
    made.name: made
    for world in _INGREDIENTS
    for made in (
        world,
        replace(world, name=f"{world.name}{ZERO}", kinds=without_effects(world.kinds)),
    )
}

VARIED = "varied"


def world_of(name: str, seed: int) -> World:
    """The world of that name; for ``varied``, the one drawn with the seed."""
    return varied_world(seed) if name == VARIED else WORLDS[name]


def varied_world(seed: int) -> World:
    """A world with random parameters: 2 to 8 types, a third of them without an effect."""
    rng = np.random.default_rng([seed, 23])
    channels = ("facebook", "twitter", "linkedin", "youtube", "xing", "blog", "forum")
    types = ("like", "share", "comment", "view", "save", "mention", "comment")
    half_life = np.exp(rng.uniform(np.log(0.5), np.log(8.0)))
    kinds = []
    for number in range(int(rng.integers(2, 9))):
        paid = number == 0
        own = half_life * np.exp(0.4 * rng.standard_normal())
        kinds.append(
            KindInWorld(
                "google_ads" if paid else channels[(number - 1) % 7],
                "click" if paid else types[(number - 1) % 7],
                float(np.exp(rng.uniform(np.log(0.006), np.log(0.06)))),
                0.0 if rng.random() < 1 / 3 else float(np.exp(rng.normal(np.log(0.015), 0.5))),
                float(0.5 ** (1 / own)),
                paid=paid,
            )
        )
    return World(
        VARIED,
        n_people=int(rng.integers(3_000, 12_000)),
        n_days=int(rng.integers(60, 200)),
        kinds=tuple(kinds),
        base=float(np.exp(rng.uniform(np.log(0.001), np.log(0.01)))),
        loyalty=float(rng.uniform(0.0, 1.2)),
        coupling=float(rng.uniform(0.0, 0.9)),
        season=float(rng.uniform(0.0, 0.4)),
        late_share=float(rng.choice([0.0, 0.3, 0.6])),
        feedback=float(rng.choice([0.0, 0.3])),
        multiplicative=bool(rng.random() < 0.3),
    )
