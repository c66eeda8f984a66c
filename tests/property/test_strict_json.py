"""JSON that nests too deep is refused before it is parsed, whatever stands in its texts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.model.errors import MalformedJson
from chalicelib.model.strict_json import MAX_DEPTH, parse_json

TEXTS = st.text(alphabet='[]{}"\\,:a', max_size=6)


@st.composite
def nested(draw: st.DrawFn) -> tuple[Any, int]:
    """A value, and how deep its brackets nest; texts are full of brackets and quotes."""
    depth = draw(st.integers(0, 2 * MAX_DEPTH))
    value: Any = draw(TEXTS)
    for _ in range(depth):
        name, beside = draw(TEXTS), draw(st.sampled_from([[], [{}], ["]]]"], ["[[["], ["\\"]]))
        value = {name + "x": value, "y": beside} if draw(st.booleans()) else [*beside, value]
    return value, depth


def depth_of(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
        case list():
            return 1 + max(map(depth_of, value), default=0)
    return 0


@given(nested(), st.booleans())
@example(([[["]" * 99]]], 3), True)
def test_depth_is_that_of_the_value_and_not_of_its_texts(
    drawn: tuple[Any, int], ascii_only: bool
) -> None:
    value, _ = drawn
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    if depth_of(value) > MAX_DEPTH:
        with pytest.raises(MalformedJson, match="deep"):
            parse_json(body)
    else:
        assert parse_json(body) == value


@pytest.mark.parametrize("inner", ["", '"a"', '"[", "{"', '"]]", "}}"', '"\\"]"', '"\\\\"', '""'])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_the_last_level_is_taken_and_one_more_is_not(inner: str, pair: str) -> None:
    opening = "[" if pair == "[]" else '{"k":'
    closing = pair[1]
    value = f"[{inner}]"
    deepest = opening * (MAX_DEPTH - 1) + value + closing * (MAX_DEPTH - 1)
    assert parse_json(deepest.encode())
    with pytest.raises(MalformedJson, match="32 levels"):
        parse_json((opening + deepest + closing).encode())


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 100_000, '""' + "[" * 100_000, '"]' + "[" * 99, "]" * 40]
)
def test_what_never_ends_is_refused_and_breaks_nothing(body: str) -> None:
    with pytest.raises(MalformedJson):
        parse_json(body.encode())
