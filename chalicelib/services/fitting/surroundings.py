"""Context of a fit: declared coverage, annotations and controls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from chalicelib.model.events import Annotation, Control, Coverage
from chalicelib.services.answer_fields import Day

if TYPE_CHECKING:
    from chalicelib.attribution.observations import Context


HOLIDAY = "holiday"
"""The category of annotations that are holidays."""

AnnotatedSpan = TypedDict("AnnotatedSpan", {"name": str, "category": str, "from": Day, "to": Day})
AnnotatedSpan.__doc__ = "Something that happened on some days: a promotion, a holiday, an outage."


@dataclass(frozen=True, slots=True)
class Declared:
    """Days for which a sender declares a source complete; days are ordinals, inclusive.

    The source is a goal, or a channel with its `type` and `paid`; None stands for all of them.
    `has_parents`: whether, in addition, shares of these days name the share that led to them.
    """

    channel: str | None
    type: str | None
    paid: bool | None
    goal: str | None
    first: int
    last: int
    has_parents: bool = False

    def is_about_type(self, channel: str, type_: str, paid: bool) -> bool:
        """Whether an engagement type is among the sources."""
        return (
            self.channel == channel
            and self.type in (None, type_)
            and (self.paid is None or self.paid == paid)
        )


@dataclass(slots=True)
class Surroundings:
    """Declared coverage and annotations by event id, and controls by name and day."""

    declared: dict[str, Declared] = field(default_factory=dict)
    annotations: dict[str, tuple[str, str, int, int]] = field(default_factory=dict)
    controls: dict[tuple[str, int], tuple[str, str, float]] = field(default_factory=dict)
    """If a day has several values, the latest one counts."""

    def add(self, event: Coverage | Annotation | Control, day: int) -> None:
        """Add an event; `day` is the ordinal of its day and is used only for controls."""
        match event:
            case Coverage():
                first, last = event.first.toordinal(), event.last.toordinal()
                about = (event.channel, event.type, event.paid, event.goal)
                complete = event.parents == "complete"
                self.declared[event.event_id] = Declared(*about, first, last, complete)
            case Annotation():
                first, last = event.first.toordinal(), event.last.toordinal()
                self.annotations[event.event_id] = (event.name, event.category, first, last)
            case Control():
                at = event.occurred_at.isoformat(timespec="microseconds")
                self._keep(event.name, day, (at, event.event_id, event.value))

    def extend(self, other: Surroundings) -> None:
        """Add the content of another object."""
        self.declared |= other.declared
        self.annotations |= other.annotations
        for (name, day), value in other.controls.items():
            self._keep(name, day, value)

    def with_holidays(self, days: Iterable[tuple[dt.date, str]]) -> Surroundings:
        """Return a copy with public holidays as annotations, except those already annotated."""
        known = {
            (name, day)
            for name, category, first, last in self.annotations.values()
            if category == HOLIDAY
            for day in range(first, last + 1)
        }
        added = {
            f"{HOLIDAY}:{day.isoformat()}:{name}": (name, HOLIDAY, day.toordinal(), day.toordinal())
            for day, name in days
            if (name, day.toordinal()) not in known
        }
        return Surroundings(self.declared, self.annotations | added, self.controls)

    def has_parents(self, channel: str, days: Iterable[int]) -> bool:
        """Whether the shares of a channel name their parents on all of these days (ordinals)."""
        spans = [
            (one.first, one.last)
            for one in self.declared.values()
            if one.has_parents and one.channel == channel and one.type in (None, "share")
        ]
        return all(any(first <= day <= last for first, last in spans) for day in days)

    def _keep(self, name: str, day: int, value: tuple[str, str, float]) -> None:
        known = self.controls.get((name, day))
        if known is None or known < value:
            self.controls[name, day] = value

    def context(self, start: dt.date, n_days: int) -> Context:
        """Annotations and controls as columns over the days of a window.

        Annotations with the same name share a column. A constant column is omitted.
        """
        import numpy as np

        from chalicelib.attribution.observations import Context

        begin = start.toordinal()
        marked: dict[str, Any] = {}
        holidays = {
            name for name, category, _, _ in self.annotations.values() if category == HOLIDAY
        }
        for name, _, first, last in self.annotations.values():
            days = marked.setdefault(name, np.zeros(n_days))
            days[max(first - begin, 0) : max(last - begin + 1, 0)] = 1.0
        marked = {name: days for name, days in sorted(marked.items()) if np.ptp(days) > 0}
        values: dict[str, Any] = {}
        for (name, day), (_, _, value) in self.controls.items():
            if 0 <= day - begin < n_days:
                values.setdefault(name, np.full(n_days, np.nan))[day - begin] = value
        values = {name: days for name, days in sorted(values.items()) if _varies(days)}
        return Context(
            names=tuple(marked),
            columns=np.column_stack(list(marked.values())) if marked else None,
            holidays=frozenset(holidays & marked.keys()),
            control_names=tuple(values),
            controls=np.column_stack(list(values.values())) if values else None,
        )

    def shown_annotations(self, start: dt.date, end: dt.date) -> list[AnnotatedSpan]:
        """The annotations that reach into a window, by first day: name, category, from, to."""
        found = sorted(
            (first, last, name, category)
            for name, category, first, last in self.annotations.values()
            if first <= end.toordinal() and last >= start.toordinal()
        )
        return [
            {
                "name": name,
                "category": category,
                "from": dt.date.fromordinal(first).isoformat(),
                "to": dt.date.fromordinal(last).isoformat(),
            }
            for first, last, name, category in found
        ]

    def as_json(self) -> dict[str, Any]:
        """JSON-able; `from_json` reads it."""
        return {
            "declared": {key: astuple(one) for key, one in self.declared.items()},
            "annotations": self.annotations,
            "controls": [(*key, *value) for key, value in self.controls.items()],
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Surroundings:
        """The surroundings of `as_json`."""
        return cls(
            {key: Declared(*one) for key, one in raw["declared"].items()},
            {key: tuple(one) for key, one in raw["annotations"].items()},
            {(name, day): tuple(value) for name, day, *value in raw["controls"]},
        )


def _varies(values: Any) -> bool:
    import numpy as np

    return bool(np.nanmax(values) > np.nanmin(values))
