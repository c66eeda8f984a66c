"""The input of the estimator of followers, from events in columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from chalicelib.attribution.audience.followers import Followers
from chalicelib.model.events import Event, parse_event
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.follower_rows import (
    Pages,
    followers_of,
    follows_when_sharing,
    read_pages,
)
from chalicelib.services.fitting.goal_observations import observe
from tests.factories import make_conversion, make_event

START, DAYS = dt.date(2026, 3, 1), 31


def at(day: float) -> str:
    """An instant; day 1 is 1 March, day 0 the last of February."""
    begin = dt.datetime(2026, 2, 28, tzinfo=dt.UTC)
    return (begin + dt.timedelta(days=day)).isoformat()


def event(type_: str, day: float, user: str | None = "anna", **over: Any) -> Event:
    fields = {"type": type_, "occurred_at": at(day), "user_id": user} | over
    return parse_event(make_event(**fields))


def bought(day: float, user: str | None = "anna", **over: Any) -> Event:
    return parse_event(make_conversion(occurred_at=at(day), user_id=user, **over))


def audience(day: float, size: int, channel: str = "facebook") -> Event:
    fields = {"kind": "audience", "event_id": f"a{day}", "occurred_at": at(day)}
    return parse_event(fields | {"channel": channel, "size": size})


def columns_of(*events: Event) -> Columns:
    columns = Columns()
    for one in events:
        columns.add(one)
    return columns


def pages_of(columns: Columns, **roles: str) -> Pages | None:
    observed = observe(columns, "purchase", START, DAYS, max_people=100, roles=roles or None)
    return read_pages(columns, observed, START)


def followers(columns: Columns, channel: str = "facebook") -> Followers:
    observed = observe(columns, "purchase", START, DAYS, max_people=100)
    pages = read_pages(columns, observed, START)
    assert pages is not None
    return followers_of(pages, columns, channel, "purchase", observed)


def test_days_and_times_begin_with_the_first_event_before_the_window() -> None:
    found = followers(columns_of(event("like", -20), event("follow", 10.5), bought(12)))

    assert found.n_days == 20 + 1 + DAYS
    assert found.window_start == 21
    assert found.change_day.tolist() == [30]
    assert found.change_time.tolist() == [30.5]
    assert found.bought_day.tolist() == [32]
    assert (found.first_day[0], found.last_day[0]) == (0, 32)


def test_events_after_the_window_are_left_out() -> None:
    found = followers(columns_of(event("follow", 3), event("unfollow", 40), bought(5), bought(60)))

    assert found.change_kind.tolist() == [1]
    assert found.bought_day.size == 1
    assert found.last_day[0] == 4


def test_changes_of_a_person_are_in_the_order_of_time() -> None:
    found = followers(
        columns_of(event("unfollow", 9), event("follow", 4), event("follow", 2, "ben"), bought(9))
    )

    assert found.change_person.tolist() == [0, 0, 1]
    assert found.change_kind.tolist() == [1, -1, 1]


def test_a_follow_and_an_unfollow_at_one_instant_begin_with_the_follow() -> None:
    found = followers(columns_of(event("unfollow", 4), event("follow", 4), bought(9)))

    assert found.change_kind.tolist() == [1, -1]


def test_follows_of_other_channels_are_told_apart() -> None:
    columns = columns_of(
        event("follow", 3), event("follow", 5, channel="linkedin"), event("like", 6), bought(9)
    )
    found = followers(columns)

    assert found.change_day.tolist() == [2]
    assert found.elsewhere_day.tolist() == [4]
    assert followers(columns, "linkedin").change_day.tolist() == [4]


def test_engagements_are_causes_of_all_channels_and_own_ones_are_unpaid() -> None:
    columns = columns_of(
        event("follow", 3),
        event("like", 4),
        event("click", 4, channel="google_ads", paid=True),
        event("like", 5, paid=True),
        event("click", 6),
        bought(9),
    )
    found = followers(columns)
    names = [f"{channel}/{what}" for channel, what, _ in columns.kinds]

    touched = sorted(names[kind] for kind in found.touch_kind)
    assert touched == ["facebook/like", "facebook/like", "google_ads/click"]
    own = [name for name, is_own in zip(names, found.own_kinds, strict=True) if is_own]
    assert own == ["facebook/like"]
    assert found.engagements is not None
    assert found.engagements.tolist() == [1, 1, 1, 1, 1]


def test_follows_without_a_person_are_counts_per_day() -> None:
    found = followers(
        columns_of(
            event("follow", 3, None, count=5),
            event("unfollow", 4, None, count=2),
            event("follow", 3, None, channel="linkedin", count=9),
            bought(1),
        )
    )

    assert found.anonymous_follows[:4].tolist() == [0, 0, 5, 0]
    assert found.anonymous_unfollows[:4].tolist() == [0, 0, 0, 2]
    assert found.change_day.size == 0


def test_the_latest_size_of_a_day_counts_and_other_days_are_unknown() -> None:
    columns = columns_of(audience(2.5, 90), audience(2.75, 120), audience(2.25, 80), bought(1))
    found = followers(columns)

    assert found.sizes[1] == 120
    assert np.isnan(np.delete(found.sizes, 1)).all()


def test_sizes_of_merged_columns_are_those_of_all_events() -> None:
    whole, part = columns_of(audience(2.75, 120), bought(1)), columns_of(audience(2.5, 90))
    part.extend(whole)

    assert followers(part).sizes[1] == 120


def test_days_before_the_first_conversion_are_not_covered() -> None:
    events = [bought(day, None) for day in range(5, 32)]
    found = followers(columns_of(event("follow", -10), *events))

    assert not found.covered[:10].any()
    assert found.covered[-20:].all()


def test_a_channel_without_followers_is_no_page() -> None:
    assert pages_of(columns_of(event("like", 2), bought(3))) is None
    pages = pages_of(columns_of(event("follow", 2), audience(3, 5, "xing"), bought(3)))
    assert pages is not None
    assert pages.channels == ("facebook", "xing")


def test_a_follow_that_the_tenant_declares_a_cause_is_no_state() -> None:
    columns = columns_of(event("follow", 2), bought(3))

    assert pages_of(columns, facebook="cause") is None


def test_the_group_of_a_person_does_not_depend_on_the_others() -> None:
    one = followers(columns_of(event("follow", 2), bought(3)))
    other = followers(columns_of(event("follow", 2, "zoe"), event("follow", 2), bought(3)))

    assert one.group[0] == other.group[1]
    assert one.group[0] != other.group[0]


def test_sharers_follow_between_their_follow_and_their_unfollow() -> None:
    columns = columns_of(
        event("follow", 5),
        event("unfollow", 9),
        event("share", 4),
        event("share", 5.5),
        event("share", 9.5),
        event("share", 6, "ben"),
        event("share", 6, None),
        event("share", 6, channel="twitter"),
        bought(3),
    )
    channels = [list(columns.kinds)[kind][0] for kind in columns.shares.kind]

    found = follows_when_sharing(pages_of(columns), columns, channels)

    assert found.tolist() == [False, True, False, False, False, False]
    assert not follows_when_sharing(None, columns, channels).any()
