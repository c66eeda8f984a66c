"""Marks: features that only one platform's tables have, such as headings and their combinations.

An importer claims a table by the marks of its platform, unless the table has marks of another one.
Counts, money and campaigns are not marks: every ads platform has them, and a wrong channel is worse
than a rejection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.importers.recognition.other_platforms import OTHER_PLATFORMS
from chalicelib.importers.tables.headings import Columns, Vocabulary, comparable, header_keys
from chalicelib.importers.tables.table_heads import TableHead

Headings = frozenset[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A combination of columns that only one platform has.

    Attributes
    ----------
    headings : tuple of str
        All of these, as the platform writes them, with or without a currency.
    fields : tuple of str
        And a column of each of these fields, in any language.
    any_of : tuple of str
        And a column of at least one of these fields.
    """

    headings: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()

    @property
    def keys(self) -> Headings:
        """The headings in comparable form."""
        return frozenset(map(comparable, self.headings))

    def is_in(self, columns: Columns, keys: AbstractSet[str]) -> bool:
        """Whether a header has the mark; `keys` are its heading keys."""
        return (
            all(comparable(heading) in keys for heading in self.headings)
            and all(name in columns for name in self.fields)
            and (not self.any_of or any(name in columns for name in self.any_of))
        )


def together(*headings: str, fields: tuple[str, ...] = (), any_of: tuple[str, ...] = ()) -> Mark:
    """Return a mark of headings and fields that must occur together."""
    return Mark(headings, fields, any_of)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one type of table.

    Attributes
    ----------
    marks : tuple of str or Mark
        A string is a heading that is a mark by itself. At least one mark must be present.
    form : callable, optional
        Whether a table has a structure that only this type has, if its headings are not enough.
    vocabulary : Vocabulary, optional
        Defines the fields that the marks name. A heading that it knows also belongs to this type,
        even if it is a mark of another platform.
    also : tuple of Marks
        Marks of further types of table that the same importer reads.
    """

    marks: tuple[str | Mark, ...] = ()
    form: Callable[[TableHead], bool] | None = None
    vocabulary: Vocabulary | None = field(default=None, compare=False)
    also: tuple[Marks, ...] = ()

    def __iter__(self) -> Iterator[Mark]:
        for mark in self.marks:
            yield Mark((mark,)) if isinstance(mark, str) else mark

    @property
    def are_declared(self) -> bool:
        """Whether any marks are declared."""
        return bool(self.marks or self.form or any(other.are_declared for other in self.also))

    @property
    def known(self) -> AbstractSet[str]:
        """All headings of the vocabulary."""
        return self.vocabulary.keys if self.vocabulary is not None else frozenset()

    def count_in(self, head: TableHead) -> int:
        """Return how many marks a table has; 1 if none is declared."""
        if not self.are_declared:
            return 1
        keys = header_keys(head.columns.names)
        found = sum(mark.is_in(head.columns, keys) for mark in self)
        has_form = self.form is not None and self.form(head)
        return found + has_form + sum(other.count_in(head) for other in self.also)

    def exclusive(self) -> Iterator[Headings]:
        """Yield the marks that consist of headings only; they exclude the importers of others."""
        for mark in self:
            if mark.any_of:
                continue
            if not mark.fields:
                yield mark.keys
            elif len(mark.fields) == 1 and not mark.headings and self.vocabulary is not None:
                yield from (frozenset({key}) for key in self.vocabulary.keys_of(mark.fields[0]))
        for other in self.also:
            yield from other.exclusive()

    def headings(self) -> set[str]:
        """Return all headings that occur in a mark, in comparable form."""
        found: set[str] = set()
        for mark in self:
            found |= mark.keys
            if self.vocabulary is not None:
                for name in (*mark.fields, *mark.any_of):
                    found.update(self.vocabulary.keys_of(name))
        return found.union(*(other.headings() for other in self.also))


class Marked(Protocol):
    """An object with marks, such as an importer."""

    @property
    def platform(self) -> str:
        """The platform's slug."""

    @property
    def marks(self) -> Marks | None:
        """The marks; None if the importer reads no tables."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A platform whose marks a header has.

    Attributes
    ----------
    name : str
        The slug of an importer, or the name of a platform of `other_platforms`.
    marks : tuple of set of str
        The marks that were found.
    is_imported : bool
        Whether the marks belong to an importer. They may also occur in a report of hundreds of
        columns from elsewhere; those of `other_platforms` do not.
    advice : str
        Why a table with these marks has nothing to import, and what to send instead.
    """

    name: str
    marks: tuple[Headings, ...]
    is_imported: bool
    advice: str = ""

    @property
    def shown(self) -> str:
        """One of the marks as text."""
        return ", ".join(sorted(self.marks[0]))


class Owners:
    """The platforms that a header belongs to, by the marks of importers and other platforms."""

    def __init__(self, importers: Iterable[Marked] = ()) -> None:
        self._owners: dict[str, list[tuple[Headings, str]]] = {}
        self._imported: set[str] = set()
        for importer in importers:
            self._imported.add(importer.platform)
            if importer.marks is not None:
                self._add(importer.platform, importer.marks.exclusive())
        self._advice = {other.name: other.advice for other in OTHER_PLATFORMS}
        self._slugs = {other.name: other.slugs for other in OTHER_PLATFORMS}
        for other in OTHER_PLATFORMS:
            self._add(other.name, (frozenset(map(comparable, mark)) for mark in other.marks))

    def _add(self, owner: str, marks: Iterable[Headings]) -> None:
        for mark in set(marks):
            self._owners.setdefault(min(mark), []).append((mark, owner))

    def of(self, keys: AbstractSet[str], known: AbstractSet[str] = frozenset()) -> list[Owner]:
        """Return the platforms whose marks a header has.

        Parameters
        ----------
        keys : set of str
            The heading keys of the header.
        known : set of str
            Headings that the caller also uses; a mark of only these headings is ignored.
        """
        found: dict[str, list[Headings]] = {}
        for key in sorted(keys & self._owners.keys()):
            for mark, owner in self._owners[key]:
                if mark <= keys and not mark <= known:
                    found.setdefault(owner, []).append(mark)
        return [
            Owner(name, tuple(marks), name in self._imported, self._advice.get(name, ""))
            for name, marks in found.items()
        ]

    def of_others(
        self, platform: str, marks: int, keys: AbstractSet[str], known: AbstractSet[str]
    ) -> list[Owner]:
        """Return the other platforms that a claimed table belongs to.

        Parameters
        ----------
        platform : str
            The platform that claims the table.
        marks : int
            How many of its own marks the table has.
        keys, known : set of str
            As in `of`.
        """
        owners = self.of(keys, known)
        return [
            owner
            for owner in owners
            if platform != owner.name
            and platform not in self._slugs.get(owner.name, ())
            and (not owner.is_imported or len(owner.marks) > marks)
        ]

    def of_any(self, records: Iterable[AbstractSet[str]]) -> list[Owner]:
        """Return the platforms of the first record that has any."""
        return next(filter(None, map(self.of, records)), [])
