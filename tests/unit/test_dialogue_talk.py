"""Messages from events, which reply answers which message, and whom a message reached."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.attribution.dialogue.bounded import class_said
from chalicelib.model.events import parse_event
from chalicelib.services.dialogue.talk import MOST_PARENTS, Talk
from chalicelib.services.dialogue.threads import first_replies, reached
from tests.factories import make_conversion, make_event

NOON = dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC)
NEVER = 10**18


def at(hours: float) -> str:
    return (NOON + dt.timedelta(hours=hours)).isoformat()


def comment(name: str, hours: float = 0.0, **over: Any) -> dict[str, Any]:
    return make_event(
        **{"event_id": name, "type": "comment", "user_id": None, "occurred_at": at(hours)} | over
    )


def reply(parent: str, hours: float, **over: Any) -> dict[str, Any]:
    return comment(f"r-{parent}-{hours}", hours, type="reply", parent_event_id=parent, **over)


def talk_of(*raw: dict[str, Any]) -> Talk:
    talk = Talk()
    for one in raw:
        talk.add(parse_event(one))
    return talk


def hours_of(*raw: dict[str, Any], as_of: int = NEVER) -> dict[str, float]:
    """Hours from noon to the first reply of each message."""
    noon = int(NOON.timestamp() * 1e6)
    return {
        name: (moment - noon) / 3.6e9
        for name, moment in first_replies(talk_of(*raw).messages, as_of).items()
    }


def test_single_comments_mentions_reviews_and_replies_are_messages() -> None:
    talk = talk_of(
        *(comment(kind, type=kind) for kind in ("comment", "mention", "like")),
        comment("review", type="review", rating=2.0),
        reply("comment", 1),
        make_conversion(),
    )
    assert [one.type for one in talk.messages] == ["comment", "mention", "review", "reply"]
    assert talk.reactions == {}


def test_a_message_keeps_neither_its_text_nor_its_person() -> None:
    talk = talk_of(comment("c1", user_id="anna", campaign_id="spring", sentiment=-0.5))
    (row,) = talk.rows()
    assert row == ["m", "c1", int(NOON.timestamp() * 1e6), "facebook", "comment", None, None, -0.5]
    assert "anna" not in repr(talk)


def test_totals_of_comments_are_no_messages() -> None:
    talk = talk_of(comment("day", count=37), comment("since", lifetime=True), comment("one"))
    assert [one.event_id for one in talk.messages] == ["one"]
    assert talk.totals == {("facebook", "comment"): 38}


def test_reactions_are_counted_for_the_event_that_they_name() -> None:
    talk = talk_of(
        comment("l1", type="like", parent_event_id="c1", count=3),
        comment("s1", type="share", parent_event_id="c1"),
        comment("l2", type="like"),
    )
    assert talk.reactions == {"c1": 4}


def test_rows_give_back_everything() -> None:
    talk = talk_of(
        comment("c1", content_id="post", parent_event_id="c0", sentiment=0.25, about="rival"),
        comment("c2", sentiment_checked=-1.0),
        comment("v1", type="review", rating=1.0),
        reply("c1", 3),
        comment("day", count=37),
        comment("l1", type="like", parent_event_id="c1", count=3),
    )
    again = Talk()
    again.add_rows(talk.rows())
    assert sorted(again.messages) == sorted(talk.messages)
    assert (again.reactions, again.totals) == (talk.reactions, talk.totals)
    assert again.rows() == talk.rows()


def test_rows_of_another_kind_are_an_error() -> None:
    with pytest.raises(ValueError, match="unknown row"):
        Talk().add_rows([["x", 1]])


def test_only_events_with_most_reactions_are_kept() -> None:
    talk = Talk()
    talk.reactions.update({f"e{n}": 1 for n in range(MOST_PARENTS)})
    talk.reactions["loud"] = 2
    rows = talk.rows()
    assert len(rows) == MOST_PARENTS
    assert ["r", "loud", 2] in rows


# --- replies ------------------------------------------------------------------------------------


def test_a_reply_answers_the_message_that_it_names() -> None:
    assert hours_of(comment("c1"), comment("c2"), reply("c1", 5)) == {"c1": 5}


def test_the_first_reply_counts() -> None:
    assert hours_of(comment("c1"), reply("c1", 9), reply("c1", 5)) == {"c1": 5}


def test_a_reply_after_as_of_has_not_come() -> None:
    as_of = int((NOON + dt.timedelta(hours=4)).timestamp() * 1e6)
    assert hours_of(comment("c1"), reply("c1", 5), as_of=as_of) == {}


def test_a_reply_also_answers_what_its_message_answers() -> None:
    below = comment("c2", 1, parent_event_id="c1")
    assert hours_of(comment("c1"), below, reply("c2", 5)) == {"c1": 5, "c2": 5}


def test_a_reply_to_the_first_message_answers_earlier_ones_below_it() -> None:
    early = comment("c2", 1, parent_event_id="c1")
    late = comment("c3", 6, parent_event_id="c1")
    assert hours_of(comment("c1"), early, late, reply("c1", 5)) == {"c1": 5, "c2": 5}


def test_a_reply_to_a_sibling_is_no_answer() -> None:
    siblings = (comment(name, parent_event_id="c1") for name in ("c2", "c3"))
    assert "c3" not in hours_of(comment("c1"), *siblings, reply("c2", 5))


def test_comments_on_the_same_content_are_not_one_conversation() -> None:
    both = (comment(name, content_id="post", parent_event_id="post") for name in ("c1", "c2"))
    assert hours_of(*both, reply("c1", 5, content_id="post")) == {"c1": 5}


def test_a_customer_who_answers_the_brand_waits_for_its_next_reply() -> None:
    first = reply("c1", 1)
    again = comment("c2", 2, parent_event_id=first["event_id"])
    assert hours_of(comment("c1"), first, again) == {"c1": 1}
    assert hours_of(comment("c1"), first, again, reply("c2", 7))["c2"] == 7


def test_a_reply_dated_before_its_message_is_kept_as_it_is() -> None:
    assert hours_of(comment("c1"), reply("c1", -2)) == {"c1": -2}
    assert hours_of(comment("c1"), reply("c1", -2), reply("c1", 3)) == {"c1": 3}


def test_circles_of_parents_end() -> None:
    circle = (comment("c1", parent_event_id="c2"), comment("c2", parent_event_id="c1"))
    assert hours_of(*circle, reply("c1", 5)) == {"c1": 5, "c2": 5}


def test_the_reach_of_a_message_is_its_reactions_and_what_is_below_it() -> None:
    talk = talk_of(
        comment("c1"),
        comment("c2", parent_event_id="c1"),
        comment("c3", parent_event_id="c2"),
        reply("c1", 5),
        comment("l1", type="like", parent_event_id="c1", count=3),
    )
    assert reached(talk) == {"c1": 5, "c2": 1}


@pytest.mark.parametrize("threshold", [-0.25, -1.0, -0.01])
def test_one_sentiment_has_the_class_that_it_has_in_an_array(threshold: float) -> None:
    import numpy as np

    from chalicelib.attribution.dialogue.messages import said_class

    values = [-1.0, -0.26, -0.25, -0.01, 0.0, 0.01, 0.25, 1.0]
    expected = said_class(np.array(values), threshold).tolist()
    assert [class_said(one, threshold) for one in values] == expected
