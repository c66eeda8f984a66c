"""Admission: many at once get the very verdicts that each would get alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.model.events import Engagement, EventRefused, parse_event
from chalicelib.services.admission import Refusal, Terms, admit_all, admit_event, admit_json
from chalicelib.storage.event_store import Withdrawn
from tests.factories import (
    NOW,
    make_annotation,
    make_audience,
    make_control,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
    money,
)

TERMS = Terms(
    now=NOW,
    oldest=NOW - dt.timedelta(days=365),
    latest=NOW + dt.timedelta(minutes=5),
    currency="EUR",
    user_hash=lambda user: f"hash of {user}",
)
GOOD: list[Any] = [
    make_event(),
    make_event(user_id="u"),
    make_event(user_id="u", consent=False),
    make_event(cost=money("1")),
    make_conversion(user_id="u"),
    make_conversion(value=None),
    make_cost(),
    make_audience(),
    make_coverage(),
    make_coverage(first="2020-01-01"),
    make_coverage(last="2026-03-16"),
    make_annotation(),
    make_annotation(last="2026-04-30"),
    make_control(),
]
REFUSED: dict[str, Any] = {
    "in_the_future": make_event(occurred_at="2026-03-15T12:05:01Z"),
    "before_retention": make_audience(occurred_at="2025-03-01T00:00:00Z"),
    "currency_mismatch": make_conversion(value=money("1", "USD")),
    "too_short": make_event(user_id=" \t"),
    "unknown_field": make_event(nonsense=1),
    "wrong_type": "no event",
    "unknown_kind": make_event(kind="gossip"),
}


def alone(raw: Any) -> Any:
    """The verdict on one event, without any way to be quick."""
    try:
        return admit_event(parse_event(raw), TERMS)
    except EventRefused as refused:
        return Refusal(refused.code, refused.message)


@pytest.mark.parametrize("admit", [admit_all, admit_json])
def test_what_is_admitted_at_once_is_what_is_admitted_alone(admit: Any) -> None:
    for _ in range(2):  # the second time, of sorts that are known
        assert admit(GOOD, TERMS) == [alone(raw) for raw in GOOD]
    assert admit([], TERMS) == []


@pytest.mark.parametrize("admit", [admit_all, admit_json])
@pytest.mark.parametrize(("code", "raw"), REFUSED.items(), ids=REFUSED)
def test_what_is_refused_among_others_is_refused_alone_and_so_are_no_others(
    code: str, raw: Any, admit: Any
) -> None:
    together = admit([*GOOD, raw, *GOOD], TERMS)
    assert together == [alone(one) for one in (*GOOD, raw, *GOOD)]
    (refusal,) = [one for one in together if isinstance(one, Refusal)]
    assert refusal.code == code


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (make_coverage(last="2026-03-17"), "in_the_future", "/to"),
        (make_annotation(first="2026-04-01", last="2026-04-30"), "in_the_future", "/occurred_at"),
        (make_coverage(first="2025-01-01", last="2025-03-13"), "before_retention", "/to"),
        (make_annotation(first="2025-01-01", last="2025-03-13"), "before_retention", "/to"),
    ],
)
def test_a_span_is_as_old_as_its_last_day_and_no_coverage_is_in_the_future(
    raw: dict[str, Any], code: str, pointer: str
) -> None:
    verdict = alone(raw)
    assert isinstance(verdict, Refusal)
    assert verdict.code == code
    assert verdict.message.startswith(pointer)


@pytest.mark.parametrize("admit", [admit_all, admit_json])
def test_a_person_is_stored_as_a_hash_and_without_consent_not_at_all(admit: Any) -> None:
    named, withdrawn = admit(GOOD[1:3], TERMS)
    assert isinstance(named, Engagement)
    assert named.user_id == "hash of u"
    assert isinstance(withdrawn, Withdrawn)
    assert getattr(withdrawn.event, "user_id", "") is None
    assert withdrawn.user == "hash of u"
