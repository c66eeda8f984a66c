"""Guess the meaning of a heading in a mapping, from everything that the importers know."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from chalicelib.importers.recognition.recognition import Importer
from chalicelib.importers.tables.generic_headings import GENERIC


@lru_cache(maxsize=20_000)
def _of_importers(heading: str, importers: tuple[Importer, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for importer in importers:
        vocabulary = importer.marks.vocabulary if importer.marks is not None else None
        if vocabulary is None:
            continue
        field = vocabulary.field_of(heading)
        meaning = vocabulary.meanings.get(field, "") if field is not None else ""
        if meaning:
            found[meaning] = None
    return tuple(sorted(found))


def meanings_of(heading: str, importers: Sequence[Importer]) -> tuple[str, ...]:
    """Return the possible meanings of a heading: fields of `mapping_fields`, or ``status``.

    `generic_headings` decides; otherwise all importers contribute, and their meanings may differ.
    """
    if generic := GENERIC.field_of(heading):
        return (generic,)
    return _of_importers(heading, tuple(importers))
