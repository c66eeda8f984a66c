"""The parents that importers name: their ids are those that the same file gives the parents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.importers.files import lines, read
from tests.samples import SAMPLES
from tests.samples.reading import read_sample

EDGES = {
    "bluesky/notifications-with-parents.json": 4,
    "community/discourse-answers.json": 2,
    "community/disqus-answers.xml": 2,
    "community/mf2-answers-to-answers.json": 2,
    "community/reddit-answers.ndjson": 2,
    "company_blog/atom-answers-to-comments.xml": 2,
    "company_blog/wordpress-answers-only.xml": 2,
    "company_blog/wordpress-answers.xml": 4,
    "mastodon/notifications-with-parents.json": 2,
}
"""Sample -> how many of its events name a parent."""


def events_of_sample(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_sample(SAMPLES[name].data, SAMPLES[name].options)["events"]
    return found


@pytest.mark.parametrize("name", EDGES)
def test_a_parent_is_an_earlier_event_of_the_file(name: str) -> None:
    events = {event["event_id"]: event for event in events_of_sample(name)}
    edges = [(one, one["parent_event_id"]) for one in events.values() if "parent_event_id" in one]
    assert len(edges) == EDGES[name]
    for event, parent in edges:
        assert events[parent]["occurred_at"] < event["occurred_at"]


def test_a_repost_names_its_parent_also_if_an_earlier_file_has_it() -> None:
    name = "bluesky/notifications-with-parents.json"
    page = json.loads(SAMPLES[name].data)["notifications"]
    first, second = page[4:5], page[5:6]
    ids = [read(json.dumps({"notifications": part})).events[0] for part in (first, second)]
    assert ids[0]["parent_event_id"] == ids[1]["event_id"]


def test_a_file_that_breaks_off_still_yields_its_first_records_with_parents() -> None:
    name = "mastodon/notifications-with-parents.json"
    records = json.loads(SAMPLES[name].data)
    whole = lines(*records)
    broken = whole + whole.splitlines()[0][:40]
    found = read(broken)
    assert [event.get("parent_event_id") for event in found.events] == [
        event.get("parent_event_id") for event in read(whole).events
    ]
    assert len(found.rejected) == 1


def test_a_post_that_occurs_twice_does_not_answer_itself() -> None:
    name = "mastodon/notifications-with-parents.json"
    reply = json.loads(SAMPLES[name].data)[0]
    reply["status"]["in_reply_to_id"] = reply["status"]["id"]
    events = read(json.dumps([reply, reply | {"id": "6"}])).events
    assert len(events) == 2
    assert all("parent_event_id" not in event for event in events)
