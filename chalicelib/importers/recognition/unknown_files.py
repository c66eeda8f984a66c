"""Messages about files that no importer recognises: what the file is, near matches, what to do.

A message shows only headings that an importer or `generic_headings` knows. Any other cell of the
file could be a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

from chalicelib.importers.bytes.delimited import DELIMITERS, records_of
from chalicelib.importers.bytes.lines import MAX_COLUMNS
from chalicelib.importers.mappings.proposals import MAX_WIDTH
from chalicelib.importers.recognition.file_kinds import way_out_of
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer
from chalicelib.importers.records.json_documents import is_too_deep
from chalicelib.importers.tables.generic_headings import LANGUAGE_NAMES
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.headings import (
    Columns,
    Vocabulary,
    header_keys,
    known_heading,
    languages_of,
    plain,
)
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.model.errors import ExportRejected

MAX_CHARACTERS = 600
"""Users do not read longer messages."""

_MOST_NAMED, _MOST_NEAR, _MOST_MISSING = 6, 3, 2
_FEWEST, _LEAST_WEIGHT, _LOSS = 2, 0.5, 0.2
"""Headings that a near importer must know, their weight, and the penalty per missing heading."""

_KEY = re.compile(r'[{,]\s*"(\w{1,40})"\s*:')
_WORD = re.compile(r"\w+")
_BY_MAPPING = (
    "describe its columns with a mapping: `convert FILE --propose-mapping mapping.json` creates one"
)


_EXCEL_2003 = "urn:schemas-microsoft-com:office:spreadsheet"


def unknown_file(importers: Sequence[Importer], glimpse: Glimpse) -> ExportRejected:
    """Return the rejection of a file that none of the importers recognises."""
    if glimpse.is_json and is_too_deep(glimpse.text):
        return ExportRejected("too_deep", "the JSON is nested too deep for an export")
    if glimpse.too_wide:
        return ExportRejected("too_many_columns", f"a line has more than {MAX_COLUMNS:,} cells")
    if glimpse.is_html and "<td" in glimpse.text.casefold():
        return ExportRejected(
            "web_page",
            "the file is a web page (HTML) with a table, whatever its name. Open it in a "
            "spreadsheet, save it as .xlsx or CSV, and send that file",
        )
    if glimpse.is_html:
        return ExportRejected(
            "web_page",
            "the file is a web page (HTML), possibly a sign-in page that was saved instead of the "
            "report. Sign in, download the report as CSV or Excel, and send that file",
        )
    platforms = sorted({importer.platform for importer in importers})
    who = "no importer" if len(platforms) > 1 else f"no importer of {platforms[0]}"
    return ExportRejected("unknown_platform", f"{who} recognises {_described(importers, glimpse)}")


def _described(importers: Sequence[Importer], glimpse: Glimpse) -> str:
    if glimpse.magic and glimpse.workbook is None:
        way_out = way_out_of(glimpse.magic)
        return f"the file: it is {glimpse.magic}. {way_out}".rstrip(". ")
    if glimpse.is_xml and _EXCEL_2003 in glimpse.text:
        return (
            "this XML spreadsheet of Excel 2003. Open it in a spreadsheet, save it as .xlsx or "
            "CSV, and send that file"
        )
    if glimpse.is_xml:
        return (
            "this XML document. Supported XML files are exports of WordPress and Disqus, and Atom "
            "and RSS feeds. If the platform offers CSV or JSON, download that"
        )
    if glimpse.is_json:
        return _json(importers, glimpse)
    return _table(importers, glimpse)


# --- tables -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Near:
    """An importer that knows some columns of a table."""

    platform: str
    weight: float
    missing: tuple[str, ...]
    languages: frozenset[str]

    @property
    def rank(self) -> float:
        """How near the importer is; higher is nearer."""
        return self.weight - _LOSS * len(self.missing)


def _table(importers: Sequence[Importer], glimpse: Glimpse) -> str:
    kind = "workbook" if glimpse.sheets else "table"
    header, width = _likely_header(glimpse)
    if not header and _is_quoted_by_row(glimpse):
        return (
            "this table: each row is a single cell in quotation marks. A spreadsheet saves rows "
            "like this if it has not split them into columns. Send the file as downloaded"
        )
    if not header:
        columns = "column" if width == 1 else "columns"
        return (
            f"this {kind}: no known heading in {width} {columns}. If the header is below line 25, "
            f"remove the lines above it. Otherwise {_BY_MAPPING}"
        )
    shown = ", ".join(header[:_MOST_NAMED])
    others = width - len(header[:_MOST_NAMED])
    more = f" and {others} other{'s' * (others > 1)}" if others else ""
    language = _language(header)
    spoken = f", in {LANGUAGE_NAMES.get(language, language)}" if language else ""
    first = f"this {kind} with the columns {shown}{more}{spoken}."
    near = _nearest(importers, glimpse, language)
    for number in range(len(near), -1, -1):
        way = _near_in_words(near[:number], language)
        message = f"{first} {f'{way} Otherwise' if way else 'Please'} {_BY_MAPPING}"
        if len(message) < MAX_CHARACTERS - 40:
            return message
    return f"this {kind}. Please {_BY_MAPPING}"


def _near_in_words(near: Sequence[_Near], language: str) -> str:
    if not near and language not in ("", "en", "de"):
        return "If it is a report of a platform, set the platform to English and download it again."
    if not near:
        return ""
    named = []
    for one in near:
        what = f" (without {' and '.join(one.missing)})" if one.missing else ""
        named.append(one.platform + what)
    platform = "that platform" if len(near) == 1 else "one of these platforms"
    way = f"If it is from {platform}, add the missing columns to the report and download it again"
    if not any(one.missing for one in near):
        return f"Nearest: {', '.join(named)}. If it is from {platform}, name the platform."
    if language and not any(language in one.languages for one in near):
        way += " in English or German"
    return f"Nearest: {', '.join(named)}. {way}."


def _likely_header(glimpse: Glimpse) -> tuple[list[str], int]:
    """Return the known headings of the row that has most of them, and the number of its cells."""
    best: tuple[list[str], int] = [], 0
    for record in _records(glimpse):
        known = [plain(cell)[:40] for cell in record if known_heading(cell)]
        if (len(known), len(record)) > (len(best[0]), best[1]):
            best = known, len(record)
    return best


def _records(glimpse: Glimpse) -> Iterator[list[str]]:
    if glimpse.sheets:
        for sheet in glimpse.sheets:
            yield from glimpse.sheet_top(sheet)
    else:
        for delimiter in DELIMITERS:
            yield from glimpse.top(delimiter)


def _is_quoted_by_row(glimpse: Glimpse) -> bool:
    """Whether each record is a single cell that contains a whole header or row."""
    if glimpse.sheets:
        return False
    cells = [record[0] for record in glimpse.top(DELIMITERS[0]) if len(record) == 1]
    return any(
        sum(map(known_heading, record)) >= _FEWEST
        for delimiter in DELIMITERS
        for record in records_of("\n".join(cells), delimiter)
    )


def _language(headings: Sequence[str]) -> str:
    """Return the language of most headings; empty if there is a tie."""
    ranking = languages_of(headings).most_common(2)
    if not ranking or (len(ranking) == 2 and ranking[0][1] == ranking[1][1]):
        return ""
    return ranking[0][0]


def _nearest(importers: Sequence[Importer], glimpse: Glimpse, language: str) -> list[_Near]:
    """Return the importers that know most of a table, one per platform.

    A heading that many platforms use has little weight.
    """
    known: dict[str, set[str]] = {}
    for importer in importers:
        if importer.marks is not None:
            known.setdefault(importer.platform, set()).update(importer.marks.known)
    platforms = Counter(key for keys in known.values() for key in keys)
    best: dict[str, _Near] = {}
    for importer in importers:
        near = _near(importer, glimpse, language, platforms)
        if near is not None and (near.platform not in best or near.rank > best[near.platform].rank):
            best[near.platform] = near
    ranking = sorted(best.values(), key=lambda near: -near.rank)
    return [near for near in ranking if 2 * near.weight >= ranking[0].weight][:_MOST_NEAR]


def _near(
    importer: Importer, glimpse: Glimpse, language: str, platforms: Counter[str]
) -> _Near | None:
    vocabulary = importer.marks.vocabulary if importer.marks is not None else None
    if vocabulary is None:
        return None
    head = find_head(glimpse, vocabulary, lambda head: True)
    if head is None or not len(head.columns.positions) >= _FEWEST:
        return None
    if len(head.columns.names) > MAX_WIDTH:
        return None
    headings = [header_keys([head.columns.name(field)]) for field in head.columns.positions]
    weight = sum(1 / min(platforms[key] or 1 for key in keys) for keys in headings)
    if weight < _LEAST_WEIGHT:
        return None
    missing = tuple(islice(_missing(importer, vocabulary, head, language), _MOST_MISSING))
    return _Near(importer.platform, weight, missing, vocabulary.languages)


def _missing(
    importer: Importer, vocabulary: Vocabulary, head: TableHead, language: str
) -> Iterator[str]:
    """Yield the headings that a table needs for an importer to read it."""
    accepts = importer.accepts or (lambda head: True)
    added = _needed(vocabulary, head, accepts, language)
    yield from (vocabulary.name_of(field, language) for field in added)
    marks = importer.marks
    assert marks is not None
    if not marks.count_in(_with_fields(head, vocabulary, added, language)):
        mark = next(iter(marks), None)
        if mark is not None:
            fields = (*mark.fields, *mark.any_of[:1])
            yield from mark.headings
            yield from (
                vocabulary.name_of(field, language) for field in fields if field not in head.columns
            )


def _needed(
    vocabulary: Vocabulary,
    head: TableHead,
    accepts: Callable[[TableHead], bool],
    language: str,
) -> tuple[str, ...]:
    """Return the fewest fields that make a header acceptable; empty if two are too few."""
    absent = [field for field in vocabulary.fields if field not in head.columns]
    for number in range(_MOST_MISSING + 1):
        for fields in combinations(absent, number):
            if accepts(_with_fields(head, vocabulary, fields, language)):
                return fields
    return ()


def _with_fields(
    head: TableHead, vocabulary: Vocabulary, fields: Sequence[str], language: str
) -> TableHead:
    columns = head.columns
    names = [vocabulary.name_of(field, language) for field in fields]
    positions = {
        **columns.positions,
        **{field: len(columns.names) + number for number, field in enumerate(fields)},
    }
    return replace(
        head,
        columns=Columns(positions, columns.currencies, columns.language, (*columns.names, *names)),
    )


# --- JSON -------------------------------------------------------------------------------------

_JSON_KINDS = (
    (
        re.compile(r'"_(?:airbyte|sdc|fivetran)_\w{1,40}"\s*:'),
        " A pipeline wrote it from a stream that is not supported; docs/pipelines.md lists the "
        "supported ones. Otherwise its records can be read with a mapping of their keys",
    ),
    (
        re.compile(r'"dimensionHeaders"\s*:'),
        " It is an answer of the Google Analytics Data API, which is not supported. Download the "
        "report as CSV, or import it with a pipeline (docs/pipelines.md)",
    ),
)
"""Known JSON formats without importer: the key that identifies one, and what to do instead."""


def _json(importers: Sequence[Importer], glimpse: Glimpse) -> str:
    """Describe JSON by its keys that occur in the declarations of the importers."""
    keys = set(_KEY.findall(glimpse.text[:20_000]))
    near = []
    for importer in importers:
        looks_for = importer.declaration.looks_for
        named = [word for word in dict.fromkeys(_WORD.findall(looks_for)) if "_" in word]
        if "JSON" in looks_for and (found := [word for word in named if word in keys]):
            missing = [word for word in named if word not in keys]
            near.append((len(found) - len(missing) / 100, importer.platform, found, missing))
    near.sort(key=lambda one: -one[0])
    known = list(dict.fromkeys(key for _, _, found, _ in near for key in found))[:_MOST_NAMED]
    with_keys = f" with the keys {', '.join(known)}" if known else ""
    named = [
        f"{platform} (without {', '.join(missing[:_MOST_MISSING])})" if missing else platform
        for _, platform, _, missing in near[:_MOST_NEAR]
    ]
    nearest = f" Nearest: {', '.join(named)}." if named else ""
    beginning = glimpse.text[:20_000]
    way_out = next((way for key, way in _JSON_KINDS if key.search(beginning)), "")
    if way_out:
        return f"this JSON{with_keys}.{way_out}"
    return (
        f"this JSON{with_keys}.{nearest} An array of records, or one record per line, can be read "
        "with a mapping of its keys"
    )
