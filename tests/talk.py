"""A made-up dialogue: comments with replies, a storm, checks, a competitor."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

SAID = {"negative": -0.7, "neutral": 0.0, "positive": 0.8}
CONFUSION = {
    "negative": (0.6, 0.3, 0.1),
    "neutral": (0.1, 0.8, 0.1),
    "positive": (0.05, 0.2, 0.75),
}
"""True class -> probability of each class said."""


def make_talk(
    first: dt.date,
    days: int,
    *,
    per_day: int = 12,
    storm: int | None = None,
    checked: float = 0.2,
    seed: int = 1,
) -> list[dict[str, Any]]:
    """Events of some days; a storm has five times as many critical comments.

    Parameters
    ----------
    storm : int, optional
        Place of the day with a storm.
    checked : float
        Part of the comments that a person has checked, drawn by lot.
    """
    draw = random.Random(seed)
    begin = dt.datetime.combine(first, dt.time(), dt.UTC)
    end = begin + dt.timedelta(days=days)
    events = []
    for day in range(days):
        for number in range(per_day + (4 * per_day if day == storm else 0)):
            in_storm = number >= per_day
            at = begin + dt.timedelta(days=day, seconds=draw.randrange(86_400))
            true = "negative" if in_storm else draw.choice(("negative", "neutral", "positive"))
            said = draw.choices(list(SAID), CONFUSION[true])[0]
            name = f"m{day}-{number}"
            content = "post88" if in_storm else f"post{day}-{number % 4}"
            one = {
                **_engagement(name, at, "comment"),
                "content_id": content,
                "sentiment": SAID[said],
            }
            if draw.random() < checked:
                one["sentiment_checked"] = SAID[true]
            events.append(one)
            replied = at + dt.timedelta(hours=draw.expovariate(1 / 10))
            if said == "negative" and draw.random() < 0.8 and replied < end:
                reply = {**_engagement(f"r{name}", replied, "reply"), "parent_event_id": name}
                events.append(reply)
        mention = _engagement(f"o{day}", begin + dt.timedelta(days=day, hours=9), "mention")
        events.append(mention | {"about": "rival", "sentiment": -0.9})
    return events


def _engagement(name: str, at: dt.datetime, kind: str) -> dict[str, Any]:
    return {
        "kind": "engagement",
        "event_id": name,
        "occurred_at": at.isoformat().replace("+00:00", "Z"),
        "channel": "facebook",
        "type": kind,
    }
