"""Names of channels and goals, and sources: one pattern for events, mappings, settings, options."""

from __future__ import annotations

import pytest

from chalicelib.model.events.event_fields import is_slug, is_source


@pytest.mark.parametrize("name", ["a", "google_ads", "x2", "a" * 32])
def test_a_short_name_in_latin_letters_is_a_slug_and_a_source(name: str) -> None:
    assert is_slug(name)
    assert is_source(name)


@pytest.mark.parametrize(
    "name", ["", "A", "2x", "_a", "a-b", "ä", "a" * 33, "a\n", "a b", "a\u0663"]
)
def test_other_names_are_neither_slug_nor_source(name: str) -> None:
    assert not is_slug(name)
    assert not is_source(name)


def test_a_source_can_have_a_type() -> None:
    assert is_source("facebook/like")
    assert is_source("brand/store_visit")
    assert not is_slug("facebook/like")


@pytest.mark.parametrize(
    "source", ["facebook/", "/like", "facebook/like/x", "facebook/Like", "f/l\n"]
)
def test_other_texts_are_no_source(source: str) -> None:
    assert not is_source(source)
