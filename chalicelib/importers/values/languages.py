"""Formats and words of each language in exports: numbers, days, months, labels of totals rows.

Each language is one entry here. A platform's translated column headings are in the tables of that
platform. A language without an entry can still be read if its cells are unambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """Formats and words of exports in a language, apart from column headings.

    Attributes
    ----------
    name : str
        In English.
    comma : bool
        Whether one and a half is written 1,5.
    day_first : bool
        Whether 3/4/2026 is in April. False for English, which does not decide it: American and
        British orders differ.
    months : tuple of str
        For each month its names and abbreviations, in any case, separated by blanks.
    since, until : str
        Words before and between the days of a period, separated by blanks.
    totals : tuple of str
        Labels of rows that are sums of others.
    results : str
        The first words of labels such as ``Results from 12 campaigns``; empty if there are none.
    rest : str
        Words for "other", as in ``Total: Other search terms``, separated by blanks.
    both_marks : bool
        Whether some of its countries write 1.5 and others 1,5, so that ``1,234`` is ambiguous.
    """

    name: str
    comma: bool = False
    day_first: bool = False
    months: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    totals: tuple[str, ...] = ()
    results: str = ""
    rest: str = ""
    both_marks: bool = False


LANGUAGES = {
    "en": Language(
        "English",
        months=(
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june"),
            *("jul july", "aug august", "sep sept september", "oct october", "nov november"),
            "dec december",
        ),
        since="from",
        until="to",
        totals=("total", "totals", "grand total"),
        results="results from",
        rest="other others",
    ),
    "de": Language(
        "German",
        comma=True,
        day_first=True,
        months=(
            *("jan januar jän jänner", "feb februar", "mär märz mrz", "apr april", "mai"),
            *("jun juni", "jul juli", "aug august", "sep sept september", "okt oktober"),
            *("nov november", "dez dezember"),
        ),
        since="von vom",
        until="bis",
        totals=("gesamt", "gesamtsumme", "gesamtergebnis", "summe", "insgesamt"),
        results="ergebnisse von|ergebnisse aus",
        rest="andere sonstige weitere übrige",
    ),
    "es": Language(
        "Spanish",
        comma=True,
        day_first=True,
        months=(
            *("ene enero", "feb febrero", "mar marzo", "abr abril", "may mayo", "jun junio"),
            *("jul julio", "ago agosto", "sep sept set septiembre setiembre", "oct octubre"),
            *("nov noviembre", "dic diciembre"),
        ),
        since="de del desde",
        until="a al hasta",
        totals=("total", "totales", "total general", "suma total"),
        results="resultados de",
        rest="otros otras",
        both_marks=True,
    ),
    "pt": Language(
        "Portuguese",
        comma=True,
        day_first=True,
        months=(
            *("jan janeiro", "fev fevereiro", "mar março", "abr abril", "mai maio", "jun junho"),
            *("jul julho", "ago agosto", "set setembro", "out outubro", "nov novembro"),
            "dez dezembro",
        ),
        since="de desde",
        until="a até",
        totals=("total", "totais", "total geral"),
        results="resultados de",
        rest="outros outras",
    ),
    "fr": Language(
        "French",
        comma=True,
        day_first=True,
        months=(
            *("janv jan janvier", "févr fév février", "mars", "avr avril", "mai", "juin"),
            *("juil juillet", "août aoû", "sept sep septembre", "oct octobre", "nov novembre"),
            "déc décembre",
        ),
        since="du de depuis",
        until="au à",
        totals=("total", "totaux", "total général", "somme"),
        results="résultats de|résultats pour",
        rest="autres autre",
    ),
    "it": Language(
        "Italian",
        comma=True,
        day_first=True,
        months=(
            *("gen gennaio", "feb febbraio", "mar marzo", "apr aprile", "mag maggio"),
            *("giu giugno", "lug luglio", "ago agosto", "set sett settembre", "ott ottobre"),
            *("nov novembre", "dic dicembre"),
        ),
        since="da dal",
        until="a al",
        totals=("totale", "totali", "totale complessivo", "totale generale", "somma totale"),
        results="risultati da|risultati di",
        rest="altri altre altro",
    ),
    "nl": Language(
        "Dutch",
        comma=True,
        day_first=True,
        months=(
            *("jan januari", "feb februari", "mrt maart", "apr april", "mei", "jun juni"),
            *("jul juli", "aug augustus", "sep sept september", "okt oktober", "nov november"),
            "dec december",
        ),
        since="van",
        until="tot t/m",
        totals=("totaal", "totalen", "eindtotaal"),
        results="resultaten van|resultaten uit",
        rest="overige andere",
    ),
    "pl": Language(
        "Polish",
        comma=True,
        day_first=True,
        months=(
            *("sty stycznia styczeń", "lut lutego luty", "mar marca marzec"),
            *("kwi kwietnia kwiecień", "maj maja", "cze czerwca czerwiec", "lip lipca lipiec"),
            *("sie sierpnia sierpień", "wrz września wrzesień"),
            *("paź października październik", "lis listopada listopad", "gru grudnia grudzień"),
        ),
        since="od",
        until="do",
        totals=("suma", "razem", "łącznie", "łączna suma", "suma całkowita", "suma końcowa"),
        results="wyniki z|wyniki dla",
        rest="inne pozostałe",
    ),
    "ja": Language(
        "Japanese",
        until="から",
        totals=("合計", "総計", "総合計"),
        rest="その他",
    ),
    "sv": Language("Swedish", comma=True, day_first=True),
}
"""Code of a language -> its entry."""

COMMA_LANGUAGES = frozenset(code for code, language in LANGUAGES.items() if language.comma)
BOTH_MARKS = frozenset(code for code, language in LANGUAGES.items() if language.both_marks)
DAY_FIRST_LANGUAGES = frozenset(code for code, language in LANGUAGES.items() if language.day_first)


def month_numbers() -> dict[str, int]:
    """Return name of a month, in lower case -> its number.

    Raises
    ------
    ValueError
        If a name means two months.
    """
    numbers: dict[str, int] = {}
    for language in LANGUAGES.values():
        for number, names in enumerate(language.months, start=1):
            for name in names.split():
                if numbers.setdefault(name, number) != number:
                    raise ValueError(f"{name!r} means two months")
    return numbers


def alternatives(words: Callable[[Language], str]) -> str:
    """Return the words of all languages as alternatives of a pattern, the longest first."""
    found = {word for language in LANGUAGES.values() for word in words(language).split()}
    return _any_of(found)


def totals_pattern() -> re.Pattern[str]:
    """Return a pattern for the beginnings of totals rows, in comparable form."""
    labels = {label for language in LANGUAGES.values() for label in language.totals}
    results = {word for word in _results() if word}
    return re.compile(rf"(?:{_any_of(labels)}|(?:{_any_of(results)}) \d+ .*) ?(?:[:：]|$)")


def rest_pattern() -> re.Pattern[str]:
    """Return a pattern for totals of otherwise missing traffic: ``total: other search terms``."""
    labels = {label for language in LANGUAGES.values() for label in language.totals}
    rest = alternatives(lambda language: language.rest)
    return re.compile(rf"(?:{_any_of(labels)}) ?[:：] ?(?:{rest})(?![a-zà-ž])")


def initials_of_totals() -> frozenset[str]:
    """Return the first letters of labels of totals rows, in both cases."""
    labels = [label for language in LANGUAGES.values() for label in language.totals]
    letters = {label[0] for label in [*labels, *_results()] if label}
    return frozenset(letters | {letter.upper() for letter in letters})


def _results() -> Iterator[str]:
    for language in LANGUAGES.values():
        yield from language.results.split("|")


def _any_of(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))
