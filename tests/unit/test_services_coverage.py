"""Days for which sources have data, from events to the fit document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from chalicelib.model.events import parse_event
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.goal_observations import observe
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from chalicelib.services.fitting.windows import find_window
from tests.factories import (
    make_annotation,
    make_control,
    make_conversion,
    make_coverage,
    make_event,
)

START = dt.date(2026, 1, 5)
DAYS = 120
AS_OF = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
Raws = list[dict[str, Any]]


def date(day: int) -> str:
    return (START + dt.timedelta(days=day)).isoformat()


def noon(day: int) -> str:
    return f"{date(day)}T12:00:00Z"


def totals(
    make: Callable[..., dict[str, Any]] = make_event,
    days: range = range(DAYS),
    but: range = range(0),
    seed: int = 0,
    **over: Any,
) -> Iterator[dict[str, Any]]:
    counts = np.random.default_rng(seed).poisson(40, DAYS)
    for day in days:
        if day not in but:
            yield make(occurred_at=noon(day), count=int(counts[day]), **over)


def sales(**options: Any) -> Raws:
    return list(totals(make_conversion, seed=1, value=None, **options))


def clicks(**options: Any) -> Raws:
    return list(
        totals(seed=2, **{"channel": "google_ads", "type": "click", "paid": True} | options)
    )


def likes(**options: Any) -> Raws:
    return list(totals(seed=3, **options))


def fit(raws: Raws, **options: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"window": None, "currency": "EUR", "as_of": AS_OF, "fit_id": "x"}
    return fit_events([parse_event(raw) for raw in raws], **defaults | options)


def coverage_of(document: dict[str, Any], source: str) -> dict[str, Any]:
    (found,) = (one for one in document["coverage"] if one["source"] == source)
    return {name: found[name] for name in ("from", "to", "gaps", "days", "known")}


def warnings_of(document: dict[str, Any], number: int = 0) -> set[str]:
    ours = {"coverage_inferred", "coverage_gap", "possible_gap"}
    return ours & set(document["goals"]["purchase"]["estimates"][number]["warnings"])


def test_complete_files_are_covered_without_a_warning() -> None:
    document = fit(sales() + likes())
    whole = {"from": date(0), "to": date(119), "gaps": [], "days": 120, "known": "inferred"}
    assert coverage_of(document, "purchase") == whole
    assert coverage_of(document, "facebook/like") == whole
    assert warnings_of(document) == set()


def test_days_after_sales_end_are_not_zero() -> None:
    document = fit(sales(days=range(98)) + likes())
    assert document["window"] == {"from": date(0), "to": date(119)}
    assert coverage_of(document, "purchase")["to"] == date(97)
    # the days before the end differ from those of the whole window, too
    assert warnings_of(document) == {"coverage_inferred", "coverage_gap"}


def test_a_missing_file_is_a_gap() -> None:
    document = fit(sales() + likes(but=range(56, 63)))
    assert coverage_of(document, "facebook/like")["gaps"] == [[date(56), date(62)]]
    assert warnings_of(document) == {"coverage_inferred", "coverage_gap"}


def test_paused_campaign_is_zero_and_marked() -> None:
    document = fit(sales() + clicks(but=range(56, 70)))
    assert coverage_of(document, "google_ads/click")["days"] == 120
    assert warnings_of(document) == {"possible_gap"}


def test_a_declared_pause_is_neither_a_gap_nor_marked() -> None:
    declared = make_coverage(channel="google_ads", first=date(0), last=date(119))
    document = fit([*sales(), *clicks(but=range(56, 70)), declared])
    assert coverage_of(document, "google_ads/click")["known"] == "declared"
    assert warnings_of(document) == set()


def test_types_of_a_channel_that_are_missing_together_have_a_gap() -> None:
    days = range(57, 61)
    both = likes(but=days) + likes(type="share", but=days)
    assert coverage_of(fit(sales() + both), "facebook/share")["gaps"] == [[date(57), date(60)]]
    one = likes(but=days) + likes(type="share")
    assert coverage_of(fit(sales() + one), "facebook/like")["gaps"] == []


def test_declared_days_without_events_are_zeros_and_extend_the_window() -> None:
    raws = sales() + likes(days=range(100))
    raws += [
        make_coverage(type="like", first=date(-10), last=date(129)),
        make_coverage(channel=None, goal="purchase", first=date(0), last=date(119)),
    ]
    document = fit(raws)
    assert document["window"] == {"from": date(-10), "to": date(129)}
    declared = {"from": date(-10), "to": date(129), "gaps": [], "days": 140, "known": "declared"}
    assert coverage_of(document, "facebook/like") == declared
    assert coverage_of(document, "purchase")["days"] == 120
    assert warnings_of(document) == {"coverage_gap"}  # sales have 120 of the 140 days


def test_gap_between_declared_days_is_a_gap_for_rare_types_too() -> None:
    rare = [make_event(type="mention", occurred_at=noon(day)) for day in range(0, 120, 9)]
    rare = [one for one in rare if not date(50) < one["occurred_at"] < date(80)]
    spans = [
        make_coverage(type="mention", first=date(0), last=date(49)),
        make_coverage(type="mention", first=date(80), last=date(119)),
    ]
    document = fit(sales() + rare + spans)
    assert coverage_of(document, "facebook/mention")["gaps"] == [[date(50), date(79)]]
    assert warnings_of(document) == {"coverage_gap"}


def test_events_outside_declared_days_are_used() -> None:
    spans = [make_coverage(type="like", first=date(60), last=date(119))]
    found = coverage_of(fit(sales() + likes() + spans), "facebook/like")
    assert (found["from"], found["days"], found["known"]) == (date(0), 120, "inferred")


def test_single_distant_event_does_not_extend_the_window() -> None:
    far = make_event(occurred_at="2024-01-01T12:00:00Z")
    document = fit([*sales(), *likes(), far])
    assert document["window"] == {"from": date(0), "to": date(119)}
    diagnostics = document["goals"]["purchase"]["diagnostics"]
    assert diagnostics["outliers_outside_window"] == ["2024-01-01"]


def test_a_quarter_without_data_between_two_files_is_inside_the_window() -> None:
    document = fit(sales(but=range(30, 80)) + likes(but=range(30, 80)))
    assert document["window"] == {"from": date(0), "to": date(119)}


def test_few_events_are_all_inside_the_window() -> None:
    columns = columns_of(make_event(occurred_at=noon(0)), make_conversion(occurred_at=noon(100)))
    window = find_window(columns, 1098)
    assert (window.start, window.outside) == (START, ())
    assert (window.end - window.start).days == 100


def test_days_beyond_the_limits_are_not_in_the_window() -> None:
    columns = columns_of(*(make_event(occurred_at=noon(day)) for day in range(10)))
    within = (START + dt.timedelta(days=2), START + dt.timedelta(days=7))
    window = find_window(columns, 1098, within)
    assert (window.start, window.end, window.outside) == (*within, ())


def test_annotations_and_controls_are_columns_of_the_window() -> None:
    columns = columns_of(
        make_annotation(name="sale", first=date(-3), last=date(1)),
        make_annotation(name="sale", first=date(5), last=date(5)),
        make_annotation(name="before", first=date(-9), last=date(-2)),
        make_control(occurred_at=f"{date(2)}T00:00:00Z", value=7),
        make_control(occurred_at=f"{date(2)}T09:00:00Z", value=8),
        make_control(occurred_at=f"{date(4)}T00:00:00Z", value=9),
        make_control(name="flat", occurred_at=f"{date(4)}T00:00:00Z", value=9),
    )
    context = columns.surroundings.context(START, 7)
    assert context.names == ("sale",)
    assert context.annotated(7)[:, 0].tolist() == [1, 1, 0, 0, 0, 1, 0]
    assert context.control_names == ("queries",)
    np.testing.assert_array_equal(
        context.controlled(7)[:, 0], [np.nan, np.nan, 8, np.nan, 9, np.nan, np.nan]
    )


def test_the_document_lists_annotations_of_the_window() -> None:
    raws = [*sales(), *likes(), make_annotation(first=date(9), last=date(10))]
    assert fit(raws)["annotations"] == [
        {"name": "Spring sale", "category": "promotion", "from": date(9), "to": date(10)}
    ]


def columns_of(*raws: dict[str, Any], zone: dt.tzinfo | None = None) -> Columns:
    columns = Columns(zone=zone)
    for raw in raws:
        columns.add(parse_event(raw))
    return columns


def test_lifetime_counts_are_used_only_without_daily_ones() -> None:
    posts = make_event(occurred_at=noon(3), count=50, lifetime=True)
    videos = make_event(type="view", occurred_at=noon(3), count=70, lifetime=True)
    columns = columns_of(posts, videos, make_event(occurred_at=noon(4)), *sales()[:10])
    observed = observe(columns, "purchase", START, 10, max_people=10)
    roles = dict(zip(observed.names, observed.roles, strict=True))
    counts = dict(zip(observed.names, observed.counts.sum(axis=0).tolist(), strict=True))
    assert roles == {"facebook/like": "cause", "facebook/view": "lifetime"}
    assert counts == {"facebook/like": 1, "facebook/view": 70}


def test_lifetime_counts_give_the_reason_for_no_estimate() -> None:
    posts = [make_event(occurred_at=noon(day), count=50, lifetime=True) for day in range(0, 99, 3)]
    document = fit(sales() + posts)
    (found,) = document["goals"]["purchase"]["estimates"]
    assert found["reasons"] == ["lifetime_counts"]
    assert document["kinds"][0]["anonymous"] == document["kinds"][0]["counts"]


def test_replies_and_texts_about_others_are_not_in_a_fit() -> None:
    columns = columns_of(
        make_event(
            type="reply", parent_event_id="p", user_id="u", cost={"amount": "1", "currency": "EUR"}
        ),
        make_event(type="mention", about="rival", user_id="v"),
    )
    assert not columns.kinds
    assert not columns.people
    assert sum(columns.cost_of_channel.values()) == 1


@pytest.mark.parametrize(
    "declared", [{"facebook/click": "cause"}, {"facebook": "cause"}], ids=["type", "channel"]
)
def test_a_role_can_be_declared(declared: dict[str, str]) -> None:
    visits = make_event(type="click", occurred_at=noon(3))
    columns = columns_of(visits, make_event(channel="xing", type="click"), *sales()[:10])
    usual = observe(columns, "purchase", START, 10, max_people=10)
    assert usual.roles == ("arrival", "arrival")
    other = observe(columns, "purchase", START, 10, max_people=10, roles=declared)
    assert other.roles == ("cause", "arrival")


def test_time_zone_applies_to_instants_and_not_to_booked_totals() -> None:
    late, booked = f"{date(3)}T22:30:00Z", f"{date(3)}T00:00:00Z"
    raws = [
        make_event(occurred_at=late, user_id="u"),
        make_event(occurred_at=late),
        make_event(occurred_at=booked, count=9),
        make_conversion(occurred_at=late, user_id="u"),
    ]
    kiritimati = dt.timezone(dt.timedelta(hours=14))
    utc, east = columns_of(*raws), columns_of(*raws, zone=kiritimati)
    counts = [
        observe(one, "purchase", START, 6, max_people=10).counts[:, 0].tolist()
        for one in (utc, east)
    ]
    assert counts == [[0, 0, 0, 11, 0, 0], [0, 0, 0, 9, 2, 0]]
    assert east.goals["purchase"].day[0] - utc.goals["purchase"].day[0] == 1
    assert east.time[0] - utc.time[0] == pytest.approx(14 / 24)


def test_coverage_annotations_and_controls_are_packed_and_merged() -> None:
    columns = columns_of(
        make_coverage(),
        make_annotation(),
        make_control(occurred_at="2026-03-14T09:00:00Z"),
        make_event(lifetime=True, count=3),
    )
    again = unpack_columns(pack_columns(columns, {}), {})
    assert again.surroundings == columns.surroundings
    assert again.lifetime == columns.lifetime
    both = columns_of(make_event(type="share"), make_control(value=1.0))
    both.extend(again)
    assert both.surroundings.declared == columns.surroundings.declared
    assert next(iter(both.surroundings.controls.values()))[2] == 71.5
    assert dict(both.lifetime) == {(1, dt.date(2026, 3, 14).toordinal()): 3.0}
