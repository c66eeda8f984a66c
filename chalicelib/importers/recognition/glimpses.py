"""The beginning of a file, parsed in the ways that importers need."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import records_of
from chalicelib.importers.bytes.lines import MAX_COLUMNS
from chalicelib.importers.tables.headings import header_keys
from chalicelib.importers.workbooks.workbooks import Workbook

HEADER_WITHIN = 25
"""The header is searched for in this many records."""

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_HTML = re.compile(
    r"\s*(?>(?><\?xml[^>]*>|<!--.*?-->)\s*)*+<(?:!doctype html|html|head|body|script|meta)\b",
    re.IGNORECASE | re.DOTALL,
)


class Glimpse:
    """The beginning of a file, parsed in the ways that importers need.

    Attributes
    ----------
    text : str
        Decoded; empty for a binary file.
    magic : str
        The kind of binary file, in words; empty for text.
    named : bool
        Whether the caller named the platform; weaker evidence is then enough.
    too_wide : bool
        Whether a record has more cells than a spreadsheet has columns, at some delimiter.
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
        """The file as a workbook; None if it is not one."""
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
        """Whether it begins like XML that is not a web page."""
        return self.text.lstrip().startswith("<") and not self.is_html

    def top(self, delimiter: str) -> list[list[str]]:
        """Return the records in which the header is searched for, split at a delimiter."""
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
        """Return the heading keys of each record of `top`."""
        if delimiter not in self._keys:
            self._keys[delimiter] = list(map(header_keys, self.top(delimiter)))
        return self._keys[delimiter]

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """The names of a workbook's sheets; empty for other files."""
        return self.workbook.sheets if self.workbook else ()

    def sheet_top(self, sheet: str) -> list[list[str]]:
        """Return the rows of a sheet in which the header is searched for."""
        return self.workbook.top(sheet, HEADER_WITHIN) if self.workbook else []

    def sheet_keys(self, sheet: str) -> list[frozenset[str]]:
        """Return the heading keys of each row of `sheet_top`."""
        key = f"sheet {sheet}"
        if key not in self._keys:
            self._keys[key] = list(map(header_keys, self.sheet_top(sheet)))
        return self._keys[key]
