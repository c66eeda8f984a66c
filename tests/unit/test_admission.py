"""Admission: when an event is rejected, and what is stored of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.model.admission import (
    MAX_MESSAGE_CHARACTERS,
    Erased,
    EventRejection,
    Storable,
    Terms,
    Withdrawn,
    admit,
    event_of,
    read_line,
)
from chalicelib.model.events import Engagement, parse_event
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
REJECTED: dict[str, Any] = {
    "in_the_future": make_event(occurred_at="2026-03-15T12:05:01Z"),
    "before_retention": make_audience(occurred_at="2025-03-01T00:00:00Z"),
    "currency_mismatch": make_conversion(value=money("1", "USD")),
    "too_short": make_event(user_id=" \t"),
    "malformed_json": read_line(b"["),
    "unknown_field": make_event(nonsense=1),
    "wrong_type": "no event",
    "unknown_kind": make_event(kind="gossip"),
}


def admitted(raw: Any) -> Storable:
    """What is stored of an event that must be admitted."""
    verdict = admit(raw, TERMS)
    assert not isinstance(verdict, EventRejection), verdict
    return verdict


def rejection_of(raw: Any) -> EventRejection:
    verdict = admit(raw, TERMS)
    assert isinstance(verdict, EventRejection)
    return verdict


def without_person(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "user_id"}


@pytest.mark.parametrize("raw", GOOD, ids=lambda raw: raw["event_id"])
def test_a_good_event_is_stored_as_it_is_parsed_but_for_the_person(raw: dict[str, Any]) -> None:
    event = event_of(admitted(raw))
    nobody = event.model_copy(update={"user_id": None} if "user_id" in raw else {})
    assert nobody == parse_event(without_person(raw))


@pytest.mark.parametrize(("code", "raw"), REJECTED.items(), ids=REJECTED)
def test_a_rejection_has_a_code_and_a_message(code: str, raw: Any) -> None:
    assert rejection_of(raw).code == code
    assert rejection_of(raw).message


def test_a_message_is_cut_where_an_event_has_too_many_errors() -> None:
    rejection = rejection_of(make_event(**{f"nonsense_{n}": n for n in range(100)}))
    assert len(rejection.message) == MAX_MESSAGE_CHARACTERS


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
    assert rejection_of(raw).code == code
    assert rejection_of(raw).message.startswith(pointer)


@pytest.mark.parametrize("at", [TERMS.oldest, TERMS.latest])
def test_the_first_and_the_last_instant_of_the_terms_are_admitted(at: dt.datetime) -> None:
    assert event_of(admitted(make_event(occurred_at=at))).occurred_at == at


def test_without_a_reporting_currency_every_currency_is_admitted() -> None:
    dollars = make_cost(amount=money("1", "USD"))
    assert isinstance(admit(dollars, TERMS), EventRejection)
    assert admit(dollars, replace(TERMS, currency=None)) == parse_event(dollars)


@pytest.mark.parametrize("make", [make_event, make_conversion])
def test_a_person_is_stored_as_a_hash_and_the_parsed_event_otherwise(make: Any) -> None:
    raw = make(user_id="u")
    assert admitted(raw) == parse_event(raw | {"user_id": "hash of u"})


def test_without_consent_the_person_is_not_stored_and_an_earlier_copy_is_removed() -> None:
    raw = make_event(user_id="u", consent=False)
    assert admitted(raw) == Withdrawn(parse_event(without_person(raw)), "hash of u")


@pytest.mark.parametrize("person", [{"user_id": "u"}, {}])
def test_reach_is_stored_only_with_consent(person: dict[str, Any]) -> None:
    share = make_event(type="share", reach=1_234_567, **person)
    for consent, reach in ((True, 1_234_567), (False, None)):
        event = event_of(admitted(share | {"consent": consent}))
        assert isinstance(event, Engagement)
        assert event.reach == reach


def test_reach_of_an_erased_person_is_not_stored() -> None:
    erased = replace(TERMS, trace_of_erased=lambda user, event: "trace")
    verdict = admit(make_event(type="share", reach=1_234_567, user_id="u"), erased)
    assert isinstance(verdict, Erased)
    assert isinstance(verdict.event, Engagement)
    assert verdict.event.reach is None


@pytest.mark.parametrize(
    ("raw", "stored_as"),
    [
        (make_event(user_id="u"), Erased),
        (make_conversion(user_id="u"), Erased),
        (make_event(user_id="u", consent=False), Withdrawn),
    ],
)
def test_an_event_of_an_erased_person_counts_under_a_trace(raw: Any, stored_as: Any) -> None:
    erased = replace(TERMS, trace_of_erased=lambda user, event: f"trace of {user}")
    nobody = parse_event(without_person(raw))
    verdict = admit(raw, erased)
    assert isinstance(verdict, stored_as)
    assert verdict == (nobody, "hash of u", "trace of hash of u")


def test_a_line_that_is_not_json_is_rejected_with_its_reason() -> None:
    rejection = rejection_of(read_line(b'{"kind": 1, "kind": 2}'))
    assert rejection == EventRejection("malformed_json", "an object has a duplicate key")


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize("raw", [raw for raw in GOOD if raw["kind"] in ("cost", "engagement")])
def test_an_event_as_json_is_the_same_event(raw: dict[str, Any]) -> None:
    event = parse_event(raw)
    written = read_line(event.model_dump_json(exclude_none=True).encode())
    assert parse_event(written) == event
