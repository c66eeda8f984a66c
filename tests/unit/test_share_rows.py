"""Shares in columns: parents, contents, people and channels, in any order of events."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import numpy as np
import pytest

from chalicelib.model.events import Event, parse_event
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from chalicelib.services.fitting.share_rows import ShareTable, days_since_1970, table_of
from chalicelib.services.fitting.spread_documents import end_of_data, spread_document
from tests.factories import make_event

START = dt.date(2026, 3, 1)
NONE = frozenset[str]()


def share(event_id: str, *, day: float = 2.0, **over: Any) -> Event:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=day - 1)
    fields = {"type": "share", "occurred_at": at.isoformat(), "user_id": f"u{event_id}"}
    return parse_event(make_event(event_id=event_id, **(fields | over)))


def columns_of(*events: Event) -> Columns:
    columns = Columns()
    for event in events:
        columns.add(event)
    return columns


def table(columns: Columns, complete: frozenset[str] = NONE) -> ShareTable:
    following = np.zeros(len(columns.shares), dtype=bool)
    return table_of(columns.shares, list(columns.kinds), complete, following)


def parents(columns: Columns) -> dict[str, str | None]:
    """Parent of each share, by the name of its person."""
    shares = table(columns).shares
    names = [list(columns.people)[one] for one in shares.person]
    return {
        name: None if parent < 0 else names[parent]
        for name, parent in zip(names, shares.parent, strict=True)
    }


TREE = (
    share("a", content_id="post"),
    share("b", day=3, parent_event_id="a", content_id="post"),
    share("c", day=4, parent_event_id="b"),
    share("d", day=5, parent_event_id="gone"),
    share("e", day=6, parent_event_id="e"),
)
PARENTS = {"ua": None, "ub": "ua", "uc": "ub", "ud": None, "ue": None}


def test_parents_are_found_in_any_order() -> None:
    for seed in range(5):
        events = random.Random(seed).sample(TREE, len(TREE))
        assert parents(columns_of(*events)) == PARENTS


def test_parents_are_found_in_other_tables_that_were_appended_or_packed() -> None:
    whole, late = columns_of(*TREE[1:]), columns_of(TREE[0])
    whole.extend(unpack_columns(pack_columns(late, {}), {}))

    assert parents(whole) == PARENTS


def test_a_missing_parent_is_named_but_not_found() -> None:
    shares = table(columns_of(*TREE)).shares

    assert shares.names_parent.tolist() == [False, True, True, True, True]
    assert shares.parent.tolist() == [-1, 0, 1, -1, -1]


def test_contents_are_numbered_and_unknown_ones_are_not() -> None:
    columns = columns_of(*TREE, share("f", content_id="other"))
    content = table(columns).shares.content.tolist()

    assert content[0] == content[1] >= 0
    assert content[2:5] == [-1, -1, -1]
    assert content[5] not in (-1, content[0])


def test_times_counts_and_reach_are_those_of_the_events() -> None:
    columns = columns_of(share("a", day=2.5, reach=7), share("b", user_id=None, count=4))
    shares = table(columns).shares

    assert shares.time[0] == pytest.approx(
        days_since_1970(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC))
    )
    assert shares.count.tolist() == [1, 4]
    assert shares.reach[0] == 7
    assert np.isnan(shares.reach[1])
    assert shares.person.tolist() == [0, -1]


def test_channels_are_named_and_declared_complete() -> None:
    columns = columns_of(share("a"), share("b", channel="twitter"))
    found = table(columns, frozenset({"twitter"}))

    assert found.channels == ("facebook", "twitter")
    assert found.shares.channel.tolist() == [0, 1]
    assert found.shares.complete.tolist() == [False, True]


def test_other_types_and_lifetime_counts_are_not_shares() -> None:
    like = parse_event(make_event())
    lifetime = share("x", user_id=None, lifetime=True, count=9)

    assert len(columns_of(like, lifetime).shares) == 0


def coverage(**over: Any) -> Event:
    fields = {"kind": "coverage", "event_id": "c", "channel": "facebook", "parents": "complete"}
    return parse_event(fields | {"from": "2026-03-01", "to": "2026-03-31"} | over)


def chain(n: int = 40, **over: Any) -> list[Event]:
    """Pairs of a share and another one that it brought an hour later; one in four brings a third.

    Without a third, all parents would be roots, and nothing would be known about other shares.
    """
    events = []
    for number in range(n):
        day = 2 + number / 2
        events.append(share(f"p{number}", day=day, content_id="post", **over))
        later = {"parent_event_id": f"p{number}", "content_id": "post"} | over
        events.append(share(f"c{number}", day=day + 1 / 24, **later))
        if number % 4 == 0:
            third = later | {"parent_event_id": f"c{number}"}
            events.append(share(f"g{number}", day=day + 2 / 24, **third))
    return events


def spread(*events: Event) -> Any:
    columns = columns_of(*events)
    last = end_of_data(columns, START, 31)
    found = spread_document(columns, None, START, 31, last=last)
    assert found is not None
    return found[0]


def test_r_is_children_per_share() -> None:
    found = spread(*chain(), coverage())

    assert found["whole"]["reproduction"][0] == pytest.approx(50 / 90, abs=0.02)
    assert found["whole"]["shares"]["from_outside"] == 40
    assert found["whole"]["verdict"] == "below_tipping_point"


@pytest.mark.parametrize(
    "declared",
    [
        [],
        [coverage(to="2026-03-10")],
        [coverage(channel="twitter")],
        [coverage(type="mention")],
        [coverage(parents=None)],
    ],
    ids=["none", "some days", "another channel", "another type", "days only"],
)
def test_parents_count_as_complete_only_if_all_days_are_declared(declared: list[Event]) -> None:
    assert "parents_may_be_missing" in spread(*chain(), *declared)["whole"]["warnings"]


def test_two_declarations_can_cover_the_days_together() -> None:
    both = coverage(to="2026-03-10"), coverage(**{"event_id": "d", "from": "2026-03-11"})

    assert "parents_may_be_missing" not in spread(*chain(), *both)["whole"]["warnings"]


def test_the_data_end_with_the_last_event_of_the_last_day_or_with_the_window() -> None:
    columns = columns_of(share("a", day=31.25))
    end = days_since_1970(dt.datetime(2026, 4, 1, tzinfo=dt.UTC))

    assert end_of_data(columns, START, 31) == pytest.approx(end - 0.75)
    assert end_of_data(columns, START, 40) == pytest.approx(end + 9)
    until = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    assert end_of_data(columns, START, 31, until) == pytest.approx(end - 27)


def test_without_shares_in_the_window_there_is_no_spread() -> None:
    columns = columns_of(share("a", day=60))

    assert spread_document(columns, None, START, 31, last=days_since_1970(NOON)) is None
    assert spread_document(Columns(), None, START, 31, last=days_since_1970(NOON)) is None


NOON = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
