"""JSON that nests too deep is rejected before parsing, whatever its strings contain."""

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
    """A value, and the depth of its brackets; its strings are full of brackets and quotes."""
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
def test_depth_ignores_brackets_in_strings(drawn: tuple[Any, int], ascii_only: bool) -> None:
    value, _ = drawn
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    if depth_of(value) > MAX_DEPTH:
        with pytest.raises(MalformedJson, match="deep"):
            parse_json(body)
    else:
        assert parse_json(body) == value


@pytest.mark.parametrize("inner", ["", '"a"', '"[", "{"', '"]]", "}}"', '"\\"]"', '"\\\\"', '""'])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_last_allowed_level_is_accepted_and_one_more_is_not(inner: str, pair: str) -> None:
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
def test_unclosed_nesting_is_rejected(body: str) -> None:
    with pytest.raises(MalformedJson):
        parse_json(body.encode())
