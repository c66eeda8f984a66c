"""Update imported rows whose events change because a replay imports other rows.

A replay imports the rows that were rejected. Rows depend on each other: the sum of a day is stored
with the last of its rows, and rows about the same thing on the same day are numbered. Importing a
rejected row changes the sum and shifts the numbers. The stored events must be updated too;
otherwise the new row would be missing from the sum, or would overwrite another row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.model.errors import ExportRejected
from chalicelib.services.imports.import_chunks import Restatement
from chalicelib.storage.import_records import Import, Place, Replay
from chalicelib.storage.objects import ObjectGoneError

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import RawEvent, RowOutcome

_IDENTITY = ("event_id", "occurred_at", "user_id")
_THING = ("occurred_at", "channel", "goal", "campaign_id", "content_id", "user_id")
_IDENTIFYING_FIELDS = ("event_id", "account")


class EarlierReading:
    """The same file read with the earlier options, for comparison.

    Parameters
    ----------
    outcomes : iterator
        From `import_chunks.numbered`, with the earlier options.
    may_renumber : bool
        Whether events about the same things under other ids are the same events with shifted
        numbers.
    """

    def __init__(
        self, outcomes: Iterator[tuple[int, RowOutcome]], *, may_renumber: bool = True
    ) -> None:
        self._outcomes = outcomes
        self._may_renumber = may_renumber
        self._ahead: tuple[Place, RowOutcome] | None = None

    def restated(self, place: Place, current: RowOutcome) -> Restatement | None:
        """Return what to store again of a row that was imported before.

        Return None if the row is unchanged. Also return None if it is about something different:
        storing it again would not replace its old events, so it stays as it was imported.
        """
        from chalicelib.importers.outcomes import Imported

        earlier = self._at(place)
        if not isinstance(earlier, Imported) or not isinstance(current, Imported):
            return None
        if earlier.events == current.events:
            return None
        more = len(current.events) - len(earlier.events)
        known = {_identity(event): event for event in earlier.events}
        if all(_identity(event) in known for event in current.events):
            changed = (e for e in current.events if known[_identity(e)] != e)
            return Restatement(tuple(changed), more)
        if self._may_renumber and _things(earlier.events) == _things(current.events):
            return Restatement(current.events, more)
        return None

    def _at(self, place: Place) -> RowOutcome | None:
        while self._ahead is None or self._ahead[0] < place:
            try:
                following = next(self._outcomes, None)
            except (ExportRejected, ObjectGoneError):  # the reading with new options also fails
                following = None
            if following is None:
                return None
            number, outcome = following
            self._ahead = (outcome.part, outcome.row, number), outcome
        return self._ahead[1] if self._ahead[0] == place else None


def reads_alike(before: Import, replay: Replay) -> bool:
    """Whether a replay has the same reading options as the import."""
    return _options(before) == _options(replay)


def may_renumber(before: Import, replay: Replay) -> bool:
    """Whether a replay keeps the inputs of event ids that the events do not contain."""
    return (before.platform, before.account, _identifying(before.mapping)) == (
        replay.platform,
        replay.account,
        _identifying(replay.mapping),
    )


def _options(options: Import | Replay) -> tuple[Any, ...]:
    return options.platform, options.spread, options.currency, options.account, options.mapping


def _identifying(mapping: dict[str, Any] | None) -> tuple[Any, ...]:
    values = mapping or {}
    columns = [
        (name, field)
        for name, field in values.get("columns", {}).items()
        if field in _IDENTIFYING_FIELDS
    ]
    return columns, values.get("constants", {}).get("account")


def _identity(event: RawEvent) -> tuple[Any, ...]:
    return tuple(event.get(name) for name in _IDENTITY)


def _things(events: tuple[RawEvent, ...]) -> set[tuple[Any, ...]]:
    return {tuple(event.get(name) for name in _THING) for event in events}
