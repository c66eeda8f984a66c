"""Titles and sentences of the codes in the languages of the dashboard.

English is in the registry itself, beside each code. `german_texts.tsv` has a line for each code in
German: tab-separated UTF-8 with the registry, the code, its title, meaning and help. A test
compares the two.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from chalicelib.model.codes.entries import Code, Problem, Rejection

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Registry = Literal["answer", "rejection", "problem"]
"""Codes of answers, of rejected files, rows and events, and of errors. A code can be in two."""

NO_ACTION: dict[Language, str] = {"en": "No action is needed.", "de": "Es ist nichts zu tun."}
"""The `help` of codes for which there is nothing to do; the dashboard leaves it out."""

_GERMAN = Path(__file__).with_name("german_texts.tsv")


class CodeText(NamedTuple):
    """What people read about a code.

    Attributes
    ----------
    title, meaning, help : str
        As in `entries`.
    """

    title: str
    meaning: str
    help: str


def text_of(entry: Code | Rejection | Problem, language: Language) -> CodeText:
    """Return the title and the sentences of an entry.

    Raises
    ------
    KeyError
        If the language has no text of the code.
    """
    if language == "en":
        return CodeText(entry.title, entry.meaning, entry.help)
    return german_texts()[_registry_of(entry), entry.code]


@functools.cache
def german_texts() -> dict[tuple[Registry, str], CodeText]:
    """Read (registry, code) -> text.

    Raises
    ------
    ValueError
        If a line has too few or too many cells, or repeats a code.
    """
    _, *lines = _GERMAN.read_text(encoding="utf-8").splitlines()
    found: dict[tuple[Registry, str], CodeText] = {}
    for line in lines:
        registry, code, title, meaning, help_ = line.split("\t")
        if registry not in get_args(Registry) or (registry, code) in found:
            raise ValueError(f"{_GERMAN.name}: {registry} {code} is unknown or repeated")
        found[registry, code] = CodeText(title, meaning, help_)  # type: ignore[index]
    return found


def _registry_of(entry: Code | Rejection | Problem) -> Registry:
    if isinstance(entry, Code):
        return "answer"
    return "rejection" if isinstance(entry, Rejection) else "problem"
