"""Find the header of a table in a file, and make the importer's claim to the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.tables.headings import Vocabulary, header_keys
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead


def find_head(
    glimpse: Glimpse,
    vocabulary: Vocabulary,
    accept: Callable[[TableHead], bool],
    *,
    sheet: Callable[[str], bool] = lambda name: True,
) -> TableHead | None:
    """Find the header row that an importer accepts and of which it knows most columns.

    The delimiter is decided on the header row, because dates above it may contain commas.

    Parameters
    ----------
    sheet : callable
        In a workbook, whether a sheet with this name may contain the table.
    """
    best: TableHead | None = None
    for delimiter, name in _places(glimpse, sheet):
        top = glimpse.sheet_top(name) if name else glimpse.top(delimiter)
        keys = glimpse.sheet_keys(name) if name else glimpse.keys(delimiter)
        for index, known in enumerate(keys):
            hits = len(vocabulary.keys & known)
            if not hits or (best and hits < len(best.columns.positions)):
                continue
            columns = vocabulary.read(top[index])
            hits = len(columns.positions)
            if not hits or (best and hits <= len(best.columns.positions)):
                continue
            head = TableHead(delimiter, index, columns, tuple(map(tuple, top[:index])), name)
            if accept(head):
                best = head
    return best


def _places(glimpse: Glimpse, sheet: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield the places of tables: (delimiter, "") in text, ("", sheet) in a workbook."""
    if glimpse.sheets:
        yield from (("", name) for name in glimpse.sheets if sheet(name))
    elif not (glimpse.magic or glimpse.is_html or glimpse.is_xml or glimpse.is_json):
        yield from ((delimiter, "") for delimiter in DELIMITERS)


def claim_to(
    head: TableHead,
    marks: Marks,
    open_it: Callable[[Source, Options], Reading],
    *,
    hits: int = 0,
    found: str = "",
    group: tuple[str, int] = ("", 0),
) -> Recognition:
    """Return the claim to a table whose header was found.

    Parameters
    ----------
    hits : int
        Added to the number of known columns.
    found : str
        Description of the match, instead of the names of columns.
    group : (str, int)
        `group` and `preference` of the claim.
    """
    return Recognition(
        hits + len(head.columns.positions),
        found or head.describe(),
        open_it,
        *group,
        headings=header_keys(head.columns.names),
        known=marks.known,
        marks=marks.count_in(head),
    )
