"""The conversions that Meta claims for its ads, and which of its results are conversions."""

from __future__ import annotations

import re

from chalicelib.importers.platforms.meta_ads.meta_translations import TRANSLATIONS
from chalicelib.importers.reports.report_columns import Claimed, Column, Sign
from chalicelib.importers.reports.translations import words_of
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.headings import Columns

CLAIMS = (
    Column("purchases", Claimed(), en=("Purchases",), de=("Käufe",)),
    Column(
        "website_purchases",
        Claimed(),
        en=("Website purchases",),
        de=("Websites-Käufe", "Website-Käufe", "Käufe auf der Website"),
        unless=("purchases",),
    ),
    Column(
        "results",
        Claimed(),
        en=("Results",),
        de=("Ergebnisse",),
        unless=("purchases", "website_purchases"),
    ),
    Column(
        "indicator",
        Sign(),
        en=("Result indicator", "Result type"),
        de=("Indikator für Ergebnisse", "Ergebnisindikator", "Ergebnis-Indikator", "Ergebnistyp"),
    ),
    Column(
        "purchase_value",
        Claimed(is_value=True),
        en=("Purchases conversion value", "Purchase conversion value"),
        de=(
            "Conversion-Wert von Käufen",
            "Conversion-Wert der Käufe",
            "Conversion-Wert für Käufe",
            "Käufe – Conversion-Wert",
            "Kaufwert",
        ),
    ),
    Column(
        "website_purchase_value",
        Claimed(is_value=True),
        en=("Website purchases conversion value", "Website purchase conversion value"),
        de=(
            "Websites-Käufe – Conversion-Wert",
            "Conversion-Wert von Website-Käufen",
            "Conversion-Wert von Websites-Käufen",
        ),
        unless=("purchase_value",),
    ),
    Column(
        "conversion_value",
        Claimed(is_value=True),
        en=("Total conversion value", "Conversion value"),
        de=("Conversion-Wert", "Conversion-Wert gesamt"),
        unless=("purchase_value", "website_purchase_value"),
    ),
)


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
