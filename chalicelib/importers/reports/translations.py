"""A platform's column headings in further languages, merged into its declared columns.

A language is data, not code: a platform has its headings in a ``*_headings.tsv`` file. If countries
or years have different wordings, all of them are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from chalicelib.importers.reports.report_columns import Column
from chalicelib.importers.values.languages import LANGUAGES

Source = Literal["files", "programs", "help"]
"""Source of the wording: a report written by the platform; programs that read such reports and name
its columns; otherwise the platform's help pages and interface."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The headings of a platform in one language.

    Attributes
    ----------
    language : str
        Of `languages.LANGUAGES`.
    source : str
        The best source of the wording.
    seen : str
        Fields whose heading was seen in files or in programs that read them, separated by blanks;
        all others are from help pages and the interface.
    headings : mapping of str to tuple of str
        Field -> headings.
    lacks : tuple of str
        Fields without a heading. A test requires that each new column is translated or listed here.
    words : mapping of str to tuple of str
        Further words that the platform writes into cells and lines, by their meaning.
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
        UTF-8, tab-separated; lines that begin with ``#`` are ignored. A line has a language, a
        keyword (``source``, ``seen``, ``lacks``, ``heading`` or ``words``) and values: after
        ``heading`` the field and its headings, after ``words`` the meaning and the words.

    Raises
    ------
    ValueError
        If a line has another keyword, lacks its values, or repeats a field or a meaning.
    """
    found: dict[str, dict[str, Any]] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        language, what, first, *rest = line.split("\t")
        entry = found.setdefault(
            language, {"source": "", "seen": "", "lacks": (), "headings": {}, "words": {}}
        )
        match what:
            case "source" | "seen" if not rest:
                entry[what] = first
            case "lacks":
                entry["lacks"] = (first, *rest)
            case "heading" if rest and first not in entry["headings"]:
                entry["headings"][first] = tuple(rest)
            case "words" if rest and first not in entry["words"]:
                entry["words"][first] = tuple(rest)
            case _:
                raise ValueError(f"{table.name} has an invalid line: {line!r}")
    return tuple(Translation(language, **values) for language, values in found.items())


def translated(
    columns: Sequence[Column], translations: Iterable[Translation]
) -> tuple[Column, ...]:
    """Return columns with the headings of further languages.

    Raises
    ------
    ValueError
        If a table has an unknown language or field, no heading for a field, or a heading for a
        field in `lacks`.
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
    """Return field -> language -> headings with further languages; raises as `translated`."""
    translations = tuple(translations)
    check_translations(fields, translations)
    joined = {name: dict(by_language) for name, by_language in fields.items()}
    for translation in translations:
        for name, headings in translation.headings.items():
            joined[name][translation.language] = headings
    return joined


def check_translations(fields: Iterable[str], translations: Iterable[Translation]) -> None:
    """Raise ``ValueError`` for tables that do not match the fields of a platform."""
    known = set(fields)
    for translation in translations:
        language = translation.language
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}")
        for name in (*translation.headings, *translation.lacks, *translation.seen.split()):
            if name not in known:
                raise ValueError(f"{language}: unknown column {name!r}")
        for name, headings in translation.headings.items():
            if not headings or name in translation.lacks:
                raise ValueError(f"{language}: {name} has no heading, or is also in `lacks`")


def lacking(fields: Mapping[str, bool], translation: Translation) -> set[str]:
    """Return the fields with an English heading but none in a language.

    Parameters
    ----------
    fields : mapping of str to bool
        Field -> whether it has an English heading.
    """
    return {name for name, has_one in fields.items() if has_one} - translation.headings.keys()


def words_of(translations: Iterable[Translation], what: str) -> Iterator[str]:
    """Yield the words with a meaning in all languages."""
    for translation in translations:
        yield from translation.words.get(what, ())
