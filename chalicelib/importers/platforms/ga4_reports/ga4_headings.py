"""The headings of Google Analytics 4 reports in English, German and the other languages.

Metrics and times have fixed names. Dimensions are identified by words in their headings, because
the name of a dimension varies by scope (session, first user) and by version of the interface.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.importers.platforms.ga4_reports.ga4_translations import TRANSLATIONS
from chalicelib.importers.reports.translations import headings_in, words_of
from chalicelib.importers.tables.headings import Vocabulary, comparable

METRICS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "views": {
        "en": ("Views", "Page views", "Pageviews", "Screen views", "Screen page views"),
        "de": ("Aufrufe", "Seitenaufrufe", "Bildschirmaufrufe", "Seiten- und Bildschirmaufrufe"),
    },
    "event_count": {
        "en": ("Event count", "Total events"),
        "de": ("Ereignisanzahl", "Anzahl der Ereignisse", "Ereigniszahl", "Ereignisse"),
    },
    "sessions": {"en": ("Sessions",), "de": ("Sitzungen",)},
    "purchases": {
        "en": ("Ecommerce purchases", "E-commerce purchases", "Purchases", "Transactions"),
        "de": ("E-Commerce-Käufe", "Käufe", "Transaktionen"),
    },
    "key_events": {
        "en": ("Key events", "Key events (all)", "Conversions", "Conversions (all)"),
        "de": ("Schlüsselereignisse", "Wichtige Ereignisse", "Conversions"),
    },
    "purchase_revenue": {
        "en": ("Purchase revenue", "Ecommerce revenue", "E-commerce revenue"),
        "de": ("Kaufumsatz", "Umsatz aus Käufen", "E-Commerce-Umsatz", "Käuferumsatz"),
    },
    "total_revenue": {
        "en": ("Total revenue", "Revenue"),
        "de": ("Gesamtumsatz", "Umsatz", "Gesamteinnahmen"),
    },
    "users": {
        "en": ("Users", "Active users", "New users", "Total users", "Returning users"),
        "de": (
            *(
                "Nutzer",
                "Aktive Nutzer",
                "Neue Nutzer",
                "Nutzer insgesamt",
                "Gesamtzahl der Nutzer",
            ),
            "Wiederkehrende Nutzer",
        ),
    },
}
TIMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "date": {"en": ("Date", "Date (YYYYMMDD)"), "de": ("Datum", "Datum (JJJJMMTT)")},
    "date_hour": {
        "en": (
            *("Date + hour (YYYYMMDDHH)", "Date + hour", "Date hour"),
            *("Date hour and minute (YYYYMMDDHHMM)", "Date hour and minute"),
        ),
        "de": (
            *("Datum + Stunde (JJJJMMTTHH)", "Datum + Stunde", "Datum und Stunde"),
            "Datum, Stunde und Minute (JJJJMMTTHHMM)",
        ),
    },
    "nth_hour": {"en": ("Nth hour",), "de": ("N-te Stunde", "n. Stunde")},
    "nth_day": {"en": ("Nth day",), "de": ("N-ter Tag", "n. Tag", "Tag N", "Tagesindex")},
    "nth_week": {"en": ("Nth week",), "de": ("N-te Woche", "n. Woche", "Woche N", "Wochenindex")},
    "nth_month": {
        "en": ("Nth month",),
        "de": ("N-ter Monat", "n. Monat", "Monat N", "Monatsindex"),
    },
    "year_month": {
        "en": ("Year month", "Year + month", "Month of year", "Year and month"),
        "de": ("Jahr + Monat", "Jahr und Monat", "Jahr Monat", "Monat des Jahres"),
    },
    "week_number": {"en": ("Week",), "de": ("Woche",)},
    "month_number": {"en": ("Month",), "de": ("Monat",)},
    "nth_year": {"en": ("Nth year",), "de": ("N-tes Jahr", "n. Jahr")},
    "unplaced": {
        "en": (
            *("Year", "Hour", "Day", "Day of week", "Day of week name"),
            *("ISO week", "ISO week of ISO year", "ISO year", "Week of year", "Year week"),
        ),
        "de": (
            *("Jahr", "Stunde", "Tag", "Wochentag", "ISO-Woche"),
            *("ISO-Woche des ISO-Jahres", "ISO-Jahr", "Woche des Jahres", "Jahr und Woche"),
        ),
    },
}
MONEY = ("purchase_revenue", "total_revenue")
HEADINGS = headings_in({**METRICS, **TIMES}, TRANSLATIONS)
VOCABULARY = Vocabulary(HEADINGS)


def _words(kind: str, patterns: str) -> tuple[str, re.Pattern[str]]:
    """Compile the words of a dimension in English and German and in the other languages."""
    more = words_of(TRANSLATIONS, f"dimension {kind}")
    return kind, re.compile("|".join((patterns, *more)))


_DIMENSIONS = (
    _words("audience", r"audience|zielgruppe"),
    _words("person", r"(?:user|client|device|nutzer|kunden|geräte)[ -]?ids?\b|instan[cz]e?[ -]?id"),
    _words("item", r"\bitems?\b|artikel"),
    _words(
        "first_user", r"\bfirst user\b|first visit|erste\w* (?:nutzer|besuch)|nutzerakquisition"
    ),
    _words("event", r"event name|ereignisname|name des ereignisses"),
    _words("group", r"channel ?-?(?:group|gruppe|gruppierung)|^session channel$"),
    _words("source_medium", r"(?:source|quelle) ?[/+&,] ?medium"),
    _words("source", r"\b(?:source|quelle)$|\w+(?:quelle)$|^quelle\b(?!.*plattform)"),
    _words("medium", r"\bmedium$|^medium\b"),
    _words("campaign", r"campaign$|campaign name$|kampagne(?:nname)?$|^kampagne\b"),
    _words(
        "page",
        r"page (?:path|title|location)|landing ?page|screen (?:class|name)"
        r"|seiten?(?:pfad|titel)|zielseite|bildschirm(?:klasse|name)"
        r"|^unified screen|^content (?:group|id)",
    ),
)
_LANDING = _words("landing", "landing|ziel")[1]

OVERLAPPING = frozenset(
    {
        *("segment", "segmento", "segmenten", "セグメント"),
        *("comparison", "comparisons", "vergleich", "vergleiche", "comparación", "comparação"),
        *("comparaison", "confronto", "vergelijking", "porównanie", "比較"),
        *("date range", "date ranges", "zeitraum", "datumsbereich", "intervalo de fechas"),
        *("intervalo de datas", "período", "periodo", "plage de dates", "période"),
        *("intervallo di date", "datumbereik", "periode", "zakres dat", "期間"),
    }
)
"""Columns whose groups are not parts of a whole: a visit can be in several segments and
comparisons, and a comparison period is a different period."""

ALL_USERS = frozenset(
    {
        *("all users", "all traffic", "all sessions", "alle nutzer", "gesamter traffic"),
        *("alle zugriffe", "alle sitzungen", "todos los usuarios", "todo el tráfico"),
        *("todos os usuários", "todos os utilizadores", "todo o tráfego", "tous les utilisateurs"),
        *("tout le trafic", "tutti gli utenti", "tutto il traffico", "alle gebruikers"),
        *("al het verkeer", "wszyscy użytkownicy", "cały ruch", "すべてのユーザー"),
    }
)
"""Google's names for the group of all users or visits."""


def dimension_of(heading: str) -> str:
    """Return the kind of dimension of a heading; empty for any other column."""
    text = comparable(heading)
    return next((kind for kind, words in _DIMENSIONS if words.search(text)), "")


def is_landing_page(heading: str) -> bool:
    """Whether a page dimension is the landing page, of which each session has exactly one."""
    return bool(_LANDING.search(comparable(heading)))
