"""Which importer a file is for, decided by its content and never by its name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal

from chalicelib.errors import ExportRefused
from chalicelib.exports.dates import DayOrder
from chalicelib.exports.declarations import Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.documents import is_too_deep
from chalicelib.exports.headings import header_keys, known_heading, plain
from chalicelib.exports.lines import MAX_COLUMNS
from chalicelib.exports.mapping import Mapping
from chalicelib.exports.numerals import DecimalMark
from chalicelib.exports.outcomes import Reading
from chalicelib.exports.workbooks import Workbook

DELIMITERS = (",", "\t", ";")
HEADER_WITHIN = 25
"""The header is searched in the first so many records."""

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_HTML = re.compile(
    r"\s*(?>(?><\?xml[^>]*>|<!--.*?-->)\s*)*+<(?:!doctype html|html|head|body|script|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_ELEMENT = re.compile(r"<[A-Za-z_]")


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
    group : str
        Files of one group say the same in different detail, as the totals and the chart of one
        download: of those that lie in one archive, only the preferred are read.
    preference : int
        Higher is preferred.
    """

    hits: int
    found: str
    open: Callable[[Source, Options], Reading]
    group: str = ""
    preference: int = 0


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
    too_wide : bool
        Whether, at some delimiter, a record was found that has more cells than a spreadsheet.
    """

    def __init__(self, source: Source, *, named: bool = False) -> None:
        self.named = named
        self.text = source.text
        self.magic = source.magic
        self.source = source
        self.too_wide = False
        self._tops: dict[str, list[list[str]]] = {}
        self._keys: dict[str, list[frozenset[str]]] = {}

    @property
    def workbook(self) -> Workbook | None:
        """The workbook that the file is; None if it is none."""
        return self.source.workbook

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
            top: list[list[str]] = []
            for record in islice(records_of(self.text, delimiter), HEADER_WITHIN):
                if len(record) > MAX_COLUMNS:
                    self.too_wide = True
                    break
                top.append(record)
            self._tops[delimiter] = top
        return self._tops[delimiter]

    def keys(self, delimiter: str) -> list[frozenset[str]]:
        """What the records of `top` could be known by as headings."""
        if delimiter not in self._keys:
            self._keys[delimiter] = list(map(header_keys, self.top(delimiter)))
        return self._keys[delimiter]

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """The names of a workbook's sheets; of any other file none."""
        return self.workbook.sheets if self.workbook else ()

    def sheet_top(self, sheet: str) -> list[list[str]]:
        """The rows of a sheet among which the header is searched."""
        return self.workbook.top(sheet, HEADER_WITHIN) if self.workbook else []

    def sheet_keys(self, sheet: str) -> list[frozenset[str]]:
        """What those rows could be known by as headings."""
        key = f"sheet {sheet}"
        if key not in self._keys:
            self._keys[key] = list(map(header_keys, self.sheet_top(sheet)))
        return self._keys[key]


def records_of(text: str, delimiter: str, *, quoting: bool = True) -> Iterator[list[str]]:
    """The records of a piece of text; what cannot be parsed ends them.

    So does a line with more cells than a spreadsheet has columns, which comes as a record of empty
    cells and is not taken apart.
    """
    lines = io.StringIO(text, newline="")
    wide: list[list[str]] = []

    def narrow() -> Iterator[str]:
        for line in lines:
            if len(line) > MAX_COLUMNS and line.count(delimiter) >= MAX_COLUMNS:
                wide.append([""] * (MAX_COLUMNS + 1))
                return
            yield line

    try:
        yield from csv_reader(narrow(), delimiter, quoting=quoting)
    except csv.Error:
        return
    yield from wide


def csv_reader(lines: Iterable[str], delimiter: str, *, quoting: bool) -> Iterator[list[str]]:
    """The records of lines; raises `csv.Error`."""
    if quoting:
        return csv.reader(lines, delimiter=delimiter)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def importers_of(importers: Sequence[Importer], platform: str) -> Sequence[Importer]:
    """The importers of a platform, or all for ``auto``; raises `unknown_platform`."""
    if platform == "auto":
        return importers
    chosen = [importer for importer in importers if importer.platform == platform]
    if not chosen:
        known = sorted({importer.platform for importer in importers})
        raise ExportRefused(
            "unknown_platform", f"no importer for {platform!r}; there are: {', '.join(known)}"
        )
    return chosen


