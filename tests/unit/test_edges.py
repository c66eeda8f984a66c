"""Edges: children per share by type, in any order of events."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.events import Event, parse_event
from chalicelib.services.fitting.edges import spillover_warnings
from chalicelib.services.fitting.event_columns import SAMPLE_PARTS, Columns
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from tests.factories import make_event

FIRST, DAYS = dt.date(2026, 3, 1).toordinal(), 14


def share(event_id: str, **over: Any) -> Event:
    return engagement(event_id, **{"type": "share"} | over)


def engagement(event_id: str, *, day: int = 2, **over: Any) -> Event:
    at = f"2026-03-{day:02d}T10:00:00Z"
    return parse_event(make_event(event_id=event_id, **{"occurred_at": at} | over))


def columns_of(events: Sequence[Event], followed: int = SAMPLE_PARTS) -> Columns:
    columns = Columns(followed)
    for event in events:
        columns.add(event)
    return columns


def brought(columns: Columns) -> dict[str, dict[str, float]]:
    """Children per engagement by ``channel/type``."""
    names = [f"{channel}/{type_}" for channel, type_, _ in columns.kinds]
    return {
        names[one]: {names[other]: number for other, number in children.items()}
        for one, children in columns.edges.brought(FIRST, DAYS).items()
    }


def test_children_are_counted_per_engagement_of_the_parents_type() -> None:
    events = [
        share("s1"),
        share("s2", parent_event_id="s1"),
        share("s3", count=2, user_id=None),
        engagement("l1", parent_event_id="s1"),
        engagement("l2", parent_event_id="s3", count=6),
        engagement("l3"),
    ]

    found = brought(columns_of(events))

    assert found == {"facebook/share": {"facebook/share": 0.25, "facebook/like": 1.75}}


@pytest.mark.parametrize(
    "events",
    [
        [engagement("c1", type="comment"), engagement("l1", parent_event_id="c1")],
        [engagement("l2", parent_event_id="post-7")],
        [share("s1", parent_event_id="s1")],
        *(
            [share("s1", day=parent), engagement("l1", day=child, parent_event_id="s1")]
            for parent, child in ((1, 15), (20, 2), (20, 20))
        ),
        [share("s1"), engagement("r1", type="reply", parent_event_id="s1")],
        [share("s1"), engagement("m2", type="mention", about="rival", parent_event_id="s1")],
        [share("s1"), engagement("l1", parent_event_id="s1", lifetime=True, count=90)],
        [engagement("m1", type="mention", about="rival"), engagement("l2", parent_event_id="m1")],
    ],
    ids=[
        "another type of parent",
        "a missing parent",
        "its own parent",
        "a child after the window",
        "a parent after the window",
        "both after the window",
        "a reply",
        "a text about another",
        "a lifetime count",
        "a parent about another",
    ],
)
def test_what_is_no_edge_has_no_children(events: list[Event]) -> None:
    assert brought(columns_of(events)) == {}


def history(draw: random.Random, shares: int = 40) -> list[Event]:
    events = []
    for number in range(shares):
        events.append(
            share(
                f"s{number}",
                day=draw.randrange(1, 20),
                channel=draw.choice(("twitter", "xing")),
                type=draw.choice(("share", "mention")),
                parent_event_id=f"s{draw.randrange(shares)}",
                count=draw.randrange(1, 5),
            )
        )
        for child in range(draw.randrange(3)):
            events.append(
                engagement(
                    f"l{number}-{child}",
                    day=draw.randrange(1, 20),
                    type=draw.choice(("like", "comment")),
                    parent_event_id=f"s{draw.randrange(2 * shares)}",
                )
            )
    return events


@given(st.integers(0, 2**32))
def test_order_of_events_and_parts_does_not_matter(seed: int) -> None:
    draw = random.Random(seed)
    events = history(draw)
    whole = brought(columns_of(events))
    draw.shuffle(events)
    cuts = sorted(draw.randrange(len(events)) for _ in range(2))
    together = Columns()
    for first, last in zip([0, *cuts], [*cuts, len(events)], strict=True):
        part = columns_of(events[first:last])
        together.extend(unpack_columns(pack_columns(part, {}), {}))

    assert whole
    assert brought(together) == whole


def test_sampled_shares_keep_all_their_children() -> None:
    """A row for each share of a large tenant would take most of the memory of a merge."""
    events = [share(f"s{n}") for n in range(4_000)]
    events += [engagement(f"l{n}", parent_event_id=f"s{n % 4_000}") for n in range(8_000)]

    columns = columns_of(events, SAMPLE_PARTS // 8)

    assert 350 < len(columns.edges.parents) < 650
    assert len(columns.edges.children) == 2 * len(columns.edges.parents)
    assert brought(columns) == {"facebook/share": {"facebook/like": 2.0}}


def test_plain_events_leave_no_edges() -> None:
    columns = columns_of([engagement(f"l{n}") for n in range(9)])

    assert len(columns.edges.parents) == len(columns.edges.children) == 0


METHODS = ["within_user", None]


@pytest.mark.parametrize(
    ("type_", "method", "children", "warned"),
    [
        ("share", "within_user", {}, True),
        ("share", "within_user", {0: 0.009}, True),
        ("share", "within_user", {0: 0.01}, False),
        ("share", "within_user", {1: 3.0}, True),
        ("share", "time_series", {}, False),
        ("share", None, {}, False),
        ("mention", "within_user", {}, False),
        ("like", "within_user", {}, False),
    ],
)
def test_share_from_a_panel_has_a_warning_unless_its_children_are_recorded(
    type_: str, method: str | None, children: dict[int, float], warned: bool
) -> None:
    found = spillover_warnings(type_, method, children, METHODS)

    assert found == ["spillover_not_seen"] * warned
