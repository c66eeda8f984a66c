"""Raw experiments as a client sends them; every field can be overridden, None leaves one out."""

from __future__ import annotations

from typing import Any

import numpy as np

REGIONS = ("north", "south", "east", "west", "centre", "coast", "hills")


def _made(defaults: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    given = {
        "from" if name == "start" else "to" if name == "end" else name: over[name] for name in over
    }
    return {name: value for name, value in (defaults | given).items() if value is not None}


def make_holdout(**over: Any) -> dict[str, Any]:
    """A hold-out on paid clicks: 1.2 % of the treated and 1.0 % of the control bought, once each.

    `start` and `end` stand for the fields ``from`` and ``to``, which are no names in Python.
    """
    return _made(
        {
            "kind": "holdout",
            "channel": "google_ads",
            "type": "click",
            "paid": True,
            "goal": "purchase",
            "from": "2026-02-01",
            "to": "2026-02-28",
            "engagements": 5_000,
            "treated": {"people": 100_000, "conversions": 1_200, "converters": 1_200},
            "control": {"people": 50_000, "conversions": 500, "converters": 500},
        },
        over,
    )


def make_effect(**over: Any) -> dict[str, Any]:
    """A hold-out that somebody else has analysed: 0.2 purchases a click, give or take 0.02."""
    effect = {"conversions_per_engagement": 0.2, "standard_error": 0.02}
    return make_holdout(
        **({"treated": None, "control": None, "engagements": None, "effect": effect} | over)
    )


def make_geo(lift: float = 0.3, days: int = 40, **over: Any) -> dict[str, Any]:
    """A geo test in two of seven regions, in the last ten of forty days from 2026-01-01 on."""
    rng = np.random.default_rng(5)
    level = 20.0 + 15.0 * np.arange(len(REGIONS))
    rate = level * np.exp(0.1 * np.sin(np.arange(days) / 3.0))[:, None]
    rate[30:, :2] *= 1.0 + lift
    counts = rng.poisson(rate)
    return _made(
        {
            "kind": "geo",
            "channel": "google_ads",
            "type": "click",
            "paid": True,
            "goal": "purchase",
            "from": "2026-01-31",
            "to": "2026-02-09",
            "engagements": 1_000,
            "treated_regions": ["north", "south"],
            "series": {
                "first_day": "2026-01-01",
                "regions": {
                    name: [int(n) for n in counts[:, number]] for number, name in enumerate(REGIONS)
                },
            },
        },
        over,
    )


def as_csv(geo: dict[str, Any]) -> dict[str, Any]:
    """The same geo test with its counts as the text of a CSV file."""
    import datetime as dt

    first = dt.date.fromisoformat(geo["series"]["first_day"])
    lines = ["Date;City;Cost;Response"]
    for name, counts in geo["series"]["regions"].items():
        lines += [f"{first + dt.timedelta(days=n)};{name};0;{x}" for n, x in enumerate(counts)]
    return {name: value for name, value in geo.items() if name != "series"} | {
        "csv": "\r\n".join(lines)
    }
