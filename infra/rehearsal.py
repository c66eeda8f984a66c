"""What packages and deployments are tried with: the same brand, report and questions for each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

TENANT = "acme"
PER_REQUEST = 500
PEOPLE = 600
REPORT = "imports/acme/ads.csv"

Ask = Callable[..., Any]
"""``ask(method, path, body)`` gives the decoded answer, and raises AssertionError for a refusal."""


def expect(holds: bool, told: str) -> None:
    """Raise AssertionError unless something holds, also where Python leaves assertions out."""
    if not holds:
        raise AssertionError(told)


def yesterday() -> dt.date:
    """The last whole day, in UTC."""
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


def report() -> bytes:
    """An export of Google Ads, of yesterday."""
    head = "Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value"
    return f"{head}\n{yesterday()},Spring sale,EUR,1200,40,22.50,2,80.00\n".encode()


def brand_events(today: dt.date) -> list[dict[str, Any]]:
    """What happened to a made-up brand of few people, up to the day before."""
    from chalicelib.demo.brand import BRAND, simulate
    from chalicelib.demo.exhibits import event_lines

    history = simulate(replace(BRAND, n_people=PEOPLE), 7, today=today)
    return [json.loads(line) for line in event_lines(history)]


def send_brand(ask: Ask) -> int:
    """Send the events of the brand; how many engagements there were."""
    raw = brand_events(dt.datetime.now(dt.UTC).date())
    for begin in range(0, len(raw), PER_REQUEST):
        batch = raw[begin : begin + PER_REQUEST]
        told = ask("POST", "/v1/events", {"events": batch})
        expect(told == {"accepted": len(batch), "rejected": []}, f"events: {told}")
    return sum(one.get("count", 1) for one in raw if one["kind"] == "engagement")


def counted(ask: Ask) -> int:
    """How many engagements the day totals tell of."""
    start = yesterday() - dt.timedelta(days=120)
    told = ask("GET", f"/v1/timeseries?metric=engagements&from={start}&to={yesterday()}")
    return sum(point["value"] for one in told["series"] for point in one["points"])


def appointment() -> str:
    """The body of a message about a day that waits for its totals."""
    read_at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    waits = {"tenant": TENANT, "day": f"{yesterday()}", "shard": 0, "read_at": read_at.isoformat()}
    return json.dumps({"totals": waits})


def check_roi(ask: Ask) -> None:
    """There is a fit, and it tells of the brand's channels."""
    channels = {one["channel"] for one in ask("GET", "/v1/roi")["channels"]}
    expect({"facebook", "google_ads"} <= channels, f"ROI of {channels}")
