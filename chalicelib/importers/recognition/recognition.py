"""An importer, its claim to a file, and the options for reading a file."""

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
    """The caller's options for reading a file.

    Attributes
    ----------
    currency : str
        For amounts, if the file names no currency; empty if unknown.
    spread : bool
        Whether to spread a row of several days over its days.
    account : str
        The platform's account, if the file does not name it; a part of every event id.
    mapping : Mapping, optional
        The user's mapping; without columns it only sets the format of dates and numbers.
    said : tuple of str
        Statements of other files of the same download about this one (`Recognition.says`).
    brand_terms : tuple of str
        Words that make a search query one for the brand.
    """

    currency: str = ""
    spread: bool = False
    account: str = ""
    mapping: Mapping | None = None
    said: tuple[str, ...] = ()
    brand_terms: tuple[str, ...] = ()

    @property
    def day_order(self) -> DayOrder:
        """Day/month or month/day from the mapping; empty if the file decides."""
        return self.mapping.day_order if self.mapping else ""

    @property
    def decimal_mark(self) -> DecimalMark | Literal[""]:
        """The decimal mark from the mapping; empty if the file decides."""
        return self.mapping.decimal_mark if self.mapping else ""


@dataclass(frozen=True, slots=True)
class Recognition:
    """An importer's claim to a file.

    Attributes
    ----------
    hits : int
        How many known features were found; the claim with the most wins.
    found : str
        Those features, in words.
    open : callable
        Opens the file: ``open(source, options) -> Reading``; raises `ExportRejected`.
    group : str
        Files of one group contain the same data in different detail, such as the totals and the
        chart of one download. Of the files in one archive, only the preferred ones are read.
    preference : int
        Higher is preferred.
    says : tuple of str
        Statements about the other files of its group in the same archive, such as the filters of
        the download; the others get them as `Options.said`.
    headings : set of str
        For a table, the heading keys of the cells of its header; otherwise empty.
    known : set of str
        The headings that the importer knows.
    marks : int
        For a table, how many marks of the importer's platform (`marks`) it has. For other files,
        the importer has checked for features that only its platform has.
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
    """One report type. Each module of `platforms` has a tuple of them named ``IMPORTERS``.

    Attributes
    ----------
    platform : str
        The slug for ``platform=``.
    declaration : Declaration
        The documentation of this report type.
    recognise : callable
        ``recognise(glimpse) -> Recognition | None``: a claim to the file. Cheap, because it sees
        only the beginning of the file.
    marks : Marks, optional
        For an importer of tables: features that only its platform's tables have.
    accepts : callable, optional
        For an importer of tables: whether a header (`tables.TableHead`) has the required columns.
    """

    platform: str
    declaration: Declaration
    recognise: Callable[[Glimpse], Recognition | None]
    marks: Marks | None = None
    accepts: Callable[[Any], bool] | None = None
