"""What an importer says of its columns: their names in each language, and what they become.

The reading of a row, the recognition of a header and the documentation are all made of this one
declaration.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.importers.mappings.mapping_fields import ENGAGEMENTS
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.tables.headings import Vocabulary, comparable


@dataclass(frozen=True, slots=True)
class Count:
    """A number of engagements of a type.

    Attributes
    ----------
    type : str
        Of the contract.
    paid : bool, optional
        Where a report has both; else as the whole report.
    part : str
        Tells it from another column of the same type that counts other engagements; they add up.
    """

    type: str
    paid: bool | None = None
    part: str = ""

    @property
    def becomes(self) -> str:
        """In words."""
        return f"`{self.type}`{', paid' if self.paid else ''}"


@dataclass(frozen=True, slots=True)
class Net:
    """A number of engagements less those taken back; below zero it counts as the latter."""

    type: str
    undone: str

    @property
    def becomes(self) -> str:
        """In words."""
        return f"`{self.type}`; below zero `{self.undone}`"


@dataclass(frozen=True, slots=True)
class Cost:
    """What the row's engagements cost."""

    @property
    def becomes(self) -> str:
        """In words."""
        return (
            "the `cost` of the row's clicks, else of its impressions, else an event of its own; "
            "never added twice"
        )


@dataclass(frozen=True, slots=True)
class Currency:
    """The currency of the row's money."""

    @property
    def becomes(self) -> str:
        """In words."""
        return "the currency"


@dataclass(frozen=True, slots=True)
class Key:
    """Names what the numbers are about; part of the event id.

    Attributes
    ----------
    group : str
        Of the columns of a group the first that the file has is taken: an id outlives a name.
    sets : str
        ``campaign_id``, ``content_id`` or ``account``, if the events carry it.
    names : bool
        Whether it is blank in a row of totals.
    makes_paid : bool
        Whether a row in which it is filled is of an ad, in a report that has rows of both.
    """

    group: str
    sets: str = ""
    names: bool = True
    makes_paid: bool = False

    @property
    def becomes(self) -> str:
        """In words."""
        carried = {"campaign_id": "`campaign_id`, ", "content_id": "`content_id`, "}.get(self.sets)
        paid = "; its row is paid" if self.makes_paid else ""
        return f"{carried or ''}part of the event id{paid}"


@dataclass(frozen=True, slots=True)
class Channel:
    """Says which channel the row is of, in a report of several.

    Attributes
    ----------
    slugs : mapping of str to str
        What `name` makes of the cell -> channel. An empty cell means the report's own; any other is
        refused.
    is_needed : bool
        Whether a row without it is refused, because the report has no channel of its own.
    name : callable
        What a cell says the channel is; e.g. the host of a link.
    key : Key, optional
        What the cell names besides, as a link names its post.
    """

    slugs: Mapping[str, str]
    is_needed: bool = False
    name: Callable[[str], str] = comparable
    key: Key | None = None

    @property
    def becomes(self) -> str:
        """In words."""
        slugs = ", ".join(f"`{slug}`" for slug in dict.fromkeys(self.slugs.values()))
        return f"the channel: {slugs}" + (f"; {self.key.becomes}" if self.key else "")


@dataclass(frozen=True, slots=True)
class When:
    """Dates the row.

    Attributes
    ----------
    unit : str
        ``day``, ``week``, ``month``, ``quarter``, ``year``; ``from`` and ``to`` for the first and
        last day of a period, ``period`` for both in one cell, ``posted`` for the day on which the
        post appeared whose lifetime counts the row holds.
    ends_before : bool
        Of ``to``: whether midnight there is the end of the day before.
    """

    unit: str
    ends_before: bool = False

    @property
    def becomes(self) -> str:
        """In words."""
        if self.unit == "posted":
            return "the day on which the post's lifetime counts are booked"
        if self.unit == "day":
            return "the day"
        return "the period; longer than a day it is refused or, if asked for, spread"


@dataclass(frozen=True, slots=True)
class Claimed:
    """Conversions that the platform claims for itself: summed up, never events."""

    is_value: bool = False

    @property
    def becomes(self) -> str:
        """In words."""
        return (
            "`claimed_conversions` of the summary; never events: every platform claims the same "
            "sale"
        )


@dataclass(frozen=True, slots=True)
class Audience:
    """How many followers there are on that day."""

    @property
    def becomes(self) -> str:
        """In words."""
        return "an `audience` event"


