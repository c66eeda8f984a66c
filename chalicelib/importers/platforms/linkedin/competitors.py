"""LinkedIn's comparison with competitors, which is rejected: it has other companies' numbers."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Recognition
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.model.errors import ExportRejected

HITS = 5

_VOCABULARY = Vocabulary(read_headings(Path(__file__).with_name("competitors_columns.tsv")))


_MARKS = Marks(
    (
        together(fields=("page", "followers"), any_of=("new_followers", "engagements", "posts")),
        together(fields=("page", "new_followers"), any_of=("engagements", "posts")),
        together(fields=("page", "engagements", "posts")),
    ),
    vocabulary=_VOCABULARY,
)


def _is_comparison(head: TableHead) -> bool:
    return "page" in head.columns and len(head.columns.positions) >= 3


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, _VOCABULARY, _is_comparison)
    if head is None:
        return None
    return claim_to(head, _MARKS, lambda source, options: _reject(), hits=HITS)


def _reject() -> NoReturn:
    raise ExportRejected(
        "foreign_numbers",
        "the comparison with competitors contains other pages' totals for a period. Export Content "
        "and Followers of your own page instead",
    )


COMPETITORS = Importer(
    "linkedin",
    Declaration(
        "LinkedIn company pages: competitors",
        "Your page (as an admin) → Analytics (Analysen) → Competitors (Mitbewerber) → Export",
        "Page (Seite), Total Followers, New Followers, Total post engagements, Total posts",
        (
            Becomes(
                "Page, Total Followers, New Followers, ...",
                "not imported: mostly numbers of other companies",
            ),
        ),
        (("foreign_numbers", "always"),),
        holds_people=True,
    ),
    _recognise,
    _MARKS,
)
