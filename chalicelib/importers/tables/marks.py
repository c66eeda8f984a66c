"""What only one platform's tables have: headings, headings that occur together, a form.

A table is claimed by the marks of its platform and lost to the marks of another. Counts, money and
campaigns are no marks: every platform that sells ads has them, and a wrong channel is worse than a
refusal.
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
    """Columns that together only one platform has.

    Attributes
    ----------
    headings : tuple of str
        All of them, as the platform writes them; with or without a currency.
    fields : tuple of str
        And a column of each of these fields, in whatever language.
    any_of : tuple of str
        And a column of one of these fields.
    """

    headings: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()

    @property
    def keys(self) -> Headings:
        """The headings in the form in which they are compared."""
        return frozenset(map(comparable, self.headings))

    def is_in(self, columns: Columns, keys: AbstractSet[str]) -> bool:
        """Whether a header has it; `keys` is what its cells could be known by."""
        return (
            all(comparable(heading) in keys for heading in self.headings)
            and all(name in columns for name in self.fields)
            and (not self.any_of or any(name in columns for name in self.any_of))
        )


def together(*headings: str, fields: tuple[str, ...] = (), any_of: tuple[str, ...] = ()) -> Mark:
    """Headings and fields that together are a mark."""
    return Mark(headings, fields, any_of)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a kind of table.

    Attributes
    ----------
    marks : tuple of str or Mark
        A text is a heading that is a mark alone. One of them must be there.
    form : callable, optional
        Whether a table has a form that only this kind has, where headings do not tell.
    vocabulary : Vocabulary, optional
        Whose fields the marks name; a heading that it knows belongs to this kind too, whoever else
        has it.
    also : tuple of Marks
        Those of further kinds of table that one importer reads.
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
        """Whether there are any."""
        return bool(self.marks or self.form or any(other.are_declared for other in self.also))

    @property
    def known(self) -> AbstractSet[str]:
        """All headings of the vocabulary."""
        return self.vocabulary.keys if self.vocabulary is not None else frozenset()

    def count_in(self, head: TableHead) -> int:
        """How many of them a table has; one, if none is declared."""
        if not self.are_declared:
            return 1
        keys = header_keys(head.columns.names)
        found = sum(mark.is_in(head.columns, keys) for mark in self)
        has_form = self.form is not None and self.form(head)
        return found + has_form + sum(other.count_in(head) for other in self.also)

    def exclusive(self) -> Iterator[Headings]:
        """The marks that headings alone are, by which others know that a table is not theirs."""
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
        """All headings that take part in one, in the form in which they are compared."""
        found: set[str] = set()
        for mark in self:
            found |= mark.keys
            if self.vocabulary is not None:
                for name in (*mark.fields, *mark.any_of):
                    found.update(self.vocabulary.keys_of(name))
        return found.union(*(other.headings() for other in self.also))


class Marked(Protocol):
    """What brings marks: an importer."""

    @property
    def platform(self) -> str:
        """The slug."""

    @property
    def marks(self) -> Marks | None:
        """None of an importer that reads no tables."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A platform of which a header has marks.

    Attributes
    ----------
    name : str
        The slug of an importer, or the name of a platform of `other_platforms`.
    marks : tuple of set of str
        The marks that were found.
    is_imported : bool
        Whether the marks are an importer's. They may occur elsewhere, in a report of hundreds
        of columns; those of `other_platforms` are chosen so that they do not.
    advice : str
        Why a table with these marks holds nothing to import, and what to send instead.
    """

    name: str
    marks: tuple[Headings, ...]
    is_imported: bool
    advice: str = ""

    @property
    def shown(self) -> str:
        """A mark of it in words."""
        return ", ".join(sorted(self.marks[0]))


class Owners:
    """Which platforms a header belongs to, by the marks of all importers and of other platforms."""

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
        """The platforms of which a header has marks.

        Parameters
        ----------
        keys : set of str
            What the cells of the header could be known by.
        known : set of str
            Headings that the one who asks has as well: a mark of these alone tells nothing.
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
        """The platforms to which a table belongs rather than to the one that claims it.

        Parameters
        ----------
        platform : str
            That claims it.
        marks : int
            How many of its own marks were found.
        keys, known : set of str
            As of `of`.
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
        """The platforms of the first of some records that belongs to any."""
        return next(filter(None, map(self.of, records)), [])
