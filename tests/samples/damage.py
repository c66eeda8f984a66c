"""Damage a file: bytes, cells, JSON values, XML text, and members of a workbook."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from random import Random
from typing import Any

TOKENS = (
    *("", " ", "-", "--", "0", "-1", "1,5", "1.5", "1.234", "1e999", "NaN", "Infinity", "∞"),
    *("9" * 30, "-" + "9" * 30, "0.00000000001", "=1+1", "=cmd|' /C calc'!A0", "'0123", "12:30"),
    *("2026-02-30", "1/2/2026", "31.12.9999", "0001-01-01", "9999-12-31", "2026-06-01T10:00:00Z"),
    *("true", "null", "[]", "{}", '"', '""', "\\", "\0", "\r", "\n", "\r\n", "\t", ";", ",", "|"),
    *("\ufeff", "\u00ad", "\u200b", "\u00a0", "\u202e", "é", "٣", "①", "²", "𝟙", "\udcff"),
    *("<!ENTITY a 'b'>", "<x>", "</x>", "]]>", "&#0;", "&lt;", "<!--", "Total", "Gesamt", "EUR"),
    *(
        "% 5",
        "€5",
        "$1,234.50",
        "< 10",
        "Jun 31, 2026",
        "x" * 5000,
        ";" * 300,
        "[" * 300,
        "{" * 300,
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**40, -(10**40), 1.5, 1e300, "", "x", "-1", "1e999", "\ud800"),
    *([], {}, [[]], [None], {"a": {}}, "2026-02-30", "9999-12-31T23:59:59-23:59", 2**63, "0" * 400),
)
WORDS = re.compile(r"[\w.:+-]+")


@dataclass(frozen=True)
class Mutation:
    """A kind of damage and the seed that decides its place."""

    kind: str
    seed: int


KINDS = (
    *("flip", "cut", "repeat", "insert", "truncate", "cell", "cell", "word", "word", "line"),
    *("value", "value", "value", "key", "encode", "member", "splice"),
)


def mutate(data: bytes, mutations: list[Mutation], other: bytes) -> bytes:
    """Return a file with some damage."""
    for mutation in mutations:
        random = Random(mutation.seed)
        data = _MUTATORS[mutation.kind](data, random, other)[:400_000]
    return data


def _place(data: bytes | str, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _flip(data: bytes, random: Random, _other: bytes) -> bytes:
    if not data:
        return b"\xff"
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, random: Random, _other: bytes) -> bytes:
    at = _place(data, random)
    return data[:at] + data[at + random.randrange(1, 200) :]


def _repeat(data: bytes, random: Random, _other: bytes) -> bytes:
    at, size = _place(data, random), random.randrange(1, 500)
    return data[:at] + data[at : at + size] * random.randrange(2, 6) + data[at + size :]


def _insert(data: bytes, random: Random, _other: bytes) -> bytes:
    at, token = _place(data, random), random.choice(TOKENS)
    return data[:at] + token.encode("utf-8", "surrogatepass") + data[at:]


def _truncate(data: bytes, random: Random, _other: bytes) -> bytes:
    return data[: _place(data, random)]


def _splice(data: bytes, random: Random, other: bytes) -> bytes:
    return data[: _place(data, random)] + other[_place(other, random) :]


def _encode(data: bytes, random: Random, _other: bytes) -> bytes:
    codec = random.choice(("utf-16", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "gzip"))
    if codec == "gzip":
        return gzip.compress(data)
    return _text(data).encode(codec, "replace")


def _cell(data: bytes, random: Random, _other: bytes) -> bytes:
    """Replace a cell by a token."""
    text = _text(data)
    lines = text.split("\n")
    row = random.randrange(len(lines))
    delimiter = max("\t;,", key=lines[row].count)
    cells = lines[row].split(delimiter)
    cells[random.randrange(len(cells))] = random.choice(TOKENS)
    lines[row] = delimiter.join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _word(data: bytes, random: Random, _other: bytes) -> bytes:
    """Replace a word or number by a token."""
    text = _text(data)
    words = list(WORDS.finditer(text))
    if not words:
        return data
    word = random.choice(words)
    text = text[: word.start()] + random.choice(TOKENS) + text[word.end() :]
    return text.encode("utf-8", "surrogatepass")


def _line(data: bytes, random: Random, _other: bytes) -> bytes:
    """Move, remove or repeat a line."""
    lines = data.split(b"\n")
    line = lines.pop(random.randrange(len(lines)))
    for _ in range(random.randrange(3)):
        lines.insert(random.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _value(data: bytes, random: Random, _other: bytes) -> bytes:
    """Replace a value in JSON."""

    def replace(holder: Any, key: Any) -> None:
        holder[key] = random.choice(VALUES)

    return _in_json(data, random, replace)


def _key(data: bytes, random: Random, _other: bytes) -> bytes:
    """Remove a key from JSON."""

    def remove(holder: Any, key: Any) -> None:
        del holder[key]

    return _in_json(data, random, remove)


def _in_json(data: bytes, random: Random, change: Any) -> bytes:
    text = _text(data)
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return _word(data, random, b"")
    head, body = text[:start], text[start:]
    lines = body.splitlines() if "\n{" in body else [body]
    index = random.randrange(len(lines))
    try:
        document = json.loads(lines[index])
    except (ValueError, RecursionError):
        return _word(data, random, b"")
    places = _places(document) if isinstance(document, dict | list) else []
    if not places:
        return data
    change(*random.choice(places))
    lines[index] = json.dumps(document)
    return (head + "\n".join(lines)).encode("utf-8", "surrogatepass")


def _places(value: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    if depth > 60 or not isinstance(value, dict | list):
        return []
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += _places(inner, depth + 1)
    return found


def _member(data: bytes, random: Random, _other: bytes) -> bytes:
    """Damage a member of a workbook or archive and zip it again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError):
        return _flip(data, random, b"")
    if not members:
        return data
    name = random.choice(sorted(members))
    members[name] = random.choice((_word, _word, _cut, _flip))(members[name], random, b"")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return packed.getvalue()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


_MUTATORS = {
    "flip": _flip,
    "cut": _cut,
    "repeat": _repeat,
    "insert": _insert,
    "truncate": _truncate,
    "cell": _cell,
    "word": _word,
    "line": _line,
    "value": _value,
    "key": _key,
    "encode": _encode,
    "member": _member,
    "splice": _splice,
}