def best_claim(importers: Sequence[Importer], glimpse: Glimpse) -> tuple[str, Recognition]:
    """The claim to a file with the most hits, and the platform of its importer.

    Raises
    ------
    ExportRefused
        `unknown_platform`, `ambiguous_platform`, `web_page`: with what was looked for and what was
        found; `too_many_columns`, `too_deep`, `entity_expansion`.
    """
    _check_entities(glimpse)
    claims = _claims(importers, glimpse)
    workbook = glimpse.workbook
    note = ""
    if workbook is not None and workbook.hidden:
        named = ", ".join(sheet[:40] for sheet in workbook.hidden[:20])
        note = f"Hidden sheets were not read: {named}."
        if not claims:
            workbook.reveal()
            claims = _claims(importers, Glimpse(glimpse.source, named=glimpse.named))
            note = f"No sheet that is shown holds a report; hidden ones were read: {named}."
    if not claims:
        raise _unknown(importers, glimpse)
    most = max(hits for hits, _, _ in claims)
    best = [(name, claim) for hits, name, claim in claims if hits == most]
    if len(best) > 1:
        found = "; ".join(f"{name}: {claim.found}" for name, claim in best)
        raise ExportRefused(
            "ambiguous_platform",
            f"several importers recognise the file equally well ({found}): name the platform",
        )
    name, claim = best[0]
    return name, _with_note(claim, note) if note else claim


def _claims(importers: Sequence[Importer], glimpse: Glimpse) -> list[tuple[int, str, Recognition]]:
    return [
        (claim.hits, importer.platform, claim)
        for importer in importers
        if (claim := importer.recognise(glimpse)) is not None
    ]


def _with_note(claim: Recognition, note: str) -> Recognition:
    def open_with_note(source: Source, options: Options) -> Reading:
        reading = claim.open(source, options)
        reading.notes.append(note)
        return reading

    return replace(claim, open=open_with_note)


def _check_entities(glimpse: Glimpse) -> None:
    """Entities are defined before the first element: no parser has to see them."""
    if not glimpse.text.lstrip().startswith("<"):
        return
    element = _ELEMENT.search(glimpse.text)
    if "<!ENTITY" in glimpse.text[: element.start() if element else None]:
        raise ExportRefused(
            "entity_expansion", "the XML defines entities of its own, which no export does"
        )


def _unknown(importers: Sequence[Importer], glimpse: Glimpse) -> ExportRefused:
    """Why nobody recognises a file."""
    if glimpse.is_json and is_too_deep(glimpse.text):
        return ExportRefused("too_deep", "the JSON is nested too deep to be an export")
    if glimpse.too_wide:
        return ExportRefused("too_many_columns", f"a line has more than {MAX_COLUMNS:,} cells")
    if _is_quoted_twice(glimpse):
        return ExportRefused(
            "unreadable_file",
            "every row is one cell in quotation marks, as a spreadsheet writes a file that it did "
            "not split: import the file as it was downloaded",
        )
    looked_for = "; ".join(f"{i.platform}: {i.declaration.looks_for}" for i in importers)
    return ExportRefused(
        "web_page" if glimpse.is_html else "unknown_platform",
        f"found {_what_it_is(glimpse)}. Looked for {looked_for}",
    )


def _is_quoted_twice(glimpse: Glimpse) -> bool:
    """Whether each record is one cell that holds a whole record, ``"a,""b"",c"``."""
    records = [cells for cells in glimpse.top(",") if any(map(str.strip, cells))]
    if len(records) < 2 or any(len(cells) > 1 for cells in records):
        return False
    inner = [next(records_of(cells[0], d), []) for d in DELIMITERS for cells in records]
    size = len(records)
    return any(
        len(first) > 2 and all(len(cells) == len(first) for cells in inner[at : at + size])
        for at in range(0, len(inner), size)
        for first in [inner[at]]
    )


def _what_it_is(glimpse: Glimpse) -> str:
    """What a file that nobody recognises looks like, for the person who sent it."""
    if glimpse.magic:
        workbook = glimpse.workbook
        if workbook is None:
            return glimpse.magic
        sheets = ", ".join(plain(name)[:40] for name in workbook.sheets[:10])
        return f"an Excel workbook with the sheets {sheets}"
    if glimpse.is_html:
        return "a web page (HTML), perhaps a sign-in page that was saved instead of the report"
    if glimpse.is_xml:
        return "an XML document"
    if glimpse.is_json:
        keys = dict.fromkeys(re.findall(r'[{,]\s*"(\w{1,40})"\s*:', glimpse.text[:4000]))
        return "JSON with the keys " + (", ".join(islice(keys, 10)) or "(none)")
    return _table_in_words(glimpse)


def _table_in_words(glimpse: Glimpse) -> str:
    """Of a table only the headings that some importer knows: any other cell could be a person."""
    records = [
        (list(filter(known_heading, cells)), len(cells))
        for delimiter in DELIMITERS
        for cells in glimpse.top(delimiter)
    ]
    known, width = max(records, key=lambda record: (len(record[0]), record[1]), default=([], 0))
    others = width - len(known)
    if not known:
        return f"no heading that is known among {others} columns"
    more = f" and {others} others" if others else ""
    return f"a table with the columns {', '.join(map(plain, known[:10]))}{more}"
