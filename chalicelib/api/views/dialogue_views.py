"""GET /v1/dialogue and /v1/dialogue/sample."""

from __future__ import annotations

from chalicelib import wiring
from chalicelib.api.calls import Call, wrong_parameter
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Routes
from chalicelib.services.dialogue.checking_sample import (
    DEFAULT_SAMPLE,
    MAX_SAMPLE,
    SAMPLE_TABLE,
    DialogueSample,
    draw_sample,
    sample_rows,
)
from chalicelib.services.dialogue.dialogue_answer import DIALOGUE_TABLE, Dialogue, dialogue_rows
from chalicelib.services.dialogue.dialogue_asking import dialogue
from chalicelib.services.dialogue.dialogue_question import (
    CRITICISM,
    FALSE_ALARMS_PER_YEAR,
    Asked,
)

views = Routes("dialogue", "Mood, response times, open criticism and alarms.")


@views.route(
    "GET",
    "/v1/dialogue",
    roles=("read",),
    params=(
        *("from", "to", "as_of", "channel", "hours", "criticism", "rounding", "false_alarms"),
        *("before_from", "before_to"),
    ),
    tabular=True,
    answer=Dialogue,
)
def get_dialogue(call: Call) -> Answer:
    """Get what people say about the brand, how soon it answers, and days with much criticism.

    Without `from` and `to`, it covers the last 28 days with data. The table has a row for each
    day.
    """
    answer = dialogue(call.store, _asked(call), now=call.now, analyse_by=wiring.analyse_dialogue)
    return Answer(answer, rows=dialogue_rows(answer), columns=DIALOGUE_TABLE.columns)


@views.route(
    "GET",
    "/v1/dialogue/sample",
    roles=("read",),
    params=("n", "from", "to", "as_of", "channel", "criticism"),
    tabular=True,
    answer=DialogueSample,
)
def get_dialogue_sample(call: Call) -> Answer:
    """Draw messages for a person to check, by lot within each class of the classifier.

    The same request draws the same messages, and a larger `n` adds to them.
    """
    size = call.whole_number("n")
    if size is not None and not 1 <= size <= MAX_SAMPLE:
        raise wrong_parameter("n", "out_of_range", f"must be from 1 to {MAX_SAMPLE}")
    answer = draw_sample(call.store, _asked(call), size=size or DEFAULT_SAMPLE, now=call.now)
    return Answer(answer, rows=sample_rows(answer), columns=SAMPLE_TABLE.columns)


def _asked(call: Call) -> Asked:
    start, end = call.period()
    criticism, false_alarms = call.number("criticism"), call.number("false_alarms")
    return Asked(
        start=start,
        end=end,
        as_of=call.moment("as_of"),
        channel=call.query.get("channel"),
        hours=call.query.get("hours"),
        criticism=CRITICISM if criticism is None else criticism,
        rounding=call.number("rounding"),
        false_alarms=FALSE_ALARMS_PER_YEAR if false_alarms is None else false_alarms,
        before_start=call.date("before_from"),
        before_end=call.date("before_to"),
    )
