"""Times: which texts are instants, and what is stored of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.events import EventRejected, parse_event
from chalicelib.storage import table_keys
from chalicelib.storage.event_items import TTL_MARGIN_DAYS, to_event, to_item
from tests.factories import make_event

FIRST, LAST = dt.date(1970, 1, 2), dt.date(9990, 1, 1)
INSTANTS = st.builds(dt.datetime.combine, st.dates(FIRST, LAST), st.times(), tzinfo=st.just(dt.UTC))


def instant(text: str) -> dt.datetime:
    return parse_event(make_event(occurred_at=text)).occurred_at


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-03-14T12:00:00Z", 0),
        ("2026-03-14T12:00:00.250Z", 250_000),
        ("2026-03-14T12:00:00.25Z", 250_000),
        ("2026-03-14T12:00:00.250001Z", 250_001),
        ("2026-03-14T12:00:00.250001999Z", 250_001),
        ("2026-03-14t12:00:00.2z", 200_000),
        ("2026-03-14 12:00:00+00:00", 0),
        ("2026-03-14T14:30:00.5+02:30", 500_000),
    ],
)
def test_an_instant_is_in_utc_whatever_way_it_is_written(text: str, microseconds: int) -> None:
    assert instant(text) == dt.datetime(2026, 3, 14, 12, 0, 0, microseconds, dt.UTC)
    assert instant(text).tzinfo is dt.UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-14T12:00:00",
        "2026-03-14",
        "20260314T120000Z",
        "2026-W11-6T12:00:00Z",
        "2026-03-14T12:00Z",
        "2026-03-14T12:00:00,250Z",
        "2026-03-14T12:00:00.Z",
        "2026-03-14T12:00:00.0000000001Z",
        "2026-02-30T12:00:00Z",
        "2026-03-14T25:00:00Z",
        "2026-03-14T12:00:00Z\n",
        "\u0662026-03-14T12:00:00Z",
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_what_is_no_instant_is_rejected(text: str) -> None:
    with pytest.raises(EventRejected) as rejected:
        instant(text)
    assert rejected.value.code == "invalid_time"


@given(INSTANTS)
def test_the_usual_forms_and_the_general_one_are_one_instant(at: dt.datetime) -> None:
    usual = at.isoformat().replace("+00:00", "Z")
    assert instant(usual) == instant(f"{at:%Y-%m-%d %H:%M:%S.%f}+00:00".zfill(32)) == at


@given(INSTANTS, st.integers(1, 4000))
def test_an_item_has_the_instant_and_goes_when_retention_is_over(
    at: dt.datetime, retention_days: int
) -> None:
    event = parse_event(make_event(occurred_at=at.isoformat()))
    item = to_item("acme", event, 4, retention_days)
    assert to_event(item, at.date()) == event
    assert item["sk"]["S"].split("#")[1] == at.strftime("%H%M%S.%f")
    goes = at.replace(microsecond=0) + dt.timedelta(days=retention_days + TTL_MARGIN_DAYS)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert int(item["ttl"]["N"]) == (goes - epoch) // dt.timedelta(seconds=1)
    assert table_keys.event_sort_rest(at, "x") == f"{at:%H%M%S.%f}#x"
