"""Events and files of the histories, with few ids, days and people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.factories import make_conversion, make_cost, make_event, money
from tests.faults.layer import Faults

FIRST, LAST = dt.date(2026, 3, 10), dt.date(2026, 3, 15)
PEOPLE = ("ann.canary@example.org", "bob.canary@example.org", None)
AMOUNTS = ("0.10", "7.5", "20.00", "123456789012345.12345678")
OF_PEOPLE = {
    "columns": {
        "When": "time",
        "Who": "user_id",
        "Agreed": "consent",
        "What": "type",
        "Key": "event_id",
    },
    "constants": {"channel": "community"},
}
"""The mapping of a file with people."""

STORMS = st.sampled_from(
    [
        Faults(),
        Faults(throttled=0.4),
        Faults(left_over=0.8),
        Faults(lost=0.4),
        Faults(throttled=0.1, failed=0.1, cut=0.1, lost=0.1, left_over=0.2),
    ]
)
SEEDS = st.integers(0, 2**32 - 1)
"""Seeds for draws whose number depends on the service; hypothesis must not count them."""

NUMBERS = st.integers(0, 12)
"""Few ids, so that events are often repeated and restated."""

OF_ANOTHER_TENANT = [
    make_event(
        event_id=f"o{number}",
        occurred_at=f"{FIRST + dt.timedelta(days=number % 3)}T10:00:00Z",
        user_id=PEOPLE[number % 2],
    )
    for number in range(12)
]


@dataclass(frozen=True)
class Sent:
    """An uploaded file and its mapping."""

    key: str
    body: bytes
    mapping: dict[str, Any] | None = None


@st.composite
def raw_events(draw: st.DrawFn) -> dict[str, Any]:
    """An event with few ids, days and people."""
    day = FIRST + dt.timedelta(days=draw(st.integers(0, 2)))
    common = {"event_id": f"e{draw(NUMBERS)}", "occurred_at": f"{day}T10:00:00Z"}
    match draw(st.integers(0, 5)):
        case 0:
            value = draw(st.sampled_from([None, *map(money, AMOUNTS)]))
            return make_conversion(**common, user_id=draw(st.sampled_from(PEOPLE)), value=value)
        case 1:
            return make_cost(**common, amount=money(draw(st.sampled_from(AMOUNTS))))
        case 2:
            return make_event(**common, count=draw(st.integers(2, 99)), paid=draw(st.booleans()))
        case 3:
            return make_event(**common, channel="Not A Channel")
        case _:
            person = draw(st.sampled_from(PEOPLE))
            return make_event(
                **common, user_id=person, type=draw(st.sampled_from(["like", "share"]))
            )


@st.composite
def reports(draw: st.DrawFn) -> bytes:
    """A Google Ads report with few campaigns and days, and some rejected rows."""
    unit = draw(st.sampled_from(["Day", "Week"]))
    lines = [f"Campaign,Campaign ID,{unit},Currency code,Cost,Clicks,Impr."]
    for _ in range(draw(st.integers(1, 12))):
        day = FIRST + dt.timedelta(days=draw(st.integers(0, 4)) if unit == "Day" else -1)
        clicks = draw(st.sampled_from(["3", "11", "x", "0"]))
        campaign = draw(st.integers(1, 3))
        lines.append(f"Brand {campaign},{campaign},{day},EUR,{draw(NUMBERS)}.50,{clicks},40")
    return "\n".join([*lines, ""]).encode()


@st.composite
def lists_of_people(draw: st.DrawFn) -> bytes:
    """A file for the mapping `OF_PEOPLE`: a person and an engagement per row; some are rejected."""
    lines = [",".join(OF_PEOPLE["columns"])]
    for _ in range(draw(st.integers(1, 12))):
        day = draw(st.sampled_from([FIRST, FIRST + dt.timedelta(days=1), "someday"]))
        person = draw(st.sampled_from(PEOPLE[:2]))
        lines.append(
            f"{day}T10:00:00Z,{person},yes,{draw(st.sampled_from(['like', 'share']))},"
            f"k{draw(NUMBERS)}"
        )
    return "\n".join([*lines, ""]).encode()
