"""Headings that tables of any origin use, and their meaning in a mapping.

Only words with one meaning in every context: a wrong proposal costs the user more than an unmapped
column. Headings that one platform uses are in its importer's vocabulary.
"""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Vocabulary

HEADINGS = read_headings(Path(__file__).with_name("generic_headings.tsv"))
"""Meaning in a mapping -> language -> headings; `status` is the status of a row, for filters."""


def _without_second_meanings() -> dict[str, dict[str, tuple[str, ...]]]:
    """Keep the first meaning of each heading; languages may use one word differently."""
    seen: dict[str, str] = {}
    kept: dict[str, dict[str, tuple[str, ...]]] = {}
    for meaning, by_language in HEADINGS.items():
        kept[meaning] = {
            language: tuple(
                name for name in names if seen.setdefault(name.casefold(), meaning) == meaning
            )
            for language, names in by_language.items()
        }
    return kept


GENERIC = Vocabulary(_without_second_meanings())
"""Heading -> its meaning in a mapping."""

LANGUAGE_NAMES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "sv": "Swedish",
    "ja": "Japanese",
    "tr": "Turkish",
    "da": "Danish",
}
