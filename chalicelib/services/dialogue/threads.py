"""Which reply of the brand answers which message, and whom a message reached.

A reply answers the message that it names as its parent, and the messages that this one answers in
turn. It also answers an earlier message below its parent: many platforms show only one level, and
name the first message of a conversation as the parent of every reply in it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from chalicelib.services.dialogue.talk import REPLY, Message, Talk

_MOST_LEVELS = 50
"""Levels of a conversation that are followed; also ends circles of parents."""


def first_replies(messages: Sequence[Message], as_of: int) -> dict[str, int]:
    """The first reply of the brand to each message that has one.

    Parameters
    ----------
    messages : sequence of Message
        With the replies.
    as_of : int
        Later replies have not come yet; microseconds since 1970.

    Returns
    -------
    dict
        Event id -> instant of the reply. It is before the message only if all replies that name
        the message as their parent are dated before it, and no other answers it.
    """
    by_id = {one.event_id: one for one in messages}
    direct: dict[str, list[int]] = defaultdict(list)
    below: dict[str, list[int]] = defaultdict(list)
    for reply in messages:
        if reply.type == REPLY and reply.parent_id is not None and reply.at <= as_of:
            direct[reply.parent_id].append(reply.at)
            for ancestor in _ancestors(reply.parent_id, by_id):
                below[ancestor].append(reply.at)
    for times in (*direct.values(), *below.values()):
        times.sort()
    found: dict[str, int] = {}
    for message in messages:
        if message.type == REPLY:
            continue
        name = message.event_id
        above = (direct.get(one, ()) for one in _ancestors(name, by_id))
        later = [
            times[place]
            for times in (direct.get(name, ()), below.get(name, ()), *above)
            if (place := bisect_left(times, message.at)) < len(times)
        ]
        if later:
            found[name] = min(later)
        elif name in direct:
            found[name] = direct[name][-1]
    return found


def reached(talk: Talk) -> Counter[str]:
    """How many reactions and further messages each event has, by its id."""
    by_id = {one.event_id: one for one in talk.messages}
    reach = Counter(talk.reactions)
    for message in talk.messages:
        if message.type != REPLY:
            reach.update(_ancestors(message.event_id, by_id))
    return reach


def _ancestors(name: str, by_id: Mapping[str, Message]) -> Iterator[str]:
    """The parent of an event, its parent, and so on, as far as the messages are known."""
    seen = {name}
    for _ in range(_MOST_LEVELS):
        message = by_id.get(name)
        if message is None or message.parent_id is None or message.parent_id in seen:
            return
        name = message.parent_id
        seen.add(name)
        if name in by_id:
            yield name
