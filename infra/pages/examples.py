"""Requests and answers for the documentation, from the recorded ones of tests/goldens/http.

The recorded answers are compared with those of the service in every test run, so examples are
never out of date.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.pages.markdown import code, indented

RECORDED = Path(__file__).parents[2] / "tests" / "goldens" / "http"
READABLE = 2_500
"""Characters of an answer that a reader still reads."""

_ID = re.compile(r"\{(?:short_)?(?:fit|import|receipt|link)(?:_\d)?(?:_id)?\}")
_KEY_ID = re.compile(r"\{\w+_id\}")
_PART = re.compile(r"\{\w+\}")


class NoExample(Exception):
    """No recorded request has an answer that could be shown."""


@dataclass(frozen=True, slots=True)
class Example:
    """A request and its answer.

    Attributes
    ----------
    call : str
        Method and target, such as ``GET /v1/roi?channel=facebook``.
    sent : object
        The body of the request; None if it has none.
    status : int
    body : dict
        The JSON of the answer.
    """

    call: str
    sent: Any
    status: int
    body: dict[str, Any]

    def shown(self, most: int | None = None, without: Sequence[str] = ()) -> str:
        """Markdown of the example.

        Parameters
        ----------
        most : int, optional
            Longest list of objects; the rest of it is left out.
        without : sequence of str
            Fields of the answer to leave out.
        """
        body = {name: value for name, value in self.body.items() if name not in without}
        body = body if most is None else shortened(body, most)
        request = self.call if self.sent is None else f"{self.call}\n\n{indented(self.sent)}"
        answer = indented(body)
        if self.status != 200:
            return f"{code(request, 'http')}\n\nAnswer ({self.status}):\n\n{code(answer, 'json')}"
        return f"{code(request, 'http')}\n\n{code(answer, 'json')}"


@functools.cache
def recorded() -> tuple[Example, ...]:
    """Every recorded request that succeeded and has a JSON object as its answer."""
    return tuple(_recorded())


def _recorded() -> Iterator[Example]:
    for file in sorted(RECORDED.glob("*.json")):
        for exchange in json.loads(file.read_text(encoding="utf-8")):
            request, answer = exchange["request"], exchange["answer"]
            body = answer.get("body")
            if answer["status"] < 300 and isinstance(body, dict):
                text = json.dumps([request["call"], request.get("body"), body])
                call, sent, body = json.loads(_KEY_ID.sub(_key_id, _ID.sub(_time_ordered_id, text)))
                yield Example(call, sent, answer["status"], body)


def of_call(call: str) -> Example:
    """The first recorded example of exactly this method and target.

    Raises
    ------
    NoExample
    """
    for example in recorded():
        if example.call == call:
            return example
    raise NoExample(call)


def of_route(method: str, path: str) -> Example:
    """The largest example of a route that is still readable, otherwise its smallest.

    Raises
    ------
    NoExample
    """
    target = re.compile(rf"{method} {_PART.sub('[^/?]+', path)}(\?.*)?")
    found = [one for one in recorded() if target.fullmatch(one.call)]
    if not found:
        raise NoExample(f"{method} {path}")
    sizes = [len(json.dumps([one.sent, one.body])) for one in found]
    readable = [size for size in sizes if size <= READABLE]
    return found[sizes.index(max(readable) if readable else min(sizes))]


def shortened(value: Any, most: int) -> Any:
    """A value in which lists of objects have at most so many entries."""
    if isinstance(value, dict):
        return {name: shortened(one, most) for name, one in value.items()}
    if isinstance(value, list):
        long = any(isinstance(one, dict) for one in value)
        return [shortened(one, most) for one in (value[:most] if long else value)]
    return value


def _time_ordered_id(name: re.Match[str]) -> str:
    """An id as the service makes them, always the same for a name of the recorder."""
    return f"20260315T100002Z-{hashlib.sha256(name[0].encode()).hexdigest()[:8]}"


def _key_id(name: re.Match[str]) -> str:
    return hashlib.sha256(name[0].encode()).hexdigest()[:12]
