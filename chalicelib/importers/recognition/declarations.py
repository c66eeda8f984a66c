"""What an importer says of itself: where its file comes from, what becomes what, what is refused.

`docs/exports.md` and the answers to unrecognised files are made of these declarations, so
that neither can drift from the code. A table importer derives `becomes` from the very columns that
it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Becomes:
    """One line of the table "in the file -> becomes".

    Attributes
    ----------
    source : str
        Column, key or element, in each language that the platform writes, e.g. ``Clicks, Klicks``.
    event : str
        What it becomes, as Markdown, e.g. ```click` (paid)``; or why it is left out.
    """

    source: str
    event: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a person has to know of one kind of export.

    Attributes
    ----------
    title : str
        E.g. ``Google Ads (AdWords): reports as CSV``.
    where : str
        Where to click to get the file, in English with the German words in brackets.
    looks_for : str
        What a file must hold to be recognised, for the one whose file was not.
    becomes : tuple of Becomes
    refused : tuple of (str, str)
        Code of a refusal of the whole file or of a row -> when it happens.
    notes : tuple of str
        Sentences on what is peculiar: generations, time zones, ids.
    languages : mapping of str to (int, int)
        Of a table, language -> how many of its columns have a heading in it, and how many there
        are.
    holds_people : bool
        Whether a file may contain people, or what they wrote: erasing a person then removes the
        uploaded file. False only for reports that are about campaigns alone.
    """

    title: str
    where: str
    looks_for: str
    becomes: tuple[Becomes, ...]
    refused: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    languages: Mapping[str, tuple[int, int]] = field(default_factory=dict, hash=False)
    holds_people: bool = field(kw_only=True)
