"""Columns of events: merged columns of parts equal those of all events, also as bytes."""

from __future__ import annotations

import random
import zlib
from array import array
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.errors import OtherVersion
from chalicelib.model.events import parse_event
from chalicelib.services.fitting import packing
from chalicelib.services.fitting.declared_columns import COUNT, column, sums
from chalicelib.services.fitting.event_columns import SAMPLE_PARTS, Columns, GoalColumns
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from tests.factories import make_conversion, make_cost, make_event

Draw = st.integers(0, 2**32)


def made_columns(seed: int, number: int) -> tuple[list[Any], random.Random]:
    draw = random.Random(seed)
    raw = []
    for _ in range(number):
        user = draw.choice((None, "ä\n", "b", f"u{draw.randrange(50)}"))
        at = f"2026-02-{draw.randrange(1, 28):02d}T10:00:00.000{draw.randrange(999):03d}Z"
        made = draw.choice((make_event, make_event, make_conversion, make_cost))
        more: dict[str, Any] = {"occurred_at": at}
        if made is make_cost:
            more |= {"period_days": draw.choice((1, 7)), "channel": draw.choice("ab")}
        else:
            more |= {"user_id": user, "region": draw.choice((None, "Süd", "n\n"))}
        if made is make_event:
            more |= {"type": draw.choice(("like", "share")), "channel": draw.choice("xyz")}
            more |= {"event_id": f"p{draw.randrange(10**9)}" if raw else "p"}
            more |= {"parent_event_id": draw.choice((None, "p", f"p{draw.randrange(9)}"))}
            more |= {"cost": {"amount": f"0.{draw.randrange(1, 10**8):08d}", "currency": "EUR"}}
        if made is make_conversion:
            more |= {"goal": draw.choice(("purchase", "lead")), "refund": draw.random() < 0.2}
        raw.append(parse_event(make_raw(made, more)))
    return raw, draw


def make_raw(made: Any, more: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made(**more)
    return found


def test_people_outside_the_sample_are_stored_as_sums() -> None:
    """This includes conversions: a row for each person would take most of the memory of a merge."""
    columns = Columns(1)
    for n in range(300):
        user = f"u{n}"
        columns.add(parse_event(make_event(event_id=f"e{n}", user_id=user)))
        columns.add(parse_event(make_conversion(event_id=f"c{n}", user_id=user)))
    kept = len(columns.people)
    assert kept < 5
    goal = columns.goals["purchase"]
    assert len(columns.day) == len(goal.day) == kept
    (sums,) = goal.apart.values()
    assert sums.records == sums.count == 300 - kept
    assert sums.moments[2] == pytest.approx((300 - kept) * 20.0)


@given(Draw, st.integers(0, 60))
def test_merged_columns_of_parts_equal_the_columns_of_all_events(seed: int, number: int) -> None:
    events, draw = made_columns(seed, number)
    followed = draw.choice((SAMPLE_PARTS, 500))
    whole = Columns(followed)
    for event in events:
        whole.add(event)
    cuts = sorted(draw.randrange(number + 1) for _ in range(3))
    together = Columns(followed)
    for place, (first, last) in enumerate(zip([0, *cuts], [*cuts, number], strict=True)):
        part = Columns(followed)
        for event in events[first:last]:
            part.add(event)
        together.extend(unpack_columns(pack_columns(part, {"n": place}), {"n": place}))
    assert together == whole
    for name in ("kinds", "people", "goals"):
        assert list(getattr(together, name)) == list(getattr(whole, name))


@dataclass(slots=True)
class WithDevices(GoalColumns):
    """Columns with one more, of numbers that refer to people, and one more mapping of sums."""

    device: array[int] = column("q", "people")
    refunds: dict[tuple[int, int], float] = sums(COUNT, "kinds", None)


def test_new_column_is_appended_packed_and_read_by_its_declaration_alone() -> None:
    columns, more = Columns(), Columns()
    for made, base in ((columns, 1.0), (more, 10.0)):
        made.kinds[("xing", f"like{base}", False)] = 0
        made.people[f"u{base}"] = 0
        goal = made.goals["purchase"] = WithDevices()
        for name in ("day", "time", "person", "count", "value", "device"):
            getattr(goal, name).append(0)
        goal.refunds[0, 5] += base
    columns.extend(more)
    goal = columns.goals["purchase"]
    assert isinstance(goal, WithDevices)
    assert goal.device.tolist() == [0, 1]
    assert goal.refunds == {(0, 5): 1.0, (1, 5): 10.0}

    with mock.patch.object(packing, "GoalColumns", WithDevices):
        assert unpack_columns(pack_columns(columns, {}), {}) == columns
    assert packing.form_of(WithDevices) != packing.form_of(GoalColumns)


def test_unfilled_column_is_not_packed() -> None:
    columns = Columns()
    columns.goals["purchase"].day.append(1)
    with pytest.raises(ValueError, match=r"GoalColumns have \[0, 1\] rows"):
        pack_columns(columns, {})


def test_columns_of_another_version_are_rejected_by_name() -> None:
    packed = pack_columns(Columns(), {"n": 1})
    with (
        mock.patch.object(packing, "FORM", "likeworth columns 99"),
        pytest.raises(OtherVersion, match=r"columns 99.*POST /v1/fits"),
    ):
        unpack_columns(packed, {"n": 1})


def test_truncated_or_foreign_bytes_are_rejected() -> None:
    columns = Columns()
    packed = pack_columns(columns, {"n": 1})
    with pytest.raises(ValueError, match="not the columns of"):
        unpack_columns(packed, {"n": 2})
    longer = zlib.compress(zlib.decompress(packed) + b"\0")
    with pytest.raises(ValueError, match="too many"):
        unpack_columns(longer, {"n": 1})
    with pytest.raises(zlib.error):
        unpack_columns(packed[:-9], {"n": 1})
