"""An importer's description of itself: where its file comes from, what becomes what, rejections.

`docs/exports.md`, the pages of exports by family and the messages about unrecognised files are
generated from these declarations, so they stay consistent with the code. A table importer derives
`becomes` from the columns that it reads.
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
        What it becomes, as Markdown, e.g. ```click` (paid)``; or why it is not imported.
    """

    source: str
    event: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """The documentation of one report type of a platform.

    Attributes
    ----------
    title : str
        E.g. ``Google Ads (AdWords): reports as CSV``.
    where : str
        Click path for downloading the file, in English with the German words in brackets.
    looks_for : str
        What a file must contain to be recognised; shown when a file is not.
    becomes : tuple of Becomes
    rejected : tuple of (str, str)
        Code of a rejection of the file or of a row -> when it happens.
    notes : tuple of str
        Sentences about peculiarities: report generations, time zones, ids.
    languages : mapping of str to (int, int)
        For a table: language -> (columns with a heading in that language, all columns).
    holds_people : bool
        Whether a file may contain people or what they wrote. If so, erasing a person also removes
        the uploaded file. False only for reports about campaigns alone.
    """

    title: str
    where: str
    looks_for: str
    becomes: tuple[Becomes, ...]
    rejected: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    languages: Mapping[str, tuple[int, int]] = field(default_factory=dict, hash=False)
    holds_people: bool = field(kw_only=True)
