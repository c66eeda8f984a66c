"""GET /v1/coverage: the days for which each source has data."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.table_keys import shard_of
from tests.api.conftest import Caller, problem
from tests.api.test_forms import rows_of
from tests.factories import make_conversion, make_coverage, make_event

TODAY = dt.datetime.now(dt.UTC).date()


def day(back: int) -> str:
    return str(TODAY - dt.timedelta(days=back))


def send(caller: Caller, *events: dict[str, Any]) -> None:
    """Send events and derive their day totals."""
    assert caller.events(*events).status_code == 200
    store = wiring.store("acme")
    for one in events:
        if one["kind"] != "coverage":
            at = dt.datetime.fromisoformat(one["occurred_at"])
            shard = shard_of(one["event_id"], store.config.shards)
            derive_day(store, at.date(), shard, now=dt.datetime.now(dt.UTC))


def likes(*back: int) -> list[dict[str, Any]]:
    return [make_event(occurred_at=f"{day(n)}T00:00:00Z", count=9) for n in back]


def test_coverage_lists_declared_days_gaps_and_the_last_event(admin: Caller) -> None:
    send(
        admin,
        *likes(20, 18, 5),
        make_coverage(type="like", paid=False, first=day(20), last=day(11)),
        make_coverage(type="like", paid=False, first=day(6), last=day(1)),
    )
    path = f"/v1/coverage?from={day(29)}&to={day(0)}"
    (found,) = admin.get(path).json_body["sources"]
    assert found == {
        "source": "facebook/like",
        "goal": None,
        "channel": "facebook",
        "type": "like",
        "paid": False,
        "from": day(20),
        "to": day(1),
        "gaps": [[day(10), day(7)]],
        "days": 16,
        "known": "declared",
        "last_event": day(5),
    }
    header, row = rows_of(admin.get(path + "&format=csv"))
    assert dict(zip(header, row, strict=True))["gaps"] == f"{day(10)}/{day(7)}"


def test_coverage_without_a_declaration_is_inferred(admin: Caller) -> None:
    send(admin, make_conversion(occurred_at=f"{day(3)}T00:00:00Z"))
    (found,) = admin.get("/v1/coverage").json_body["sources"]
    assert (found["source"], found["known"]) == ("purchase", "inferred")
    assert found["last_event"] == day(3)


def test_a_declared_source_without_an_event_is_listed(admin: Caller) -> None:
    send(admin, make_coverage(channel=None, goal="lead", first=day(9), last=day(1)))
    (found,) = admin.get("/v1/coverage").json_body["sources"]
    assert (found["goal"], found["days"], found["last_event"]) == ("lead", 9, None)


def test_coverage_spans_the_default_fit_window_by_default(reader: Caller) -> None:
    answer = reader.get("/v1/coverage").json_body
    first, last = (dt.date.fromisoformat(answer[name]) for name in ("from", "to"))
    assert (last - first).days + 1 == wiring.store("acme").settings.fit_window_days
    assert answer["sources"] == []


@pytest.mark.parametrize(
    "query", ["from=2026-02-01&to=2026-01-01", "from=2000-01-01&to=2026-01-01"]
)
def test_an_invalid_period_is_rejected(reader: Caller, query: str) -> None:
    assert problem(reader.get(f"/v1/coverage?{query}"))["code"] == "invalid_fields"
