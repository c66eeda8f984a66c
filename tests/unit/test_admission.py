"""Admission: many at once get the very verdicts that each would get alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.events import Engagement
from chalicelib.services.admission import Refusal, Terms, admit, admit_all
from chalicelib.storage.events import Withdrawn
from tests.factories import NOW, make_audience, make_conversion, make_cost, make_event, money

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
]
REFUSED: dict[str, Any] = {
    "in_the_future": make_event(occurred_at="2026-03-15T12:05:01Z"),
    "before_retention": make_audience(occurred_at="2025-03-01T00:00:00Z"),
    "currency_mismatch": make_conversion(value=money("1", "USD")),
    "unknown_field": make_event(nonsense=1),
    "wrong_type": "no event",
    "unknown_kind": make_event(kind="gossip"),
}


def test_what_is_admitted_at_once_is_what_is_admitted_alone() -> None:
    assert admit_all(GOOD, TERMS) == [admit(raw, TERMS) for raw in GOOD]
    assert admit_all([], TERMS) == []


@pytest.mark.parametrize(("code", "raw"), REFUSED.items(), ids=REFUSED)
def test_what_is_refused_among_others_is_refused_alone_and_so_are_no_others(
    code: str, raw: Any
) -> None:
    together = admit_all([*GOOD, raw, *GOOD], TERMS)
    assert together == [admit(one, TERMS) for one in (*GOOD, raw, *GOOD)]
    (refusal,) = [one for one in together if isinstance(one, Refusal)]
    assert refusal.code == code


def test_a_person_is_stored_as_a_hash_and_without_consent_not_at_all() -> None:
    named, withdrawn = admit_all(GOOD[1:3], TERMS)
    assert isinstance(named, Engagement)
    assert named.user_id == "hash of u"
    assert isinstance(withdrawn, Withdrawn)
    assert getattr(withdrawn.event, "user_id", "") is None
    assert withdrawn.user == "hash of u"
