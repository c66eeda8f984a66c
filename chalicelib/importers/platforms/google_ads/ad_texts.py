"""The text of an ad, which identifies an ad without an id because it cannot be edited."""

from __future__ import annotations

from collections.abc import Sequence

AD_TEXTS = (
    *("Headline", "Long headline", *(f"Headline {n}" for n in range(1, 16))),
    *("Description", *(f"Description {n}" for n in range(1, 6))),
    *("Final URL", "Path 1", "Path 2", "Video ID", "Image ID"),
)
"""Headings in English. The field is ``text_`` followed by the heading."""


def ad_texts(
    headline: Sequence[str],
    long_headline: Sequence[str],
    description: Sequence[str],
    final_url: Sequence[str],
    path: Sequence[str],
) -> dict[str, tuple[str, ...]]:
    """Return field -> headings in a language, from the wordings of each text."""
    one = {
        "Headline": headline,
        "Long headline": long_headline,
        "Description": description,
        "Final URL": final_url,
    }
    texts = {f"text_{name}": tuple(words) for name, words in one.items()}
    for name, words, last in (
        ("Headline", headline, 15),
        ("Description", description, 5),
        ("Path", path, 2),
    ):
        for n in range(1, last + 1):
            texts[f"text_{name} {n}"] = tuple(f"{word} {n}" for word in words)
    return texts
