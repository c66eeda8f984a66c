"""The headings of a platform in further languages, joined to the columns that it declares.

A language is data, not code: a platform keeps its headings in a ``*_headings.tsv`` file. Where
several wordings exist, of countries or of years, the file has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from chalicelib.importers.reports.report_columns import Column
from chalicelib.importers.values.languages import LANGUAGES

Source = Literal["files", "programs", "help"]
"""Where the wording comes from: a report as a platform wrote it; programs that read such reports,
as far as they name the columns; else the platform's help and its interface, as they are known."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The headings of a platform in one language.

    Attributes
    ----------
    language : str
        Of `languages.LANGUAGES`.
    source : str
        The best that the wording comes from.
    seen : str
        Fields whose heading was seen in files or in programs that read them, set apart by blanks;
        all others are as help and interface have them.
    headings : mapping of str to tuple of str
        Field -> headings.
    lacks : tuple of str
        Fields without a heading. A test compares: a new column must be translated, or be here.
    words : mapping of str to tuple of str
        Further words that the platform writes into cells and lines, by what they say.
    """

    language: str
    source: Source
    headings: Mapping[str, tuple[str, ...]]
    seen: str = ""
    lacks: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_translations(table: Path) -> tuple[Translation, ...]:
    """Read the translations of a platform from a table.

    Parameters
    ----------
    table : Path
        UTF-8, values separated by tabs, lines that begin with ``#`` ignored. A line holds a
        language, what the line says (``source``, ``seen``, ``lacks``, ``heading`` or ``words``),
        and its values: of a heading the field and its headings, of words their meaning and the
        words.

    Raises
    ------
    ValueError
        If a line says something else, lacks its values, or repeats a field or a meaning.
    """
    found: dict[str, dict[str, Any]] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        language, what, first, *rest = line.split("\t")
        of_language = found.setdefault(
            language, {"source": "", "seen": "", "lacks": (), "headings": {}, "words": {}}
        )
        match what:
            case "source" | "seen" if not rest:
                of_language[what] = first
            case "lacks":
                of_language["lacks"] = (first, *rest)
            case "heading" if rest and first not in of_language["headings"]:
                of_language["headings"][first] = tuple(rest)
            case "words" if rest and first not in of_language["words"]:
                of_language["words"][first] = tuple(rest)
            case _:
                raise ValueError(f"{table.name} has a wrong line: {line!r}")
    return tuple(Translation(language, **values) for language, values in found.items())


def translated(
    columns: Sequence[Column], translations: Iterable[Translation]
) -> tuple[Column, ...]:
    """Columns with the headings of further languages.

    Raises
    ------
    ValueError
        If a table has a language or a field that is not known, no heading for a field, or one for
        a field that it says it lacks.
    """
    translations = tuple(translations)
    check_translations([column.field for column in columns], translations)
    done: set[str] = set()
    joined = []
    for column in columns:
        more = {
            t.language: t.headings[column.field]
            for t in translations
            if column.field in t.headings and column.field not in done
        }
        done.add(column.field)
        joined.append(replace(column, more={**column.more, **more}) if more else column)
    return tuple(joined)


def headings_in(
    fields: Mapping[str, Mapping[str, Sequence[str]]], translations: Iterable[Translation]
) -> dict[str, dict[str, Sequence[str]]]:
    """Field -> language -> headings, with those of further languages; raises as `translated`."""
    translations = tuple(translations)
    check_translations(fields, translations)
    joined = {name: dict(by_language) for name, by_language in fields.items()}
    for translation in translations:
        for name, headings in translation.headings.items():
            joined[name][translation.language] = headings
    return joined


def check_translations(fields: Iterable[str], translations: Iterable[Translation]) -> None:
    """Raises ``ValueError`` for tables that do not fit the fields of a platform."""
    known = set(fields)
    for translation in translations:
        language = translation.language
        if language not in LANGUAGES:
            raise ValueError(f"no language is known as {language!r}")
        for name in (*translation.headings, *translation.lacks, *translation.seen.split()):
            if name not in known:
                raise ValueError(f"{language}: no column is called {name!r}")
        for name, headings in translation.headings.items():
            if not headings or name in translation.lacks:
                raise ValueError(f"{language}: {name} has no heading, or is said to have none")


def lacking(fields: Mapping[str, bool], translation: Translation) -> set[str]:
    """The fields that a language has no heading for, of those that have one in English.

    Parameters
    ----------
    fields : mapping of str to bool
        Field -> whether it has an English heading.
    """
    return {name for name, has_one in fields.items() if has_one} - translation.headings.keys()


def words_of(translations: Iterable[Translation], what: str) -> Iterator[str]:
    """The words of all languages that say something."""
    for translation in translations:
        yield from translation.words.get(what, ())
