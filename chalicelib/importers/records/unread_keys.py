"""The unread keys of records (JSON, XML): their names, and the sums of their metrics.

Nothing is declared: importers get objects that record which keys are accessed, so a listed key is
one that no code accessed. Memory does not grow with the file: each path of keys has one note, and
there are at most `MAX_PATHS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, SupportsIndex, overload

from chalicelib.importers.tables.unread import MAX_HEADING, is_metric

MAX_PATHS = 1_000
"""How many paths of keys are tracked; objects may have ids or names as keys."""

MAX_LEVELS = 4
"""Levels of nested objects that are tracked; a deeper object counts as one key."""

OF_ANOTHER = "it belongs to a person, an account or another post, not to the record"
TOO_MANY = f"there are more than {MAX_PATHS:,} keys"

_OTHERS = re.compile(
    r"(?:.*[ _])?(?:user|author|account|customer|owner|creator|member|profile|reviewer|actor"
    r"|sender|subreddit|channel|page|site|shop|parent|root|reblog|retweeted status|quoted status)"
)
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\W]+")
_KEY = re.compile(r"[A-Za-z_$][\w$:-]{0,59}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?", re.ASCII)
_COUNTED = re.compile(r"\bcount\b|\bfavou?rit|\b(?:up|down)?votes?\b|\breblogs?\b|\bups\b")
_RATE = re.compile(r"\bratio\b")
_NOTHING: tuple[Any, ...] = (None, "", [], {}, False)
NONE: Mapping[str, str] = MappingProxyType({})


class _Note:
    """The keys of the objects at one place.

    Attributes
    ----------
    read : set of str
        The keys that were accessed.
    below : dict
        Key -> the note of the objects under it.
    sums : dict
        Unread key -> sum of its numbers; None if they are not added up.
    """

    __slots__ = ("below", "read", "sums")

    def __init__(self, read: Iterable[str] = ()) -> None:
        self.read = set(read)
        self.below: dict[str, _Note] = {}
        self.sums: dict[str, Decimal | None] = {}

    def note_read(self, key: str) -> None:
        """Record that a key was accessed; if there are too many, assume that all are."""
        self.read.add(key)
        if len(self.read) > MAX_PATHS:
            self.read = _AllKeys(("",))


class _AllKeys(set[str]):
    """The keys of an object that is read completely; contains every key."""

    def __contains__(self, key: object) -> bool:
        return True


class _Object(dict[str, Any]):
    """A JSON object that records which of its keys are accessed."""

    __slots__ = ("_keys", "_note")

    def __init__(self, plain: dict[str, Any], note: _Note, keys: UnreadKeys) -> None:
        super().__init__(plain)
        self._note = note
        self._keys = keys

    def __getitem__(self, key: str) -> Any:
        return self._seen(key, super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        value = super().get(key, default)
        return self._seen(key, value)

    def __iter__(self) -> Iterator[str]:  # without it, `dict(...)` bypasses `__getitem__`
        return super().__iter__()

    def values(self) -> Any:
        return {key: self[key] for key in self}.values()

    def items(self) -> Any:
        return {key: self[key] for key in self}.items()

    def _seen(self, key: str, value: Any) -> Any:
        if key not in self._note.read:
            self._note.note_read(key)
        kind = type(value)
        if kind is dict or kind is list:
            return self._keys._wrapped(value, self._keys._below(self._note, key))
        return value


class _Array(list[Any]):
    """A JSON array whose objects record which of their keys are accessed."""

    __slots__ = ("_keys", "_note")

    def __init__(self, plain: list[Any], note: _Note, keys: UnreadKeys) -> None:
        super().__init__(plain)
        self._note = note
        self._keys = keys

    def __iter__(self) -> Iterator[Any]:
        return (self._keys._wrapped(item, self._note) for item in super().__iter__())

    def __reversed__(self) -> Iterator[Any]:
        return (self._keys._wrapped(item, self._note) for item in super().__reversed__())

    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        found = super().__getitem__(index)
        return self._keys._wrapped(found, self._note)


class UnreadKeys:
    """The unread keys of a file's records; grows while they are imported.

    Parameters
    ----------
    read : iterable of str
        Keys that are read, for records that cannot track access themselves.
    left_out : mapping of str to str
        A path of keys, such as ``details.likes`` -> why it and everything below it is not read.
    """

    what = "key"

    def __init__(self, read: Iterable[str] = (), left_out: Mapping[str, str] = NONE) -> None:
        self._root = _Note(read)
        self._left_out = left_out
        self._whole: list[Any] = []
        self._paths = 0
        self._is_full = False

    @property
    def is_read(self) -> bool:
        """Whether any key was accessed."""
        return bool(self._root.read)

    def observed(self, value: Any) -> Any:
        """Return an object or array that records which keys are accessed; other values unchanged.

        A part of another observed record becomes a record itself.
        """
        if isinstance(value, _Object):
            value = plain_object(value)
        return self._wrapped(value, self._root)

    def observed_whole(self, document: Any) -> Any:
        """Like `observed`, for a whole document in memory; its numbers are added up at the end."""
        self._whole.append(document)
        return self.observed(document)

    def add(self, record: Any) -> None:
        """Add up the numbers of an imported record."""
        self._add(record, self._root, 0)

    def columns(self) -> list[tuple[str, Decimal | None, str, bool]]:
        """Return (name, sum, reason, whether it looks like a metric) of each key."""
        while self._whole:
            self.add(self._whole.pop())
        found = list(self._unread(self._root, (), ""))
        return [*found, ("(further keys)", None, TOO_MANY, False)] if self._is_full else found

    def _unread(
        self, note: _Note, path: tuple[str, ...], why: str
    ) -> Iterator[tuple[str, Decimal | None, str, bool]]:
        """Yield the keys below a place that were not accessed.

        Objects that were only counted or checked for presence, but not accessed, yield nothing.
        """
        for key, total in note.sums.items():
            if key not in note.read:
                here = self._left_out.get(".".join((*path, key)), "") or why
                has_sum = total is not None
                known = here if has_sum or here != OF_ANOTHER else ""
                yield _shown((*path, key)), total or None, known, has_sum
        for key, below in note.below.items():
            if key not in note.read or below.read:
                here = self._left_out.get(".".join((*path, key)), "") or why
                is_of_another = not here and _OTHERS.fullmatch(_words(key))
                yield from self._unread(below, (*path, key), OF_ANOTHER if is_of_another else here)

    def _wrapped(self, value: Any, note: _Note) -> Any:
        kind = type(value)
        if kind is dict:
            return _Object(value, note, self)
        return _Array(value, note, self) if kind is list else value

    def _below(self, note: _Note, key: str) -> _Note:
        """Return the note of the objects under a key; an unstored one if there are too many."""
        below = note.below.get(key)
        if below is None:
            below = _Note()
            if self._has_room():
                note.below[key] = below
        return below

    def _has_room(self) -> bool:
        self._paths += 1
        self._is_full = self._is_full or self._paths > MAX_PATHS
        return self._paths <= MAX_PATHS

    def _add(self, value: Any, note: _Note, level: int) -> None:
        if type(value) is list:
            for item in value:
                if type(item) is dict:
                    self._add(item, note, level)
            return
        if type(value) is not dict:
            return
        read, sums = note.read, note.sums
        for key, held in value.items():
            kind = type(held)
            if kind is dict or kind is list:
                if held and (key in read or level < MAX_LEVELS):
                    self._add_below(key, held, note, level)
            elif key in read:
                continue
            elif key in sums:
                total = sums[key]
                if total is not None and (number := _number(held)) is not None:
                    sums[key] = total + number
            elif held not in _NOTHING and self._has_room():
                sums[key] = (_number(held) or Decimal(0)) if _is_metric(key) else None

    def _add_below(self, key: str, held: Any, note: _Note, level: int) -> None:
        if key not in note.read and not _holds_objects(held):
            if key not in note.sums and self._has_room():
                note.sums[key] = None
        elif level < MAX_LEVELS and (key in note.below or self._has_room()):
            note.below.setdefault(key, _Note())
            self._add(held, note.below[key], level + 1)


def changed(record: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a record with other values for some keys, observed if the record is."""
    plain = {**plain_object(record), **values}
    return _Object(plain, record._note, record._keys) if isinstance(record, _Object) else plain


