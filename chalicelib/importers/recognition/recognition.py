"""An importer: its declaration, its claim to a file, and the options of the user for one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.values.dates import DayOrder
from chalicelib.importers.values.numerals import DecimalMark


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
