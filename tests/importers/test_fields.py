"""Fields of records: how they are read, and when a record is rejected."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.records.record_fields import (
    as_count,
    first_moment,
    harmless,
    moment,
    text,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2013-06-27 19:20:46-0700", "2013-06-28T02:20:46"),
        ("2009-12-08T16:59:02.544-08:00", "2009-12-09T00:59:02"),
        ("2013-10-10T19:20:29Z", "2013-10-10T19:20:29"),
        ("2013-06-27T19:20+02", "2013-06-27T17:20:00"),
        ("2011-01-18 07:40:14 UTC", "2011-01-18T07:40:14"),
        ("Tue, 18 Jan 2011 08:06:21 +0100", "2011-01-18T07:06:21"),
        ("18 Jan 2011 08:06 GMT", "2011-01-18T08:06:00"),
        (1534785690, "2018-08-20T17:21:30"),
        (Decimal("1534785690.9"), "2018-08-20T17:21:30"),
        ("1534785690", "2018-08-20T17:21:30"),
        (1534785690123, "2018-08-20T17:21:30"),
    ],
)
def test_a_time_with_a_zone_is_read_to_the_second(written: Any, read: str) -> None:
    assert moment(written) == dt.datetime.fromisoformat(f"{read}+00:00")


@pytest.mark.parametrize(
    "written", ["2005-02-24", "2005-02-24 23:03:37", "2005-02-24T00:03", "24 Feb 2005 23:00 XYZ"]
)
def test_only_the_day_of_a_time_without_a_zone_is_used(written: str) -> None:
    assert moment(written) == dt.datetime(2005, 2, 24, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "yesterday",
            "2005-02-30",
            "2005-02-24 25:00:00",
            "1899-12-31",
            "0001-01-01T00:00:00+10:00",
        ),
        *(
            "9999-12-31T23:59:59-10:00",
            "2013-06-27T19:20:00+99:99",
            10**400,
            Decimal("1E999999999"),
        ),
        *(True, [], {}, Decimal("-1E30"), Decimal("NaN"), "Tue, 18 Jan 2011 08:06:21 -9999"),
    ],
)
def test_a_value_that_is_not_a_time_is_rejected(written: Any) -> None:
    with pytest.raises(RowRejected) as rejection:
        moment(written)
    assert rejection.value.code == "invalid_date"


def test_the_first_readable_of_several_times_is_used() -> None:
    assert first_moment(None, "soon", "2020-01-02", "2020-01-03").day == 2
    with pytest.raises(RowRejected) as rejection:
        first_moment(None, "soon", "")
    assert rejection.value.code == "invalid_date"
    with pytest.raises(RowRejected) as rejection:
        first_moment(None, " ")
    assert rejection.value.code == "missing_value"


@pytest.mark.parametrize(
    ("written", "number"), [(None, 0), ("", 0), (7, 7), ("12", 12), (Decimal("3.0"), 3)]
)
def test_a_count_is_a_whole_number(written: Any, number: int) -> None:
    assert as_count(written, "likes") == number


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (-1, "negative"),
        (Decimal("2.5"), "not_whole"),
        (Decimal("1E-99999999"), "not_whole"),
        *((wrong, "invalid_number") for wrong in ("many", "1,234", True, [], {}, 10**13, 1.5)),
        *(
            (Decimal(wrong), "invalid_number")
            for wrong in ("1E999999999", "-1E13", "NaN", "Infinity")
        ),
    ],
)
def test_a_value_that_is_not_a_count_is_rejected(written: Any, code: str) -> None:
    with pytest.raises(RowRejected) as rejection:
        as_count(written, "likes")
    assert rejection.value.code == code


@given(value=anything)
def test_any_value_is_read_or_rejected(value: Any) -> None:
    for read in (moment, lambda value: as_count(value, "likes"), lambda value: text(value, "id")):
        with suppress(RowRejected):
            read(value)


def test_half_a_surrogate_pair_does_not_reach_an_event() -> None:
    assert text({"id": "a\ud800b"}, "id").encode() == b"a?b"


def test_a_rejection_shows_nothing_about_people() -> None:
    record = {"id": "Ada Lovelace", "name": 17, "mail": "ada1@example.org", "at": "2020-01-01"}

    assert harmless(record, "id", "name", "mail", "at") == "name=17 at=2020-01-01"
    assert harmless(None, "id") == ""
