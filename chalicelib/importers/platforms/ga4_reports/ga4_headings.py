"""The headings of Google Analytics 4 reports in English, German and the other languages.

Metrics and times have fixed names. Dimensions are identified by words in their headings, because
the name of a dimension varies by scope (session, first user) and by version of the interface.
"""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.importers.reports.translations import headings_in, read_translations, words_of
from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Vocabulary, comparable

METRICS = read_headings(Path(__file__).with_name("ga4_metrics.tsv"))
TIMES = read_headings(Path(__file__).with_name("ga4_times.tsv"))
TRANSLATIONS = read_translations(Path(__file__).with_name("ga4_headings.tsv"))
"""The languages besides English and German."""

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
