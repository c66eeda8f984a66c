"""The text of an ad: an ad without an id is known by it, as it cannot be edited."""

from __future__ import annotations

AD_TEXTS = (
    *("Headline", "Long headline", *(f"Headline {n}" for n in range(1, 16))),
    *("Description", *(f"Description {n}" for n in range(1, 6))),
    *("Final URL", "Path 1", "Path 2", "Video ID", "Image ID"),
)
"""Its headings in English; ``text_`` and a heading is the field."""

ONLY_ENGLISH = ("campaign_group", "text_Video ID", "text_Image ID")
"""Columns of the programming interface alone, which is English."""


def ad_texts(
    headline: str, long_headline: str, description: str, final_url: str, path: str
) -> dict[str, tuple[str, ...]]:
    """Field -> headings in a language; several wordings are set apart by bars."""
    one = {
        "Headline": headline,
        "Long headline": long_headline,
        "Description": description,
        "Final URL": final_url,
    }
    texts = {f"text_{name}": tuple(words.split(" | ")) for name, words in one.items()}
    for name, words, last in (
        ("Headline", headline, 15),
        ("Description", description, 5),
        ("Path", path, 2),
    ):
        for n in range(1, last + 1):
            texts[f"text_{name} {n}"] = tuple(f"{word} {n}" for word in words.split(" | "))
    return texts
