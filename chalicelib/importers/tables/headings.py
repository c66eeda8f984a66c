"""Column headings: how they are compared, and which field of an importer each one means."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

# YouTube hyphenates German headings with U+00AD; spreadsheet exports may contain U+200B and U+FEFF.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\ufeff\u200b\u2060\u200e\u200f"))
# The same heading has straight or curved apostrophes and narrow or wide brackets.
_TYPOGRAPHY = str.maketrans("’ʼ`´‐‑–—（）［］：／％＋，．！　", "''''----()[]:/%+,.! ")
_CURRENCY_SUFFIX = re.compile(r" ?\(([A-Za-z]{3})\)$")


def plain(text: str) -> str:
    """Return a cell as displayed: no invisible characters, NFC, single spaces."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


def comparable(text: str) -> str:
    """Return a cell in the form for comparing headings: `plain`, uniform typography, no case."""
    return plain(text).casefold() if text.isascii() else _uniform(text).casefold()


def _uniform(text: str) -> str:
    return plain(text.translate(_TYPOGRAPHY))


def header_keys(cells: Sequence[str]) -> frozenset[str]:
    """Return the heading keys of a row: its cells in comparable form, with and without currency."""
    keys = set()
    for cell in cells:
        text = _uniform(cell)
        keys.add(text.casefold())
        suffix = _CURRENCY_SUFFIX.search(text)
        if suffix:
            keys.add(text[: suffix.start()].casefold())
    return frozenset(keys)


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of a header and their positions.

    Attributes
    ----------
    positions : mapping of str to int
        Field -> index of its first column.
    currencies : mapping of str to str
        Field -> currency in the heading, as in ``Cost (EUR)``.
    language : str
        Of the headings, e.g. ``en`` or ``de``; empty if undecided.
    names : tuple of str
        The headings as displayed.
    """

    positions: Mapping[str, int]
    currencies: Mapping[str, str]
    language: str
    names: tuple[str, ...]

    def __contains__(self, field: str) -> bool:
        return field in self.positions

    def name(self, field: str) -> str:
        """Return the heading of a field as in the file."""
        return self.names[self.positions[field]]


_KNOWN: dict[str, set[str]] = {}
"""Every heading in the importers' vocabularies -> its languages."""


def known_heading(cell: str) -> bool:
    """Whether some importer knows a heading, so that it is not personal data and may be shown."""
    return not _KNOWN.keys().isdisjoint(header_keys([cell]))


def languages_of(cells: Sequence[str]) -> Counter[str]:
    """Count the headings of a row per language, without those that several languages share."""
    votes: Counter[str] = Counter()
    for cell in cells:
        for key in header_keys([cell]):
            languages = _KNOWN.get(key, ())
            if len(languages) == 1:
                votes.update(languages)
    return votes


class Vocabulary:
    """The column headings that an importer knows, per field and language.

    Parameters
    ----------
    fields : mapping
        Field -> language -> names. Names that several languages share do not identify the
        language.
    public : bool
        Whether its names are those of platforms and may be shown to any user.
    meanings : mapping of str to str, optional
        Field -> meaning of its columns in a mapping, if there is one.
    """

    def __init__(
        self,
        fields: Mapping[str, Mapping[str, Sequence[str]]],
        *,
        public: bool = True,
        meanings: Mapping[str, str] | None = None,
    ) -> None:
        self.meanings = meanings or {}
        self._fields: dict[str, str] = {}
        self._languages: dict[str, set[str]] = {}
        self._names = fields
        for field, by_language in fields.items():
            for language, names in by_language.items():
                for name in names:
                    key = comparable(name)
                    if public:
                        _KNOWN.setdefault(key, set()).add(language)
                    if self._fields.setdefault(key, field) != field:
                        raise ValueError(f"{name!r} means both {self._fields[key]} and {field}")
                    self._languages.setdefault(key, set()).add(language)

    @property
    def keys(self) -> AbstractSet[str]:
        """All known names in comparable form."""
        return self._fields.keys()

    def keys_of(self, field: str) -> list[str]:
        """Return the names of a field in comparable form."""
        return [key for key, known in self._fields.items() if known == field]

    def name_of(self, field: str, language: str = "") -> str:
        """Return a heading of a field in a language, if known, else in English."""
        by_language = self._names[field]
        every = (names for _, names in sorted(by_language.items()))
        for names in (by_language.get(language), by_language.get("en"), *every):
            if names:
                return names[0]
        return field

    @property
    def languages(self) -> frozenset[str]:
        """The languages of its headings."""
        return frozenset(
            language
            for by_language in self._names.values()
            for language, names in by_language.items()
            if names
        )

    @property
    def fields(self) -> list[str]:
        """The known fields, in the order of definition."""
        return list(self._names)

    def field_of(self, heading: str) -> str | None:
        """Return the field of a heading with or without a currency suffix; None if unknown."""
        found = self._find(heading)
        return found[0] if found else None

    def read(self, headings: Sequence[str]) -> Columns:
        """Return the fields of a header row; the first of several columns of one field counts."""
        positions: dict[str, int] = {}
        currencies: dict[str, str] = {}
        votes: Counter[str] = Counter()
        for index, heading in enumerate(headings):
            found = self._find(heading)
            if found is None:
                continue
            field, key, currency = found
            if field in positions:
                continue
            positions[field] = index
            if currency:
                currencies[field] = currency
            languages = self._languages[key]
            if len(languages) == 1:
                votes.update(languages)
        ranking = votes.most_common(2)
        decided = len(ranking) == 1 or (len(ranking) == 2 and ranking[0][1] > ranking[1][1])
        language = ranking[0][0] if decided else ""
        return Columns(positions, currencies, language, tuple(map(plain, headings)))

    def _find(self, heading: str) -> tuple[str, str, str] | None:
        """Return (field, matched key, currency)."""
        text = _uniform(heading)
        key = text.casefold()
        if key in self._fields:
            return self._fields[key], key, ""
        suffix = _CURRENCY_SUFFIX.search(text)
        if suffix:
            key = text[: suffix.start()].casefold()
            if key in self._fields:
                return self._fields[key], key, suffix[1].upper()
        return None