@dataclass(frozen=True, slots=True)
class Converted:
    """Conversions that really happened, as a shop counts them: their number, or their value."""

    goal: str = "purchase"
    is_value: bool = False

    @property
    def becomes(self) -> str:
        """In words."""
        return f"`conversion`s, goal `{self.goal}`" + (": their value" if self.is_value else "")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is known, so that it cannot be taken for another, and not imported."""

    why: str

    @property
    def becomes(self) -> str:
        """In words."""
        return f"nothing: {self.why}"


@dataclass(frozen=True, slots=True)
class Repeats:
    """A column by whose values a report shows the same engagements several times.

    Such a report is refused (`not_additive`): its rows cannot be added up.
    """

    why: str

    @property
    def becomes(self) -> str:
        """In words."""
        return f"nothing: a report with it is refused (`not_additive`): {self.why}"


@dataclass(frozen=True, slots=True)
class Sign:
    """A column that only shows whose report it is."""

    @property
    def becomes(self) -> str:
        """In words."""
        return ""


Role = (
    Count
    | Net
    | Cost
    | Currency
    | Key
    | Channel
    | When
    | Claimed
    | Audience
    | Converted
    | LeftOut
    | Repeats
    | Sign
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report.

    Attributes
    ----------
    field : str
        Its name among the importer's columns; several columns of one field are alternatives, of
        which a file has one.
    role : Role
    en, de : tuple of str
        Its headings in English and in German.
    more : mapping
        Further languages -> headings.
    unless : tuple of str
        Fields beside which it is not read: a total beside its parts, all clicks beside link clicks.
    """

    field: str
    role: Role
    en: tuple[str, ...] = ()
    de: tuple[str, ...] = ()
    more: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    unless: tuple[str, ...] = ()

    @property
    def headings(self) -> dict[str, tuple[str, ...]]:
        """Language -> headings."""
        return {"en": self.en, "de": self.de, **self.more}


def vocabulary_of(columns: Sequence[Column]) -> Vocabulary:
    """The vocabulary by which a header is recognised."""
    fields: dict[str, dict[str, list[str]]] = {}
    for column in columns:
        by_language = fields.setdefault(column.field, {})
        for language, names in column.headings.items():
            by_language.setdefault(language, []).extend(names)
    meanings = {column.field: meaning_of(column.role) for column in columns}
    return Vocabulary(fields, meanings=meanings)


def meaning_of(role: Role) -> str:
    """What a column would mean in a mapping; empty if it would not be read."""
    match role:
        case Count(type=kind, paid=paid):
            return "" if kind not in ENGAGEMENTS else f"paid_{kind}" if paid else kind
        case Net(type=kind):
            return kind if kind in ENGAGEMENTS else ""
        case Cost():
            return "cost"
        case Currency():
            return "currency"
        case Key(sets=field):
            return "" if field == "account" else field
        case Channel():
            return "channel"
        case When(unit=unit):
            return {"day": "day", "posted": "day", "from": "from", "to": "to"}.get(unit, "period")
        case Audience():
            return "audience"
        case Converted(is_value=is_value):
            return "value" if is_value else "conversions"
    return ""


def becomes_of(columns: Sequence[Column]) -> tuple[Becomes, ...]:
    """The documentation of columns, those that become the same on one line."""
    lines: dict[str, list[str]] = {}
    for column in columns:
        event: str = column.role.becomes
        if not event:
            continue
        if column.unless:
            others = [c for c in columns if c.field in column.unless]
            named = " and ".join(f"*{_first_name(c)}*" for c in others)
            event += f" (only without {named})"
        lines.setdefault(event, []).append(_shown(column))
    return tuple(Becomes("; ".join(sources), event) for event, sources in lines.items())


def languages_of(columns: Sequence[Column]) -> dict[str, tuple[int, int]]:
    """Language -> how many of the columns have a heading in it, and how many English has."""
    fields = {column.field for column in columns if column.en}
    named: dict[str, set[str]] = {}
    for column in columns:
        for language, names in column.headings.items():
            if names and column.field in fields:
                named.setdefault(language, set()).add(column.field)
    return {language: (len(found), len(fields)) for language, found in named.items()}


def _shown(column: Column) -> str:
    """The first heading in English and in German, else in whatever language there is."""
    names = [names[0] for names in (column.en, column.de) if names]
    names = names or [names[0] for names in column.headings.values() if names]
    return " / ".join(dict.fromkeys(names))


def _first_name(column: Column) -> str:
    return next((names[0] for names in column.headings.values() if names), column.field)
