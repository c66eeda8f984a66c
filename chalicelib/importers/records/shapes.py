"""Records in JSON in any arrangement: one per line, in an array, in an object, or a single one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import RecordOutcomes
from chalicelib.importers.records.json_documents import arrays_in, items_of, lines_of, read_document
from chalicelib.importers.records.records import Converted, outcomes_of, outcomes_of_lines

_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")
_ARRAY = re.compile(r"[\ufeff\s]*\[")


def record_outcomes(
    source: Source,
    convert: Callable[[Any], Converted],
    shown: Callable[[Any], str],
    *,
    within: tuple[str, ...] = (),
    names_unread: bool = True,
) -> RecordOutcomes:
    """Return one outcome per record of a file, numbered by line in NDJSON, else by position.

    Parameters
    ----------
    convert, shown, names_unread
        As in `records.outcomes_of`; the functions must not assume the type of a record.
    within : tuple of str
        Keys of an object around the records, such as ``data`` in ``{"data": [...]}``.

    Raises
    ------
    ExportRejected
        `unreadable_file`, `too_deep`; `file_too_large`, for a single record of many megabytes.
    """
    if is_lines(source.text):
        return outcomes_of_lines(lines_of(source), convert, shown=shown, names_unread=names_unread)
    each = partial(outcomes_of, names_unread=names_unread)
    if _ARRAY.match(source.text):
        return each(items_of(source, "item"), convert, shown=shown)
    key = next((key for key in within if key in arrays_in(source.text)), None)
    if key is not None:
        return each(items_of(source, f"{key}.item"), convert, shown=shown)
    return each([read_document(source)], convert, shown=shown)


def is_lines(text: str) -> bool:
    """Whether a file is NDJSON of more than one line; one of the first two may be broken.

    The first line of a document over several lines ends in the middle of a value.
    """
    lines = [match[0].strip("\ufeff \t") for match in islice(_LINE.finditer(text), 2)]
    if len(lines) < 2 or not lines[0].startswith("{") or lines[0].endswith(("{", "[", ",")):
        return False
    return any(line.startswith("{") and line.endswith("}") for line in lines)
