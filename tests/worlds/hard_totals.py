"""Worlds of daily totals that break one assumption, or all of them, by switches of the simulator.

The estimators must be right if an annotation or a covered window makes it possible.
Otherwise they must flag the number.
"""

from __future__ import annotations

from dataclasses import replace

from tests.worlds.happenings import Hole, Occasion
from tests.worlds.people import KindInWorld
from tests.worlds.totals import KINDS, TotalsWorld

NOTHING = tuple(replace(kind, delta=0.0) for kind in KINDS)
"""The types of the other worlds, without any effect."""
BRAND_CLICKS = (0.0, 0.0, 0.0, 1.0)
_USELESS_CLICKS = (*KINDS[:3], NOTHING[3])
_TINY = tuple(replace(kind, delta=kind.delta / 150) for kind in KINDS)
_PROMOTIONS = (
    Occasion("promotion", tuple((day, day + 7) for day in (25, 70, 110, 150)), 1.8, 1.8),
)
_HOLIDAYS = (
    Occasion("christmas", ((336, 357), (700, 721)), 1.7, 1.7),
    Occasion("easter", ((91, 98), (448, 455)), 1.3, 1.3),
    Occasion("black friday", ((322, 329), (686, 693)), 1.6, 1.6),
)
_MIXED = (0.6, 0.0, 2.0, 0.0)
_TWO_CHANNELS = (
    KindInWorld("tv", "view", 4000.0, 0.0010, 0.75),
    KindInWorld("google_ads", "click", 300.0, 0.02, 0.50, paid=True),
)


def _without_effects(world: TotalsWorld) -> TotalsWorld:
    return replace(world, name=f"{world.name}_zero", kinds=NOTHING)


_SAME_DAY = TotalsWorld("same_day", drift=0.02, same_day=0.2)
_PROMOTED = TotalsWorld("promotions", drift=0.01, occasions=_PROMOTIONS)
_ANNOTATED = replace(_PROMOTED, name="promotions_annotated", annotated=True)
_FIFTY = TotalsWorld("fifty", base=0.12, kinds=_TINY)
_FESTIVE = TotalsWorld(
    "holidays", drift=0.01, n_days=7 * 104, by_week=True, occasions=_HOLIDAYS, yearly=0.1
)
_WEEKS = TotalsWorld("mixed_weeks", drift=0.01, n_days=7 * 130, by_week=True, saturations=_MIXED)

HARD_TOTALS = {
    world.name: replace(world, name=f"totals_{world.name}")
    for world in (
        _SAME_DAY,
        _without_effects(_SAME_DAY),
        replace(_SAME_DAY, name="brand_clicks", same_day_led=BRAND_CLICKS, kinds=_USELESS_CLICKS),
        replace(_SAME_DAY, name="brand_clicks_zero", same_day_led=BRAND_CLICKS, kinds=NOTHING),
        _PROMOTED,
        _without_effects(_PROMOTED),
        _ANNOTATED,
        _without_effects(_ANNOTATED),
        _FIFTY,
        _without_effects(replace(_FIFTY, base=0.28)),
        _FESTIVE,
        _without_effects(_FESTIVE),
        replace(_FESTIVE, name="holidays_annotated", annotated=True),
        _without_effects(replace(_FESTIVE, name="holidays_annotated", annotated=True)),
        TotalsWorld("sales_end_early", drift=0.02, holes=(Hole(None, 0.75, 1.0),)),
        TotalsWorld("sales_begin_late", drift=0.02, holes=(Hole(None, 0.0, 0.25),)),
        TotalsWorld("hole_in_sales", drift=0.02, holes=(Hole(None, 0.4, 0.55),)),
        TotalsWorld("type_begins_late", drift=0.02, holes=(Hole(0, 0.0, 0.3),)),
        TotalsWorld("type_ends_early", drift=0.02, holes=(Hole(0, 0.7, 1.0),)),
        TotalsWorld("hole_in_type", drift=0.02, holes=(Hole(0, 0.4, 0.5),)),
        TotalsWorld("no_common_day", drift=0.02, holes=(Hole(None, 0.5, 1.0), Hole(0, 0.0, 0.5))),
        TotalsWorld("booked_on_posts", drift=0.02, booked=(0,)),
        replace(_WEEKS, name="mixed_days", n_days=180, by_week=False),
        replace(_WEEKS, name="mixed_two_years", n_days=730, by_week=False),
        _WEEKS,
        TotalsWorld("delayed", drift=0.01, delay=(14, 30)),
        TotalsWorld("delayed_year", drift=0.01, delay=(14, 30), n_days=365),
        TotalsWorld(
            "hidden_driver",
            n_days=7 * 104,
            by_week=True,
            kinds=_TWO_CHANNELS,
            same_day=0.5,
            same_day_memory=0.8,
            drift=0.005,
        ),
        TotalsWorld(
            "everything",
            drift=0.02,
            n_days=365,
            same_day=0.15,
            occasions=_PROMOTIONS,
            annotated=True,
            holes=(Hole(None, 0.9, 1.0), Hole(1, 0.0, 0.1)),
            saturations=_MIXED,
        ),
    )
}
"""By a short name; the full name differs from worlds of people with the same ingredient."""
