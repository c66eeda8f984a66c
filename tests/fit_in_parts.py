"""Events of a tenant with several shards, and the fit of them, as a whole and in parts."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from chalicelib.services.fitting.fit_parts import Plan, begin_fit, plan_fit
from chalicelib.services.fitting.fits import request_fit, run_fit
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.fit_items import Document
from chalicelib.storage.tenant_store import TenantStore
from tests import quick_moto
from tests.conftest import REGION, TABLE
from tests.factories import (
    make_annotation,
    make_control,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
)

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
START, END = dt.date(2026, 1, 30), dt.date(2026, 3, 10)
DAYS = (END - START).days + 1
PEOPLE, FEW = 100, 12
LIMITS = {"part_events": 30, "merged_events": 10**9}
"""So that a few weeks of few people make a dozen parts, and all are followed."""
OF_MANY = LIMITS | {"part_events": 60}
"""The same for `PEOPLE`."""
KINDS = (("facebook", "like"), ("instagram", "share"), ("google_ads", "click"))


def record_history(store: TenantStore, people: int = PEOPLE) -> int:
    """Weeks of people who engage and buy, of nobody, of refunds and costs, with their totals.

    A day of engagements lies before the window, and costs begin before it and reach into it.
    A process writes them once into an empty table, and later copies what the table had then.

    Returns
    -------
    int
        How many events lie in the window.
    """
    if not quick_moto.is_empty(TABLE, REGION):
        return _write_history(store, people)
    if people not in _written:
        inside = _write_history(store, people)
        _written[people] = inside, quick_moto.copy_items(TABLE, REGION)
        return inside
    inside, items = _written[people]
    quick_moto.put_items_back(TABLE, REGION, items)
    return inside


_written: dict[int, tuple[int, bytes]] = {}


def _write_history(store: TenantStore, people: int) -> int:
    events = list(events_of_history(people))
    for at in range(0, len(events), 500):
        assert not record_events(store, events[at : at + 500], now=NOW)["rejected"]
    for day in range(-20, DAYS):
        for shard in range(store.config.shards):
            derive_day(store, START + dt.timedelta(days=day), shard, now=NOW)
    counted = ("engagement", "conversion", "cost")
    dated = [one["occurred_at"][:10] for one in events if one["kind"] in counted]
    return sum(START.isoformat() <= day <= END.isoformat() for day in dated)


def events_of_history(people: int = PEOPLE) -> Iterator[dict[str, Any]]:
    """The events of `record_history`."""
    yield from _history(people)
    yield from _by_region()
    yield from _surroundings()


def _surroundings() -> Iterator[dict[str, Any]]:
    """A span that began before the window, an annotation in it, and a control on each day."""
    yield make_coverage(first="2025-12-01", last=END.isoformat())
    yield make_annotation(first="2026-02-14", last="2026-02-20")
    for day in range(DAYS):
        at = f"{START + dt.timedelta(days=day)}T00:00:00Z"
        yield make_control(occurred_at=at, value=day % 7)


def plain_fit(store: TenantStore, **window: dt.date) -> Document:
    """The document of a fit that is read as a whole."""
    fit_id = asked_for(store, **window)
    assert run_fit(store, fit_id, now=NOW).status == "done"
    return document_of(store, fit_id)


def asked_for(store: TenantStore, **window: dt.date) -> str:
    """The id of a fit that nobody has run yet."""
    return request_fit(store, lambda _: None, now=NOW, **window).fit_id


def planned(store: TenantStore, limits: dict[str, int] | None = None, **window: dt.date) -> Plan:
    """A fit that was asked for, in a dozen parts or more; `limits` replace those of few people."""
    plan = plan_fit(
        store, asked_for(store, **window), now=NOW, above=100, **LIMITS | (limits or {})
    )
    assert plan is not None
    assert len(plan.parts) >= 3 * store.config.shards
    begin_fit(store, plan)
    return plan


def document_of(store: TenantStore, fit_id: str) -> Document:
    """What a fit says, but for its id."""
    document = store.fits.document(fit_id)
    assert document is not None
    return {name: value for name, value in document.items() if name != "id"}


def _by_region() -> Iterator[dict[str, Any]]:
    """Saved job posts and applications of three regions, without people."""
    draw = random.Random(35)
    for day in range(DAYS):
        at = f"{START + dt.timedelta(days=day)}T00:00:00Z"
        for place in ("north", "south", "west"):
            saved = draw.randrange(5, 60)
            told: dict[str, Any] = {"region": place, "occurred_at": at}
            yield make_event(
                event_id=f"saved-{day}-{place}", channel="xing", type="save", count=saved, **told
            )
            yield make_conversion(
                event_id=f"sent-{day}-{place}", goal="application", count=8 + saved // 10, **told
            )


def _history(people: int) -> Iterator[dict[str, Any]]:
    draw, brought = random.Random(33), random.Random(34)
    shares: list[str] = []
    euros = {"amount": "0.37", "currency": "EUR"}
    for day in range(-1, DAYS):
        for person in range(people):
            user = f"person-{person}"
            for kind, (channel, what) in enumerate(KINDS):
                if draw.random() < 0.02 + 0.05 * (person % 7 == kind):
                    paid = {"paid": True, "cost": euros} if what == "click" else {}
                    name = f"e-{day}-{person}-{kind}"
                    parent = brought.choice(shares) if shares and brought.random() < 0.5 else None
                    if what == "share":
                        shares.append(name)
                    yield make_event(
                        event_id=name,
                        channel=channel,
                        type=what,
                        user_id=user,
                        occurred_at=_at(day, draw),
                        parent_event_id=parent,
                        **paid,
                    )
                    if draw.random() < 0.25:
                        yield make_conversion(
                            event_id=f"{name}-then", user_id=user, occurred_at=_at(day + 1, draw)
                        )
            if draw.random() < 0.01:
                yield make_conversion(
                    event_id=f"c-{day}-{person}",
                    user_id=user,
                    occurred_at=_at(day, draw),
                    refund=draw.random() < 0.1,
                    goal=draw.choice(("purchase", "purchase", "signup")),
                )
        yield make_event(
            event_id=f"anon-{day}",
            occurred_at=_at(day, draw),
            count=draw.randrange(3, 12),
            type="view",
        )
        fee = {"amount": f"{draw.randrange(1, 900)}.10", "currency": "EUR"}
        yield make_cost(event_id=f"fee-{day}", occurred_at=_at(day, draw), amount=fee)
    fee = {"amount": "100.01", "currency": "EUR"}
    for number, (day, days) in enumerate(((-20, 30), (-9, 7), (-9, 30), (3, 7))):
        yield make_cost(
            event_id=f"agency-{number}", occurred_at=_at(day, draw), amount=fee, period_days=days
        )


def _at(day: int, draw: random.Random) -> str:
    midnight = dt.datetime(START.year, START.month, START.day, tzinfo=dt.UTC)
    instant = midnight + dt.timedelta(days=day, seconds=draw.randrange(86_400))
    return instant.isoformat().replace("+00:00", "Z")
