"""The declared columns of an importer: their names in each language, and what they become.

The row engine, the recognition of headers and the documentation all use this declaration.
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
    """A number of engagements of one type.

    Attributes
    ----------
    type : str
        The contract's engagement type.
    paid : bool, optional
        Set if a report has both; otherwise as the whole report.
    part : str
        Distinguishes columns of the same type that count different engagements; they add up.
    """

    type: str
    paid: bool | None = None
    part: str = ""

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return f"`{self.type}`{', paid' if self.paid else ''}"


@dataclass(frozen=True, slots=True)
class Net:
    """A number of engagements minus reversed ones; a negative number counts as the latter."""

    type: str
    undone: str

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return f"`{self.type}`; below zero `{self.undone}`"


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of the row's engagements."""

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return (
            "the `cost` of the row's clicks, otherwise of its impressions, otherwise of a separate "
            "event; never counted twice"
        )


@dataclass(frozen=True, slots=True)
class Currency:
    """The currency of the row's money."""

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return "the currency"


@dataclass(frozen=True, slots=True)
class Key:
    """A name or id of the subject of a row; part of the event id.

    Attributes
    ----------
    group : str
        Only the first column of a group that the file has is used: ids change less than names.
    sets : str
        ``campaign_id``, ``content_id`` or ``account``, if the events have it.
    names : bool
        Whether it is blank in a totals row.
    makes_paid : bool
        Whether it is filled only in rows of ads, in a report that also has other rows.
    """

    group: str
    sets: str = ""
    names: bool = True
    makes_paid: bool = False

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        carried = {"campaign_id": "`campaign_id`, ", "content_id": "`content_id`, "}.get(self.sets)
        paid = "; its row is paid" if self.makes_paid else ""
        return f"{carried or ''}part of the event id{paid}"


@dataclass(frozen=True, slots=True)
class Channel:
    """The channel of the row, in a report of several channels.

    Attributes
    ----------
    slugs : mapping of str to str
        Result of `name` for the cell -> channel. An empty cell is the report's own channel; for any
        other cell the row is rejected.
    is_needed : bool
        Whether a row without it is rejected, because the report has no channel of its own.
    name : callable
        Derives the channel's name from a cell; e.g. the host of a link.
    key : Key, optional
        What else the cell identifies; e.g. a link identifies its post.
    """

    slugs: Mapping[str, str]
    is_needed: bool = False
    name: Callable[[str], str] = comparable
    key: Key | None = None

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        slugs = ", ".join(f"`{slug}`" for slug in dict.fromkeys(self.slugs.values()))
        return f"the channel: {slugs}" + (f"; {self.key.becomes}" if self.key else "")


@dataclass(frozen=True, slots=True)
class When:
    """The date of the row.

    Attributes
    ----------
    unit : str
        ``day``, ``week``, ``month``, ``quarter``, ``year``; ``from`` and ``to`` for the first and
        last day of a period, ``period`` for both in one cell, ``posted`` for the publication day
        of the post whose lifetime counts are in the row.
    ends_before : bool
        For ``to``: whether midnight means the end of the day before.
    """

    unit: str
    ends_before: bool = False

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        if self.unit == "posted":
            return "the publication day, to which the post's lifetime counts are dated"
        if self.unit == "day":
            return "the day"
        return "the period; if it is longer than a day, the row is rejected, or spread on request"


@dataclass(frozen=True, slots=True)
class Claimed:
    """Conversions that the platform claims: added up, never events."""

    is_value: bool = False

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return (
            "`claimed_conversions` of the summary; never events, because several platforms claim "
            "the same sale"
        )


@dataclass(frozen=True, slots=True)
class Audience:
    """The number of followers on that day."""

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return "an `audience` event"


@dataclass(frozen=True, slots=True)
class Converted:
    """Conversions that happened, as counted by a shop: their number, or their value."""

    goal: str = "purchase"
    is_value: bool = False

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return f"`conversion`s, goal `{self.goal}`" + (": their value" if self.is_value else "")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is known, so that it is not mistaken for another, but not imported."""

    why: str

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return f"not imported: {self.why}"


NET_FOLLOWERS = LeftOut(
    "follows minus unfollows: neither can be computed from it, and 100 new followers on a day on "
    "which 100 others leave would be none"
)
"""The role of a column with the net change of followers."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """A breakdown column that makes a report repeat the same engagements.

    Such a report is rejected (`not_additive`), because its rows cannot be added up.
    """

    why: str

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
        return f"not imported; a report with this column is rejected (`not_additive`): {self.why}"


@dataclass(frozen=True, slots=True)
class Sign:
    """A column that is used only for recognition."""

    @property
    def becomes(self) -> str:
        """Description for the documentation."""
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
        Its name among the importer's columns. Several columns with one field are alternatives, of
        which a file has one.
    role : Role
    en, de : tuple of str
        Its headings in English and in German.
    more : mapping
        Further languages -> headings.
    unless : tuple of str
        It is not read if the file has one of these fields: a total is not read if its parts are,
        all clicks are not read if link clicks are.
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

    def worded(self, headings: Mapping[str, tuple[str, ...]]) -> Column:
        """Return the column with other headings: language -> headings."""
        more = {code: names for code, names in headings.items() if code not in ("en", "de")}
        en, de = headings.get("en", ()), headings.get("de", ())
        return dataclasses.replace(self, en=en, de=de, more=more)


def vocabulary_of(columns: Sequence[Column]) -> Vocabulary:
    """Return the vocabulary for recognising a header."""
    fields: dict[str, dict[str, list[str]]] = {}
    for column in columns:
        by_language = fields.setdefault(column.field, {})
        for language, names in column.headings.items():
            by_language.setdefault(language, []).extend(names)
    meanings = {column.field: meaning_of(column.role) for column in columns}
    return Vocabulary(fields, meanings=meanings)


def meaning_of(role: Role) -> str:
    """Return the meaning of a column in a mapping; empty if it would not be read."""
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
    """Return the documentation of columns, one line for all that become the same."""
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
    """Return language -> (columns with a heading in it, columns with an English heading)."""
    fields = {column.field for column in columns if column.en}
    named: dict[str, set[str]] = {}
    for column in columns:
        for language, names in column.headings.items():
            if names and column.field in fields:
                named.setdefault(language, set()).add(column.field)
    return {language: (len(found), len(fields)) for language, found in named.items()}


def _shown(column: Column) -> str:
    """Return the first heading in English and German, or else in any language."""
    names = [names[0] for names in (column.en, column.de) if names]
    names = names or [names[0] for names in column.headings.values() if names]
    return " / ".join(dict.fromkeys(names))


def _first_name(column: Column) -> str:
    return next((names[0] for names in column.headings.values() if names), column.field)
