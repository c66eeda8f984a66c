"""Codes as parts of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.model.codes import title_of


def words_of(codes: Sequence[str]) -> str:
    """The titles of codes, for the end of a sentence: ``too few shares, only totals``."""
    titles = [title_of(code) for code in codes]
    return ", ".join(title[:1].lower() + title[1:] for title in titles)
