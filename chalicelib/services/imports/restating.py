"""What a replay says anew of rows that were imported already.

A replay takes the rows that were refused. But rows hang together: the sum of a day stands with the
last of its rows, and of several rows about the same thing on the same day each bears a number. Once
a refused row is imported, the sum is another and the numbers move on; what stands in the store then
has to follow, or the row that is new would be lost in it, or take another's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.model.errors import ExportRefused
from chalicelib.services.imports.import_chunks import Restatement
from chalicelib.storage.import_records import Import, Place, Replay
from chalicelib.storage.objects import ObjectGoneError

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import RawEvent, RowOutcome

_IDENTITY = ("event_id", "occurred_at", "user_id")
_THING = ("occurred_at", "channel", "goal", "campaign_id", "content_id", "user_id")
_IDENTIFYING_FIELDS = ("event_id", "account")


class EarlierReading:
    """The same file as it was read before, to hold rows against.

    Parameters
    ----------
    outcomes : iterator
        What `rows.numbered` gives of the earlier reading.
    may_renumber : bool
        Whether events with other ids, about the same things, are those whose number has moved on.
    """

    def __init__(
        self, outcomes: Iterator[tuple[int, RowOutcome]], *, may_renumber: bool = True
    ) -> None:
        self._outcomes = outcomes
        self._may_renumber = may_renumber
        self._ahead: tuple[Place, RowOutcome] | None = None

    def restated(self, place: Place, now: RowOutcome) -> Restatement | None:
        """What is to be stored again of a row that was imported before.

        None if the row says what it said, or something altogether different: then it stays as it
        was imported, because its old events would stay beside the new ones.
        """
        from chalicelib.importers.outcomes import Imported

        then = self._at(place)
        if not isinstance(then, Imported) or not isinstance(now, Imported):
            return None
        if then.events == now.events:
            return None
        more = len(now.events) - len(then.events)
        known = {_identity(event): event for event in then.events}
        if all(_identity(event) in known for event in now.events):
            changed = (e for e in now.events if known[_identity(e)] != e)
            return Restatement(tuple(changed), more)
        if self._may_renumber and _things(then.events) == _things(now.events):
            return Restatement(now.events, more)
        return None

    def _at(self, place: Place) -> RowOutcome | None:
        while self._ahead is None or self._ahead[0] < place:
            try:
                following = next(self._outcomes, None)
            except (ExportRefused, ObjectGoneError):  # the new reading will find that out as well
                following = None
            if following is None:
                return None
            number, outcome = following
            self._ahead = (outcome.part, outcome.row, number), outcome
        return self._ahead[1] if self._ahead[0] == place else None


def reads_alike(before: Import, replay: Replay) -> bool:
    """Whether a replay reads the file with the very options with which it was read."""
    return _options(before) == _options(replay)


def may_renumber(before: Import, replay: Replay) -> bool:
    """Whether a replay leaves alone what ids are made of and events do not show."""
    return (before.platform, before.account, _identifying(before.mapping)) == (
        replay.platform,
        replay.account,
        _identifying(replay.mapping),
    )


def _options(asked: Import | Replay) -> tuple[Any, ...]:
    return asked.platform, asked.spread, asked.currency, asked.account, asked.mapping


def _identifying(mapping: dict[str, Any] | None) -> tuple[Any, ...]:
    told = mapping or {}
    columns = [
        (name, field)
        for name, field in told.get("columns", {}).items()
        if field in _IDENTIFYING_FIELDS
    ]
    return columns, told.get("constants", {}).get("account")


def _identity(event: RawEvent) -> tuple[Any, ...]:
    return tuple(event.get(name) for name in _IDENTITY)


def _things(events: tuple[RawEvent, ...]) -> set[tuple[Any, ...]]:
    """What events are about, without what they say of it."""
    return {tuple(event.get(name) for name in _THING) for event in events}
