"""The keys of records (JSON, XML) that are not read: their names, and the sums of their metrics.

Nothing is declared: an importer gets objects that note which of their keys it asks for, so a key
that is named here is one that no code has looked at. Memory does not grow with the file: of each
path of keys there is one note, and there are at most `MAX_PATHS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, SupportsIndex, overload

from chalicelib.importers.tables.unread import MAX_HEADING, is_metric

MAX_PATHS = 1_000
"""So many paths of keys are noted; an object whose keys are ids or names has no end of them."""

MAX_LEVELS = 4
"""Objects in objects that are looked into; deeper ones are named as a whole."""

OF_ANOTHER = "it is of a person, an account or another post, not of the record"
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
    """What is known of the keys of the objects in one place.

    Attributes
    ----------
    read : set of str
        The keys that were asked for.
    below : dict
        Key -> the note of the objects under it.
    sums : dict
        Key that was not read -> the sum of its numbers; None if they are not added up.
    """

    __slots__ = ("below", "read", "sums")

    def __init__(self, read: Iterable[str] = ()) -> None:
        self.read = set(read)
        self.below: dict[str, _Note] = {}
        self.sums: dict[str, Decimal | None] = {}

    def note_read(self, key: str) -> None:
        """Notes that a key was asked for; code that asks for thousands of them reads all."""
        self.read.add(key)
        if len(self.read) > MAX_PATHS:
            self.read = _AllKeys(("",))


class _AllKeys(set[str]):
    """The keys of an object that is read whole, whatever they are."""

    def __contains__(self, key: object) -> bool:
        return True


class _Object(dict[str, Any]):
    """A JSON object that notes which of its keys are asked for."""

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

    def __iter__(self) -> Iterator[str]:  # else `dict(...)` takes the values past `__getitem__`
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
    """A JSON array whose objects note which of their keys are asked for."""

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
    """The keys of a file's records that are not read; grows while they are imported.

    Parameters
    ----------
    read : iterable of str
        Keys that are read, of records that cannot note it by themselves.
    left_out : mapping of str to str
        A path of keys, as ``details.likes`` -> why it, and all below it, is not read.
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
        """Whether any key was asked for."""
        return bool(self._root.read)

    def observed(self, value: Any) -> Any:
        """An object or an array that notes which keys are asked for; anything else as it is.

        A value that is observed as a part of another record becomes a record itself.
        """
        if isinstance(value, _Object):
            value = plain_object(value)
        return self._wrapped(value, self._root)

    def observed_whole(self, document: Any) -> Any:
        """As `observed`, of a document that is in memory: its numbers are added up at the end."""
        self._whole.append(document)
        return self.observed(document)

    def add(self, record: Any) -> None:
        """Adds up the numbers of a record that was imported."""
        self._add(record, self._root, 0)

    def columns(self) -> list[tuple[str, Decimal | None, str, bool]]:
        """As of `UnreadColumns`: (name, sum, why, whether it looks like a metric) of each."""
        while self._whole:
            self.add(self._whole.pop())
        found = list(self._unread(self._root, (), ""))
        return [*found, ("(further keys)", None, TOO_MANY, False)] if self._is_full else found

    def _unread(
        self, note: _Note, path: tuple[str, ...], why: str
    ) -> Iterator[tuple[str, Decimal | None, str, bool]]:
        """The keys below a place that were not asked for.

        Of objects that were counted or found to be there, and not looked into, none.
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
        """The note of the objects under a key; where there are too many, one that is not kept."""
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
    """A record with other values under some keys; it notes what is asked for if the record does."""
    plain = {**plain_object(record), **values}
    return _Object(plain, record._note, record._keys) if isinstance(record, _Object) else plain


def is_observed(value: Any) -> bool:
    """Whether an object or an array notes what it is asked for."""
    return isinstance(value, _Object | _Array)


def plain_object(record: dict[str, Any]) -> dict[str, Any]:
    """A record as it was parsed: to make a digest of it is not to read its keys."""
    return dict(dict.items(record))  # `copy` takes the values by `__getitem__`


def _holds_objects(held: Any) -> bool:
    return type(held) is dict or any(type(one) is dict for one in held)


def _words(key: str) -> str:
    """A key in small letters with blanks: ``likeCount`` and ``like_count`` are ``like count``."""
    return _WORDS.sub(" ", key).strip().lower()


def _is_metric(key: str) -> bool:
    words = _words(key)
    if _RATE.search(words):
        return False
    return is_metric(words) or (bool(_COUNTED.search(words)) and is_metric(f"clicks {words}"))


def _shown(path: tuple[str, ...]) -> str:
    """A path of keys as it may be shown to anybody: what may be an id or a person is a star."""
    return ".".join(_shown_key(key) for key in path)[:MAX_HEADING]


def _shown_key(key: str) -> str:
    digits = sum(map(str.isdigit, key))
    return key if _KEY.fullmatch(key) and 2 * digits < len(key) else "*"


def _number(held: Any) -> Decimal | None:
    """A number, or one in text; None if it is neither."""
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
