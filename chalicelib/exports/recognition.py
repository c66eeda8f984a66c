"""Which importer a file is for, decided by its content and never by its name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal

from chalicelib.errors import ExportRefused
from chalicelib.exports.dates import DayOrder
from chalicelib.exports.declarations import Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import plain
from chalicelib.exports.mapping import Mapping
from chalicelib.exports.numerals import DecimalMark
from chalicelib.exports.outcomes import Reading

DELIMITERS = (",", "\t", ";")
HEADER_WITHIN = 25
"""The header is searched in the first so many records."""

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body|script|meta)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller said about a file.

    Attributes
    ----------
    currency : str
        Of amounts where the file names none; empty if unknown.
    spread : bool
        Whether a row of several days may be spread over them.
    account : str
        The platform's account where the file names none; a part of every event id.
    mapping : Mapping, optional
        What the user says of the columns; without columns of its own it only answers how dates
        and numbers are written.
    """

    currency: str = ""
    spread: bool = False
    account: str = ""
    mapping: Mapping | None = None

    @property
    def day_order(self) -> DayOrder:
        """Day/month or month/day, as the user said; empty if the file is to tell."""
        return self.mapping.day_order if self.mapping else ""

    @property
    def decimal_mark(self) -> DecimalMark | Literal[""]:
        """The decimal mark, as the user said; empty if the file is to tell."""
        return self.mapping.decimal_mark if self.mapping else ""


@dataclass(frozen=True, slots=True)
class Recognition:
    """An importer's claim to a file.

    Attributes
    ----------
    hits : int
        How much of what it knows it found; the claim with the most wins.
    found : str
        What that was, in words.
    open : callable
        Opens the file: ``open(source, options) -> Reading``; raises `ExportRefused`.
    """

    hits: int
    found: str
    open: Callable[[Source, Options], Reading]


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of export. A module of `platforms` has a tuple of them, named ``IMPORTERS``.

    Attributes
    ----------
    platform : str
        The slug that ``platform=`` names.
    declaration : Declaration
        What a person has to know of this kind of export.
    recognise : callable
        ``recognise(glimpse) -> Recognition | None``: a claim to the file. Cheap: it sees the
        beginning of the file only.
    """

    platform: str
    declaration: Declaration
    recognise: Callable[[Glimpse], Recognition | None]


class Glimpse:
    """The beginning of a file, looked at in the ways that importers need.

    Attributes
    ----------
    text : str
        Decoded; of a binary file, empty.
    magic : str
        The kind of binary file, in words; empty for text.
    named : bool
        Whether the caller named the platform: weak evidence is then enough.
    """

    def __init__(self, source: Source, *, named: bool = False) -> None:
        self.named = named
        self.text = source.text
        self.magic = source.magic
        self.source = source
        self._tops: dict[str, list[list[str]]] = {}

    @cached_property
    def is_json(self) -> bool:
        """Whether it begins like a JSON object or array."""
        return bool(_JSON.match(self.text))

    @cached_property
    def is_html(self) -> bool:
        """Whether it is a web page."""
        return bool(_HTML.match(self.text))

    @cached_property
    def is_xml(self) -> bool:
        """Whether it begins like XML that is no web page."""
        return self.text.lstrip().startswith("<") and not self.is_html

    def top(self, delimiter: str) -> list[list[str]]:
        """The records among which the header is searched, split at a delimiter."""
        if delimiter not in self._tops:
            self._tops[delimiter] = list(islice(records_of(self.text, delimiter), HEADER_WITHIN))
        return self._tops[delimiter]


def records_of(text: str, delimiter: str, *, quoting: bool = True) -> Iterator[list[str]]:
    """The records of a piece of text; what cannot be parsed ends them."""
    try:
        yield from csv_reader(io.StringIO(text, newline=""), delimiter, quoting=quoting)
    except csv.Error:
        return


def csv_reader(lines: Iterable[str], delimiter: str, *, quoting: bool) -> Iterator[list[str]]:
    """The records of lines; raises `csv.Error`."""
    if quoting:
        return csv.reader(lines, delimiter=delimiter)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def choose(
    importers: Sequence[Importer], glimpse: Glimpse, platform: str
) -> Callable[[Source, Options], Reading]:
    """How to open a file: the way of the one importer that claims it with the most hits.

    Raises
    ------
    ExportRefused
        `unknown_platform`, `ambiguous_platform`: with what was looked for and what was found.
    """
    known = sorted({importer.platform for importer in importers})
    if platform != "auto":
        if platform not in known:
            raise ExportRefused(
                "unknown_platform", f"no importer for {platform!r}; there are: {', '.join(known)}"
            )
        importers = [importer for importer in importers if importer.platform == platform]
    claims = [
        (claim.hits, importer.platform, claim)
        for importer in importers
        if (claim := importer.recognise(glimpse)) is not None
    ]
    if not claims:
        looked_for = "; ".join(f"{i.platform}: {i.declaration.looks_for}" for i in importers)
        raise ExportRefused(
            "unknown_platform", f"found {_what_it_is(glimpse)}. Looked for {looked_for}"
        )
    most = max(hits for hits, _, _ in claims)
    best = [(name, claim) for hits, name, claim in claims if hits == most]
    if len(best) > 1:
        found = "; ".join(f"{name}: {claim.found}" for name, claim in best)
        raise ExportRefused(
            "ambiguous_platform",
            f"several importers recognise the file equally well ({found}): name the platform",
        )
    return best[0][1].open


def _what_it_is(glimpse: Glimpse) -> str:
    """What a file that nobody recognises looks like, for the person who sent it."""
    if glimpse.magic:
        return glimpse.magic
    if glimpse.is_html:
        return "a web page (HTML), perhaps a sign-in page that was saved instead of the report"
    if glimpse.is_xml:
        return "an XML document"
    if glimpse.is_json:
        keys = dict.fromkeys(re.findall(r'"(\w{1,40})"\s*:', glimpse.text[:4000]))
        return "JSON with the keys " + (", ".join(islice(keys, 10)) or "(none)")
    widest: list[str] = max((max(glimpse.top(d), key=len, default=[]) for d in DELIMITERS), key=len)
    # A file without a header may begin with people: e-mail addresses and numbers are not shown.
    names = [plain(c)[:40] for c in widest if c.strip() and "@" not in c]
    names = [name for name in names if sum(map(str.isdigit, name)) < 4][:10]
    return f"a table with the columns {', '.join(names)}" if names else "no column names"
