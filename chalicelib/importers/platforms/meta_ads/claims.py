"""Which of the results that Meta claims for its ads are conversions."""

from __future__ import annotations

import re

from chalicelib.importers.platforms.meta_ads.meta_ads_columns import TRANSLATIONS
from chalicelib.importers.reports.translations import words_of
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.headings import Columns


def _any_of(what: str) -> str:
    """Return a pattern for a term in all languages.

    An ASCII word must begin at a word boundary. Other words match anywhere.
    """
    words = dict.fromkeys(words_of(TRANSLATIONS, what))
    return "|".join(rf"(?<![^\W\d_]){re.escape(w)}" if w.isascii() else re.escape(w) for w in words)


CONVERSION = re.compile(
    r"purchase|(?<![a-z])(?:leads?|subscribe)(?![a-z])|complete_?registration|submit_?application"
    r"|start_?trial|registrations? completed|(?<![a-zäöü])käufe?(?![a-zäöü])|registrierung"
    rf"|{_any_of('conversion')}",
    re.IGNORECASE,
)
CUSTOM = re.compile(rf"custom|{_any_of('custom')}", re.IGNORECASE)


def is_conversion(indicator: str) -> bool:
    """Whether a result indicator means conversions.

    ``actions:offsite_conversion.fb_pixel_purchase`` does, ``actions:link_click`` does not. Custom
    events do not count, because they can be clicks.
    """
    return bool(CONVERSION.search(indicator)) and not CUSTOM.search(
        indicator.replace("app_custom_event", "")
    )


def only_conversions(columns: Columns) -> Change | None:
    """Return a function that clears results that are not conversions or have no indicator."""
    results, indicator = (columns.positions.get(field) for field in ("results", "indicator"))
    if results is None:
        return None

    def without_others(cells: Cells) -> Cells:
        if indicator is not None and is_conversion(cells[indicator]):
            return cells
        return [*cells[:results], "", *cells[results + 1 :]]

    return without_others
