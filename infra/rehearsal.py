"""Data and requests for testing packages and deployments."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

TENANT = "acme"
PER_REQUEST = 500
PEOPLE = 600
REPORT = "imports/acme/ads.csv"
IMPRESSIONS, CLICKS = 1_200, 40
REPORTED = IMPRESSIONS + CLICKS
"""Engagements in the report."""

Ask = Callable[..., Any]
"""``ask(method, path, body, status)`` returns the decoded answer; AssertionError for another status
(by default 200)."""


def expect(holds: bool, message: str) -> None:
    """Raise AssertionError unless a condition is true, even with assertions disabled."""
    if not holds:
        raise AssertionError(message)


def yesterday() -> dt.date:
    """The last whole day, in UTC."""
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


def report() -> bytes:
    """An export of Google Ads, of yesterday."""
    head = "Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value"
    row = f"{yesterday()},Spring sale,EUR,{IMPRESSIONS},{CLICKS},22.50,2,80.00"
    return f"{head}\n{row}\n".encode()


def brand_events(today: dt.date) -> list[dict[str, Any]]:
    """The events of a simulated brand with few people, up to the day before."""
    from chalicelib.demo.brand import BRAND, simulate
    from chalicelib.demo.brand_data import event_lines

    history = simulate(replace(BRAND, n_people=PEOPLE), 7, today=today)
    return [json.loads(line) for line in event_lines(history)]


def send_brand(ask: Ask) -> int:
    """Send the events of the brand; returns the number of engagements."""
    raw = brand_events(dt.datetime.now(dt.UTC).date())
    for begin in range(0, len(raw), PER_REQUEST):
        batch = raw[begin : begin + PER_REQUEST]
        answer = ask("POST", "/v1/events", {"events": batch})
        expect(answer == {"accepted": len(batch), "rejected": []}, f"events: {answer}")
    return sum(one.get("count", 1) for one in raw if one["kind"] == "engagement")


def counted(ask: Ask) -> int:
    """Number of engagements in the day totals."""
    start = yesterday() - dt.timedelta(days=120)
    answer = ask("GET", f"/v1/timeseries?metric=engagements&from={start}&to={yesterday()}")
    return sum(point["value"] for one in answer["series"] for point in one["points"])


def appointment() -> str:
    """The body of a message for a day whose totals wait."""
    waits = {"tenant": TENANT, "day": f"{yesterday()}", "shard": 0, "reading": 1}
    return json.dumps({"totals": waits})


def geo_test() -> dict[str, Any]:
    """A geo test: 30 % more in two of seven regions, in the last ten of forty days."""
    names = ("north", "south", "east", "west", "centre", "coast", "hills")
    first, test_from = yesterday() - dt.timedelta(days=39), yesterday() - dt.timedelta(days=9)

    def count(region: int, day: int) -> int:
        usual = (20 + 15 * region) * (1 + 0.1 * math.sin(day / 3)) + (7 * day + 3 * region) % 5
        return round(usual * (1.3 if region < 2 and day >= 30 else 1.0))

    return {
        "experiment_id": "north-and-south",
        "kind": "geo",
        "channel": "google_ads",
        "type": "click",
        "paid": True,
        "goal": "purchase",
        "from": f"{test_from}",
        "to": f"{yesterday()}",
        "engagements": 1_000,
        "treated_regions": list(names[:2]),
        "series": {
            "first_day": f"{first}",
            "regions": {
                name: [count(region, day) for day in range(40)] for region, name in enumerate(names)
            },
        },
    }


def check_geo_test(ask: Ask) -> None:
    """Register a geo test and check that its analysis finds the effect."""
    analysis = ask("POST", "/v1/experiments", geo_test(), 201)["analysis"]
    expect(analysis["method"] == "synthetic_control", f"geo test: {analysis}")
    expect(analysis["incremental_conversions"]["ci_low"] > 0, f"geo test: {analysis}")


def check_answers(ask: Ask) -> None:
    """Check every answer that needs a fit."""
    check_roi(ask)
    worth = ask("GET", "/v1/equivalence?engagement=facebook/like&baseline=google_ads/click")
    expect(worth["engagement"]["channel"] == "facebook", f"equivalence: {worth}")
    credited = ask("GET", "/v1/attribution?model=last,shapley,markov")
    expect(len(credited["models"]) == 3, f"attribution: {credited}")
    (fit, *_) = ask("GET", "/v1/fits")["fits"]
    expect(fit["status"] == "done", f"fit: {fit}")


def check_roi(ask: Ask) -> None:
    """Check that the answer has the channels of the brand."""
    channels = {one["channel"] for one in ask("GET", "/v1/roi")["channels"]}
    expect({"facebook", "google_ads"} <= channels, f"ROI of {channels}")
