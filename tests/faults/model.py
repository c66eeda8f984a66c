"""The dictionary that the service must equal: events that were acknowledged, by their identity.

It takes in what the service says of requests and what uploaded files mean, and never looks at what
is stored.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.importers import Imported, read_export
from chalicelib.importers.mappings.mapping import parse_mapping
from chalicelib.model.errors import ExportRefused
from chalicelib.model.events import Engagement, Event, parse_event
from tests.faults.sent import Sent

Identity = tuple[str, dt.datetime, str | None]
Kept = tuple[str, dt.datetime, str | None, str]


class Model:
    """What the service should hold.

    Attributes
    ----------
    events : dict of Identity to Event
    origins : dict of Identity to str or None
        Keys of the files that the events come from; None for a request.
    erased : set of str
        People who were erased.
    """

    def __init__(self) -> None:
        self.events: dict[Identity, Event] = {}
        self.origins: dict[Identity, str | None] = {}
        self.erased: set[str] = set()

    def acknowledge(self, raws: list[dict[str, Any]], told: Any) -> list[dict[str, Any]]:
        """Take in what an answer acknowledges; give back what is to be sent again."""
        back = told.get("not_stored", [])
        assert told["accepted"] + len(told["rejected"]) + len(back) == len(raws)
        left = {*back, *(one["index"] for one in told["rejected"])}
        for index, raw in enumerate(raws):
            if index not in left:
                self._keep(parse_event(raw), None)
        # What was handed back may be stored or not; it is sent again, so that it is in the end.
        return [raws[index] for index in back]

    def take(self, sent: Sent, *, spread: bool) -> None:
        """Take in what a file means."""
        mapping = None if sent.mapping is None else parse_mapping(sent.mapping)
        try:
            outcomes = list(
                read_export(io.BytesIO(sent.body), currency="EUR", spread=spread, mapping=mapping)
            )
        except ExportRefused:  # a report by weeks, which is refused as a whole
            return
        for outcome in outcomes:
            if isinstance(outcome, Imported):
                for raw in outcome.events:
                    self._keep(parse_event(raw), sent.key)

    def remove(self, key: str) -> int:
        """Take back what a file has said last; how many events that are."""
        own = [identity for identity, origin in self.origins.items() if origin == key]
        for identity in own:
            del self.events[identity], self.origins[identity]
        return len(own)

    def kept(self, user_hash: Callable[[str], str]) -> Iterator[Kept]:
        """What the store should hold of each event; people by their hash, the erased not at all."""
        for (_, _, person), event in self.events.items():
            if person is not None:
                hashed = None if person in self.erased else user_hash(person)
                event = event.model_copy(update={"user_id": hashed})
            yield kept(event)

    def engagements(self) -> dict[str, int]:
        """How many there were, by channel."""
        counts: Counter[str] = Counter()
        for event in self.events.values():
            if isinstance(event, Engagement):
                counts[event.channel] += event.count
        return dict(counts)

    def _keep(self, event: Event, origin: str | None) -> None:
        identity = event.event_id, event.occurred_at, getattr(event, "user_id", None)
        self.events[identity] = event
        self.origins[identity] = origin


def kept(event: Event) -> Kept:
    """What tells one stored event from another, and its content."""
    person = getattr(event, "user_id", None)
    return event.event_id, event.occurred_at, person, event.model_dump_json()
