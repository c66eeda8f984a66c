"""JSON documents larger than memory, read item by item."""

import io
import json
from typing import Any

import ijson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.bytes import rations
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.records import json_documents
from chalicelib.importers.records.json_documents import items_of, parse_json
from chalicelib.model.errors import ExportRejected

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text("abx", max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abx"), inner, max_size=3)
    ),
    max_leaves=20,
)


def items(text: str, prefix: str, **options: Any) -> list[Any]:
    return list(items_of(Source(io.BytesIO(text.encode())), prefix, **options))


@given(
    st.dictionaries(st.sampled_from("abx"), values, min_size=1),
    st.sampled_from(["a", "a.item", "a.item.b", "b.a.item", "item", "x.item.item", ""]),
)
def test_items_are_the_same_as_those_of_ijson(document: Any, prefix: str) -> None:
    text = json.dumps(document)

    assert items(text, prefix) == list(ijson.items(io.BytesIO(text.encode()), prefix))


def test_bytes_before_the_json_are_skipped() -> None:
    assert items("window.YTD.tweets.part0 = [1, 2]", "item", skip=26) == [1, 2]


@pytest.mark.parametrize(
    "text", ['{"data": [1, 2', '{"data": [1, }]}', "[1] [2]", '{"data": [NaN]}']
)
def test_an_invalid_document_is_rejected(text: str) -> None:
    with pytest.raises(ExportRejected) as rejection:
        items(text, "data.item")

    assert rejection.value.code == "unreadable_file"


@pytest.mark.parametrize("prefix", ["item", "elsewhere.item", "item.item"])
def test_nesting_is_limited_inside_and_outside_of_items(prefix: str) -> None:
    with pytest.raises(ExportRejected) as rejection:
        items("[" * 300 + "]" * 300, prefix)

    assert rejection.value.code == "too_deep"


def test_items_are_limited_and_documents_of_items_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rations, "MAX_ITEM_VALUES", 50)
    monkeypatch.setattr(rations, "MAX_ITEM_BYTES", 100_000)
    many = json.dumps([["x" * 5000]] * 500)

    assert len(items(many, "item")) == 500
    for large in ([["x"] * 60], [["x" * 300_000]]):
        with pytest.raises(ExportRejected) as rejection:
            items(json.dumps(large), "item")
        assert rejection.value.code == "file_too_large"


def test_the_values_of_a_document_read_whole_are_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_documents, "MAX_VALUES", 10)

    assert parse_json("[1, 2, 3]") == [1, 2, 3]
    with pytest.raises(ExportRejected) as rejection:
        parse_json(json.dumps(list(range(20))))
    assert rejection.value.code == "file_too_large"
