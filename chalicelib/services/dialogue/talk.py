"""Single messages, and what was counted beside them, from events. No text and no person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.model.events import Engagement, Event
from chalicelib.model.events.event_models import MAY_BE_OTHERS

REPLY = "reply"
MESSAGE_TYPES = MAY_BE_OTHERS
"""Types whose single engagements are messages: comments, mentions, reviews, and own replies."""
MOST_PARENTS = 5_000
"""Events for which the reactions of a day and shard are kept; those with most reactions stay."""

_MESSAGE, _REACTIONS, _TOTAL = "m", "r", "t"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)

Row = list[Any]


class Message(NamedTuple):
    """A comment, mention or review, or a reply of the brand."""

    event_id: str
    at: int
    """Microseconds since 1970-01-01 00:00 UTC."""
    channel: str
    type: str
    content_id: str | None = None
    parent_id: str | None = None
    sentiment: float | None = None
    checked: float | None = None
    """The sentiment that a person read in the text."""
    rating: float | None = None
    about: str | None = None
    """Another company that the message is about."""


@dataclass(slots=True)
class Talk:
    """The messages of some days."""

    messages: list[Message] = field(default_factory=list)
    reactions: Counter[str] = field(default_factory=Counter)
    """Other engagements that name an event as their parent, by the event's id."""
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Messages that are known only as totals, by channel and type."""

    def noting(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield the events, and add each."""
        for event in events:
            self.add(event)
            yield event

    def add(self, event: Event) -> None:
        """Add an event; most are no messages."""
        if not isinstance(event, Engagement):
            return
        if event.type not in MESSAGE_TYPES:
            if event.parent_event_id is not None:
                self.reactions[event.parent_event_id] += event.count
        elif event.count > 1 or event.lifetime:
            self.totals[event.channel, event.type] += event.count
        else:
            self.messages.append(
                Message(
                    event.event_id,
                    (event.occurred_at - _EPOCH) // _MICROSECOND,
                    event.channel,
                    event.type,
                    event.content_id,
                    event.parent_event_id,
                    event.sentiment,
                    event.sentiment_checked,
                    event.rating,
                    event.about,
                )
            )

    def rows(self) -> list[Row]:
        """Everything as rows that can be written as JSON, in a fixed order."""
        rows: list[Row] = []
        for one in sorted(self.messages, key=lambda message: (message.at, message.event_id)):
            row: Row = [_MESSAGE, *one]
            while row[-1] is None:
                row.pop()
            rows.append(row)
        most = sorted(self.reactions.items(), key=lambda one: (-one[1], one[0]))[:MOST_PARENTS]
        rows += [[_REACTIONS, parent, count] for parent, count in sorted(most)]
        rows += [[_TOTAL, *source, count] for source, count in sorted(self.totals.items())]
        return rows

    def add_rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add what `rows` returned.

        Raises
        ------
        ValueError
            For a row of another kind.
        """
        for what, *values in rows:
            match what:
                case "m":
                    self.messages.append(Message(*values))
                case "r":
                    self.reactions[values[0]] += values[1]
                case "t":
                    self.totals[values[0], values[1]] += values[2]
                case _:
                    raise ValueError(f"unknown row of messages: {what!r}")
