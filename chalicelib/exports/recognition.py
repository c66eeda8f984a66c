"""Which importer a file is for, decided by its content and never by its name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal

from chalicelib.errors import ExportRefused
from chalicelib.exports.dates import DayOrder
from chalicelib.exports.declarations import Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import header_keys
from chalicelib.exports.lines import MAX_COLUMNS
from chalicelib.exports.mapping import Mapping
from chalicelib.exports.marks import Marks, Owner, Owners
from chalicelib.exports.numerals import DecimalMark
from chalicelib.exports.outcomes import Reading, Skipped
from chalicelib.exports.workbooks import Workbook

DELIMITERS = (",", "\t", ";")
NOBODY = Owners()
"""Of other platforms only: no importer's marks."""

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
    said : tuple of str
        What other files of the same download say of this one (`Recognition.says`).
    """

    currency: str = ""
    spread: bool = False
    account: str = ""
    mapping: Mapping | None = None
    said: tuple[str, ...] = ()

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
    says : tuple of str
        What the file says of the other files of its group in the same archive, as the filters that
        a download was made with; they get it as `Options.said`.
    headings : set of str
        Of a table, what the cells of its header could be known by; of anything else empty.
    known : set of str
        The headings that the importer knows.
    marks : int
        How many marks of the importer's platform (`marks`) a table has; of anything else, the
        importer has looked for what only its platform has.
    """

    hits: int
    found: str
    open: Callable[[Source, Options], Reading]
    group: str = ""
    preference: int = 0
    says: tuple[str, ...] = ()
    headings: frozenset[str] = frozenset()
    known: AbstractSet[str] = frozenset()
    marks: int = 1


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
    marks : Marks, optional
        Of an importer that reads tables: what only its platform's have.
    accepts : callable, optional
        Of such an importer: whether a header (`tables.TableHead`) has the columns that it needs.
    """

    platform: str
    declaration: Declaration
    recognise: Callable[[Glimpse], Recognition | None]
    marks: Marks | None = None
    accepts: Callable[[Any], bool] | None = None


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


def best_claim(
    importers: Sequence[Importer], glimpse: Glimpse, owners: Owners = NOBODY
) -> tuple[str, Recognition] | None:
    """The claim to a file with the most hits, and the platform of its importer; None without one.

    A table needs a mark of its platform, unless the caller named it, and none of another.

    Parameters
    ----------
    owners : Owners
        By whose marks a table belongs to another platform.

    Raises
    ------
    ExportRefused
        `unknown_platform`, for a table of a platform that is not read; `ambiguous_platform`;
        `entity_expansion`.
    """
    _check_entities(glimpse)
    claims, foreign = _claims(importers, glimpse, owners)
    if not claims and (refusal := _of_another(foreign or _owners_of(owners, glimpse))):
        raise refusal
    workbook = glimpse.workbook
    hidden = workbook.hidden if workbook is not None else ()
    is_revealed = bool(workbook and hidden and not claims)
    if workbook and is_revealed:
        workbook.reveal()
        claims, _ = _claims(importers, Glimpse(glimpse.source, named=glimpse.named), owners)
        if not claims:
            workbook.reveal()
    if not claims:
        return None
    most = max(hits for hits, _, _ in claims)
    best = [(name, claim) for hits, name, claim in claims if hits == most]
    if len(best) > 1:
        found = "; ".join(f"{name}: {claim.found}" for name, claim in best)
        raise ExportRefused(
            "ambiguous_platform",
            f"several importers recognise the file equally well ({found}): name the platform",
        )
    name, claim = best[0]
    return name, _naming_hidden(claim, hidden, is_read=is_revealed) if hidden else claim


def _claims(
    importers: Sequence[Importer], glimpse: Glimpse, owners: Owners
) -> tuple[list[tuple[int, str, Recognition]], list[Owner]]:
    """The claims with their hits and platforms, and to whom else the table belongs that has one."""
    claims = []
    foreign: list[Owner] = []
    for importer in importers:
        claim = importer.recognise(glimpse)
        if claim is None or not (claim.marks or glimpse.named):
            continue
        others = owners.of_others(importer.platform, claim.marks, claim.headings, claim.known)
        if others:
            foreign += others
        else:
            claims.append((claim.hits, importer.platform, claim))
    return claims, foreign


def _naming_hidden(claim: Recognition, hidden: Sequence[str], *, is_read: bool) -> Recognition:
    """The claim to a workbook with hidden sheets; its reading says what became of them."""

    def open_and_name(source: Source, options: Options) -> Reading:
        reading = claim.open(source, options)
        if is_read:
            named = ", ".join(sheet[:40] for sheet in hidden[:20])
            reading.notes.append(
                f"No sheet that is shown holds a report; hidden ones were read: {named}."
            )
        else:
            reading.skipped += [Skipped("sheet", sheet[:100], "it is hidden") for sheet in hidden]
        return reading

    return replace(claim, open=open_and_name)


def _owners_of(owners: Owners, glimpse: Glimpse) -> list[Owner]:
    """The other platforms of which a table that no importer claims has a mark."""
    if glimpse.sheets:
        places = map(glimpse.sheet_keys, glimpse.sheets)
    elif glimpse.magic or glimpse.is_html or glimpse.is_xml or glimpse.is_json:
        return []
    else:
        places = map(glimpse.keys, DELIMITERS)
    found = next(filter(None, map(owners.of_any, places)), [])
    return [owner for owner in found if not owner.is_imported]


def _of_another(foreign: Sequence[Owner]) -> ExportRefused | None:
    """The refusal of a table that has marks of a platform; None if it has none."""
    if not foreign:
        return None
    first = foreign[0]
    if first.advice:
        return ExportRefused("no_counts", f"this is {first.name}: {first.advice}")
    return ExportRefused(
        "unknown_platform",
        f"{first.shown!r} {'are headings' if len(first.marks[0]) > 1 else 'is a heading'} of "
        f"{first.name}, and the table is in no form that is read of it. Describe its columns by a "
        "mapping",
    )


def _check_entities(glimpse: Glimpse) -> None:
    """Entities are defined before the first element: no parser has to see them."""
    if not glimpse.text.lstrip().startswith("<"):
        return
    element = _ELEMENT.search(glimpse.text)
    if "<!ENTITY" in glimpse.text[: element.start() if element else None]:
        raise ExportRefused(
            "entity_expansion", "the XML defines entities of its own, which no export does"
        )