def is_observed(value: Any) -> bool:
    """Whether an object or array records access to its keys."""
    return isinstance(value, _Object | _Array)


def plain_object(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as parsed, without marking its keys as read; for digests."""
    return dict(dict.items(record))  # `copy` would call `__getitem__`


def _holds_objects(held: Any) -> bool:
    return type(held) is dict or any(type(one) is dict for one in held)


def _words(key: str) -> str:
    """Split a key into lower-case words: ``likeCount`` and ``like_count`` are ``like count``."""
    return _WORDS.sub(" ", key).strip().lower()


def _is_metric(key: str) -> bool:
    words = _words(key)
    if _RATE.search(words):
        return False
    return is_metric(words) or (bool(_COUNTED.search(words)) and is_metric(f"clicks {words}"))


def _shown(path: tuple[str, ...]) -> str:
    """Return a path of keys for display; keys that may be an id or a person become ``*``."""
    return ".".join(_shown_key(key) for key in path)[:MAX_HEADING]


def _shown_key(key: str) -> str:
    digits = sum(map(str.isdigit, key))
    return key if _KEY.fullmatch(key) and 2 * digits < len(key) else "*"


def _number(held: Any) -> Decimal | None:
    """Return a number, also from text; None if it is neither."""
    if isinstance(held, bool):
        return None
    if isinstance(held, str):
        held = held.strip() if len(held) < 30 else ""
        return Decimal(held) if _NUMBER.fullmatch(held) else None
    if isinstance(held, int | float | Decimal):
        try:
            number = Decimal(held) if not isinstance(held, float) else Decimal(repr(held))
        except InvalidOperation:
            return None
        return number if number.is_finite() and number.adjusted() < 18 else None
    return None
