"""Raw events as a client would send them; every field can be overridden, None leaves one out."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

NOW = dt.datetime(2026, 3, 15, 12, 0, tzinfo=dt.UTC)
"""The time at which tests with a clock of their own happen."""

_numbers = itertools.count(1)


def _made(defaults: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (defaults | over).items() if value is not None}


def make_event(**over: Any) -> dict[str, Any]:
    """An engagement: one like on Facebook, the morning before `NOW`."""
    return _made(
        {
            "kind": "engagement",
            "event_id": f"e{next(_numbers)}",
            "occurred_at": "2026-03-14T09:30:00Z",
            "channel": "facebook",
            "type": "like",
        },
        over,
    )


def make_conversion(**over: Any) -> dict[str, Any]:
    """A purchase of 20 EUR."""
    return _made(
        {
            "kind": "conversion",
            "event_id": f"c{next(_numbers)}",
            "occurred_at": "2026-03-14T10:00:00Z",
            "goal": "purchase",
            "value": money("20.00"),
        },
        over,
    )


def make_cost(**over: Any) -> dict[str, Any]:
    """An agency's fee of 300 EUR for one day."""
    return _made(
        {
            "kind": "cost",
            "event_id": f"o{next(_numbers)}",
            "occurred_at": "2026-03-14T00:00:00Z",
            "channel": "facebook",
            "amount": money("300.00"),
        },
        over,
    )


def make_audience(**over: Any) -> dict[str, Any]:
    """1,200 followers on Facebook."""
    return _made(
        {
            "kind": "audience",
            "event_id": f"a{next(_numbers)}",
            "occurred_at": "2026-03-14T00:00:00Z",
            "channel": "facebook",
            "size": 1200,
        },
        over,
    )


def make_coverage(**over: Any) -> dict[str, Any]:
    """The first half of March of all that Facebook reports; `first` and `last` set its days."""
    return _made(_named({"kind": "coverage", "channel": "facebook"}, "v"), _span(over))


def make_annotation(**over: Any) -> dict[str, Any]:
    """A spring sale in the second week of March; `first` and `last` set its days."""
    named = {"kind": "annotation", "name": "Spring sale", "category": "promotion"}
    return _made(_named(named, "n"), _span({"first": "2026-03-08", "last": "2026-03-14"} | over))


def make_control(**over: Any) -> dict[str, Any]:
    """The query volume of a day."""
    named = {"kind": "control", "name": "queries", "occurred_at": "2026-03-14T00:00:00Z"}
    return _made(_named(named, "t") | {"value": 71.5}, over)


def _named(defaults: dict[str, Any], letter: str) -> dict[str, Any]:
    return defaults | {"event_id": f"{letter}{next(_numbers)}"}


def _span(over: dict[str, Any]) -> dict[str, Any]:
    days = {
        "from": over.pop("first", "2026-03-01"),
        "to": over.pop("last", "2026-03-15"),
    }
    return days | over


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    """Money as the contract writes it."""
    return {"amount": amount, "currency": currency}


def recently(**ago: float) -> str:
    """A time before the real now, for tests that go through the API's own clock."""
    return (dt.datetime.now(dt.UTC) - dt.timedelta(**ago)).isoformat()
