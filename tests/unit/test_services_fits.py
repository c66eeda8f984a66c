"""Fits: requested once, run once, and stored permanently."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from chalicelib.model.errors import NoFitYet, UnusableInput
from chalicelib.services.fitting import fits
from chalicelib.services.fitting.fit_windows import LEAST_FOLLOWS
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.table_keys import shard_of
from chalicelib.storage.tenant_store import TenantStore
from tests.factories import (
    NOW,
    make_annotation,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
)
from tests.kept_fits import keep_fit


class Estimator:
    """Replaces `services.fitting.estimation.fit_events` and records its arguments."""

    def __init__(self, *goals: str, error: Exception | None = None) -> None:
        self.calls: list[dict[str, Any]] = []
        self._goals = goals or ("purchase",)
        self._error = error

    def __call__(self, events: Any, **options: Any) -> dict[str, Any]:
        """Return a document that contains the arguments."""
        self.calls.append(options | {"events": sorted(event.event_id for event in events)})
        if self._error is not None:
            raise self._error
        return {
            "id": options["fit_id"],
            "window": {"from": "2026-03-01", "to": "2026-03-14"},
            "goals": {goal: {"diagnostics": {}} for goal in self._goals},
        }


def request(store: TenantStore, **over: Any) -> str:
    sent: list[Any] = []
    two_days = {"start": dt.date(2026, 3, 13), "end": dt.date(2026, 3, 14)}
    header = fits.request_fit(store, sent.append, **({"now": NOW} | two_days | over))
    assert sent == [{"fit": {"tenant": "acme", "fit_id": header.fit_id}}]
    assert header.status == "queued"
    return header.fit_id


TENTH, TWELFTH = dt.date(2026, 3, 10), dt.date(2026, 3, 12)


def given_to(store: TenantStore, **over: Any) -> dict[str, Any]:
    """What the estimator of a fit gets; without a window, from the tenth to the twelfth."""
    estimator = Estimator()
    fit_id = request(store, **({"start": TENTH, "end": TWELFTH} | over))
    fits.run_fit(store, fit_id, now=NOW, estimate=estimator)
    (call,) = estimator.calls
    return call


def test_earlier_cost_that_reaches_into_the_window_is_read_too(store: TenantStore) -> None:
    for day, period in (("2026-02-09", 30), ("2026-02-08", 30), ("2026-03-09", 1)):
        fee = make_cost(event_id=f"fee-{day}", occurred_at=f"{day}T00:00:00Z", period_days=period)
        record_events(store, [fee], now=NOW)
        derive_day(store, dt.date.fromisoformat(day), shard_of(f"fee-{day}", 4), now=NOW)
    like = make_event(event_id="like", occurred_at="2026-03-09T00:00:00Z")
    record_events(store, [like], now=NOW)

    assert given_to(store)["events"] == ["fee-2026-02-09"]


def test_fits_of_one_second_sort_by_request_order(store: TenantStore) -> None:
    ids = [
        request(store, now=NOW + dt.timedelta(milliseconds=n), start=dt.date(2026, 3, day))
        for day, n in enumerate((900, 5, 90), 1)
    ]

    assert sorted(ids) == [ids[1], ids[2], ids[0]]


def test_spans_that_reach_into_the_window_are_read_and_coverage_is_cut_to_it(
    store: TenantStore,
) -> None:
    record_events(
        store,
        [
            make_coverage(event_id="long", first="2025-12-01", last="2026-03-15"),
            make_annotation(event_id="sale", first="2026-02-20", last="2026-03-10"),
            make_annotation(event_id="before", first="2026-02-20", last="2026-03-09"),
            make_annotation(event_id="after", first="2026-03-13", last="2026-03-14"),
        ],
        now=NOW,
    )
    fit_id = request(store, start=TENTH, end=TWELFTH)
    read: list[Any] = []

    def estimate(events: Any, **options: Any) -> dict[str, Any]:
        read.extend(events)
        return Estimator()([], **options)

    fits.run_fit(store, fit_id, now=NOW, estimate=estimate)
    assert {one.event_id for one in read} == {"long", "sale"}
    (coverage,) = (one for one in read if one.kind == "coverage")
    assert (coverage.first, coverage.last) == (TENTH, TWELFTH)


@pytest.mark.parametrize(
    ("zone", "ids"),
    [
        ("UTC", {"first", "last"}),
        ("Europe/Berlin", {"first", "last", "late before", "last's next"}),
    ],
)
def test_a_fit_in_another_time_zone_reads_the_utc_days_next_to_its_window(
    store: TenantStore, zone: str, ids: set[str]
) -> None:
    store.items.configure(
        dataclasses.replace(
            store.config, time_zone=zone, roles={"x": "cause"}, country="AT", user_ids="devices"
        )
    )
    del store.config
    days = {
        "late before": "09T23:30",
        "first": "10T09:00",
        "last": "12T09:00",
        "last's next": "13T01:00",
    }
    for name, at in days.items():
        event = make_event(
            event_id=name.replace(" ", "_").replace("'", "."), occurred_at=f"2026-03-{at}:00Z"
        )
        record_events(store, [event, make_cost(occurred_at="2026-03-09T00:00:00Z")], now=NOW)
    call = given_to(store)
    found = {one.replace("_", " ").replace(".", "'") for one in call["events"]}
    assert found == ids
    assert call["time_zone"] == zone
    assert call["roles"] == {"x": "cause"}
    assert call["country"] == "AT"
    assert call["user_ids"] == "devices"
    assert call["within"] == (TENTH, TWELFTH)


def test_a_fit_reads_the_events_of_its_window(store: TenantStore) -> None:
    for day in ("2026-03-09", "2026-03-10", "2026-03-12", "2026-03-13"):
        event = make_event(event_id=day, occurred_at=f"{day}T00:00:00Z")
        record_events(store, [event], now=NOW)
    call = given_to(store)
    assert call["events"] == ["2026-03-10", "2026-03-12"]
    assert call["window"] == (TENTH, TWELFTH)
    ((header,), _) = fits.list_fits(store, limit=2)
    assert (call["currency"], call["as_of"], call["fit_id"]) == ("EUR", NOW, header.fit_id)


def record_followers(store: TenantStore, number: int) -> None:
    """Follows in the window, and earlier events of Anna, of Ben, and without a person."""
    record_events(
        store,
        [
            make_event(
                event_id=f"follow-{n:02d}",
                type="follow",
                user_id=f"u{n}",
                occurred_at="2026-03-11T00:00:00Z",
            )
            for n in range(number)
        ],
        now=NOW,
    )
    for day, user in (("2026-03-01", "anna"), ("2026-02-01", "ben"), ("2026-03-02", None)):
        event = make_event(event_id=f"like-{user}", user_id=user, occurred_at=f"{day}T00:00:00Z")
        record_events(store, [event], now=NOW)
        for shard in range(store.config.shards):
            derive_day(store, dt.date.fromisoformat(day), shard, now=NOW)


def earlier_given_to(store: TenantStore) -> list[str]:
    return [one for one in given_to(store)["events"] if not one.startswith("follow")]


def test_a_fit_with_followers_also_reads_what_people_did_before_its_window(
    store: TenantStore,
) -> None:
    record_followers(store, LEAST_FOLLOWS)

    assert earlier_given_to(store) == ["like-anna", "like-ben"]


def test_with_few_followers_a_fit_reads_its_window_only(store: TenantStore) -> None:
    record_followers(store, LEAST_FOLLOWS - 1)

    assert earlier_given_to(store) == []


@pytest.mark.parametrize(
    ("limits", "read"),
    [
        ({"fit_history_days": 9}, ["like-anna"]),
        ({"fit_history_days": 8}, []),
        ({"fit_whole_events": 2}, ["like-anna"]),
        ({"fit_whole_events": 3}, ["like-anna", "like-ben"]),
    ],
)
def test_the_history_of_a_fit_is_limited_in_days_and_events_the_newest_first(
    store: TenantStore, limits: dict[str, int], read: list[str]
) -> None:
    record_followers(store, LEAST_FOLLOWS)
    store.settings = dataclasses.replace(store.settings, **limits)

    assert earlier_given_to(store) == read


def test_without_a_window_the_fit_chooses_one_among_the_days_up_to_yesterday(
    store: TenantStore,
) -> None:
    for days in (0, 1, 179, 180, 181):
        at = NOW - dt.timedelta(days=days)
        record_events(store, [make_event(event_id=f"{days}", occurred_at=f"{at}")], now=NOW)
    call = given_to(store, start=None, end=None)
    assert call["events"] == ["1", "179", "180"]
    assert call["window"] is None
    ended = fits.show_fit(store, call["fit_id"])
    assert (ended.window_from, ended.window_to) == ("2026-03-01", "2026-03-14")


def test_fit_is_stored_with_its_goals_and_found_as_the_latest(store: TenantStore) -> None:
    fit_id = request(store)
    ended = fits.run_fit(store, fit_id, now=NOW, estimate=Estimator("signup", "purchase"))
    assert (ended.status, ended.goals) == ("done", ("purchase", "signup"))
    assert fits.show_fit(store, fit_id) == ended
    assert fits.latest_document(store)["id"] == fit_id
    assert fits.show_document(store, ended) == fits.latest_document(store, "signup")


def test_ended_fit_is_not_run_again(store: TenantStore) -> None:
    fit_id = request(store)
    ended = fits.run_fit(store, fit_id, now=NOW, estimate=Estimator())
    again = Estimator()
    assert fits.run_fit(store, fit_id, now=NOW, estimate=again) == ended
    assert again.calls == []


def test_crashed_fit_is_run_again(store: TenantStore) -> None:
    fit_id = request(store)
    with pytest.raises(MemoryError):
        fits.run_fit(store, fit_id, now=NOW, estimate=Estimator(error=MemoryError()))
    assert fits.show_fit(store, fit_id).status == "running"
    assert fits.run_fit(store, fit_id, now=NOW, estimate=Estimator()).status == "done"


def test_unusable_data_fail_the_fit_with_a_reason(store: TenantStore) -> None:
    estimator = Estimator(error=UnusableInput("there is no conversion"))
    ended = fits.run_fit(store, request(store), now=NOW, estimate=estimator)
    assert ended.status == "failed"
    assert ended.error == {"code": "unusable_input", "detail": "there is no conversion"}
    with pytest.raises(NoFitYet):
        fits.latest_document(store)


def test_run_uses_the_real_estimator_by_default(store: TenantStore) -> None:
    record_events(store, [make_conversion()], now=NOW)
    ended = fits.run_fit(store, request(store), now=NOW)
    assert ended.error is not None
    assert ended.error["code"] == "unusable_input"


def test_fit_with_a_requested_window_answers_only_without_any_other(store: TenantStore) -> None:
    for number, given in ((1, True), (2, False), (3, True), (4, True)):
        document = {"goals": {"lead": {}}, "id": f"2026031{number}T000000Z-00000001"}
        keep_fit(store, document["id"], document, window_given=given)
        shown = fits.latest_document(store, "lead")["id"]
        assert shown[:8] == ("20260311" if number == 1 else "20260312")
    sale = {"goals": {"sale": {}}, "id": "sale"}
    keep_fit(store, "20260315T000000Z-00000001", sale, window_given=True)
    assert fits.latest_document(store, "sale")["id"] == "sale"
    assert fits.latest_document(store)["id"][:8] == "20260312"


def test_second_request_returns_the_queued_fit_of_the_same_window(store: TenantStore) -> None:
    sent: list[Any] = []
    first = fits.request_fit(store, sent.append, now=NOW)
    soon = fits.request_fit(store, sent.append, now=NOW + dt.timedelta(minutes=1))
    assert (soon.fit_id, len(sent)) == (first.fit_id, 1)
    chosen = fits.request_fit(store, sent.append, now=NOW, start=dt.date(2026, 3, 1))
    assert chosen.fit_id != first.fit_id
    late = fits.request_fit(store, sent.append, now=NOW + fits.SEND_AGAIN_AFTER)
    assert (late.fit_id, len(sent)) == (first.fit_id, 3)  # its message may be lost
    fits.run_fit(store, first.fit_id, now=NOW, estimate=Estimator())
    again = fits.request_fit(store, sent.append, now=NOW + dt.timedelta(minutes=2))
    assert again.fit_id != first.fit_id


def test_goal_is_answered_by_the_latest_fit_that_has_it(store: TenantStore) -> None:
    for minutes, goals in ((0, ("lead",)), (1, ("lead", "purchase")), (2, ("purchase",))):
        now = NOW + dt.timedelta(minutes=minutes)
        fits.run_fit(store, request(store, now=now), now=now, estimate=Estimator(*goals))
    assert fits.latest_document(store, "purchase")["id"].startswith("20260315T120200Z")
    assert fits.latest_document(store, "lead")["id"].startswith("20260315T120100Z")
    assert fits.latest_document(store, "unheard_of") == fits.latest_document(store)


def test_daily_fit_is_requested_once(store: TenantStore) -> None:
    sent: list[Any] = []
    first = fits.request_scheduled_fit(store, sent.append, now=NOW)
    again = fits.request_scheduled_fit(store, sent.append, now=NOW + dt.timedelta(hours=1))
    assert again == first
    assert sent == [fits.fit_message("acme", first.fit_id)] * 2  # the message may have been lost
    fits.run_fit(store, first.fit_id, now=NOW, estimate=Estimator())
    fits.request_scheduled_fit(store, sent.append, now=NOW)
    assert len(sent) == 2
    tomorrow = fits.request_scheduled_fit(store, sent.append, now=NOW + dt.timedelta(days=1))
    assert tomorrow.fit_id != first.fit_id
