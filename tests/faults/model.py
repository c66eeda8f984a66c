"""The dictionary that the service must equal: acknowledged events by their identity.

It reads the answers to requests and the content of uploaded files, and never what is stored.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.importers import Imported, read_export
from chalicelib.importers.mappings.mapping import parse_mapping
from chalicelib.model.errors import ExportRejected
from chalicelib.model.events import Engagement, Event, parse_event
from tests.faults.sent import Sent

Identity = tuple[str, dt.datetime, str | None]
Kept = tuple[str, dt.datetime, str | None, str]


class Model:
    """The expected state of the service.

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

    def acknowledge(self, raws: list[dict[str, Any]], answer: Any) -> list[dict[str, Any]]:
        """Add the events that an answer acknowledges; return the events that must be sent again."""
        back = answer.get("not_stored", [])
        assert answer["accepted"] + len(answer["rejected"]) + len(back) == len(raws)
        left = {*back, *(one["index"] for one in answer["rejected"])}
        for index, raw in enumerate(raws):
            if index not in left:
                self._keep(parse_event(raw), None)
        # Events that were handed back may be stored or not; the client sends them again.
        return [raws[index] for index in back]

    def take(self, sent: Sent, *, spread: bool) -> None:
        """Add the events of a file."""
        mapping = None if sent.mapping is None else parse_mapping(sent.mapping)
        try:
            outcomes = list(
                read_export(io.BytesIO(sent.body), currency="EUR", spread=spread, mapping=mapping)
            )
        except ExportRejected:  # a weekly report is rejected as a whole
            return
        for outcome in outcomes:
            if isinstance(outcome, Imported):
                for raw in outcome.events:
                    self._keep(parse_event(raw), sent.key)

    def remove(self, key: str) -> int:
        """Remove the events that a file was the last to write; return their number."""
        own = [identity for identity, origin in self.origins.items() if origin == key]
        for identity in own:
            del self.events[identity], self.origins[identity]
        return len(own)

    def kept(self, user_hash: Callable[[str], str]) -> Iterator[Kept]:
        """The expected stored events; people by their hash, without erased people."""
        for (_, _, person), event in self.events.items():
            if person is not None:
                hashed = None if person in self.erased else user_hash(person)
                event = event.model_copy(update={"user_id": hashed})
            yield kept(event)

    def engagements(self) -> dict[str, int]:
        """The number of engagements by channel."""
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
    """The identity and the content of a stored event."""
    person = getattr(event, "user_id", None)
    return event.event_id, event.occurred_at, person, event.model_dump_json()
