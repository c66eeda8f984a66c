"""``dialogue FILES``: what people say and how they are answered, from files, without a service."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files
from chalicelib.cli.option_values import day_value
from chalicelib.model.days import zone_of
from chalicelib.model.events import SPANS, Coverage, Event
from chalicelib.services.dialogue.dialogue_answer import DIALOGUE_TABLE, dialogue_rows
from chalicelib.services.dialogue.dialogue_asking import answer_dialogue
from chalicelib.services.dialogue.dialogue_question import (
    CRITICISM,
    FALSE_ALARMS_PER_YEAR,
    Asked,
    ranges_of,
)
from chalicelib.services.dialogue.stored_talk import ReadTalk, is_of_messages
from chalicelib.services.dialogue.talk import Talk


@dataclasses.dataclass(slots=True)
class FileTalk:
    """The messages of files."""

    read: ReadTalk = dataclasses.field(default_factory=lambda: ReadTalk(Talk(), set()))

    def add(self, event: Event) -> None:
        """Add an event."""
        if isinstance(event, Coverage) and is_of_messages(event):
            self.read.covered.append(event)
        if not isinstance(event, SPANS):
            self.read.days.add(event.day)
            self.read.talk.add(event)


def add_parser(subparsers: Any) -> None:
    """Add ``dialogue``."""
    parser = subparsers.add_parser(
        "dialogue",
        help="estimate mood, response times, share of voice, and find alarms",
        description=(
            "Estimate from comments, mentions, reviews and the brand's replies: the mood, "
            "corrected with messages that a person has checked; how soon criticism is answered, "
            "with the messages that still wait; the share of voice; and days with unusually much "
            "criticism."
        ),
    )
    add_question_options(parser, of_goal=False)
    parser.add_argument("--channel", help="only messages of this channel")
    parser.add_argument(
        "--hours",
        metavar="HOURS",
        help="working hours of the team, such as mon-fri/09:00-17:00/Europe/Berlin",
    )
    parser.add_argument(
        "--criticism",
        type=float,
        default=CRITICISM,
        metavar="SENTIMENT",
        help="sentiment that is still criticism (default %(default)s)",
    )
    parser.add_argument(
        "--rounding",
        type=float,
        metavar="STEP",
        help="round stars to a multiple of this, such as 0.5, before they are classed",
    )
    parser.add_argument(
        "--false-alarms",
        type=float,
        default=FALSE_ALARMS_PER_YEAR,
        metavar="N",
        help="false alarms a year that are acceptable (default %(default)s)",
    )
    for name, which in (("--before-from", "first"), ("--before-to", "last")):
        parser.add_argument(
            name,
            type=day_value,
            metavar="DAY",
            help=f"{which} day of the range with which the mood is compared; default: as many days "
            "just before the answer's",
        )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer."""
    return answer_files(options, _answer, lambda _options: FileTalk())


def _answer(options: argparse.Namespace, read: Read[FileTalk]) -> Shown:
    asked = Asked(
        start=options.start,
        end=options.end,
        as_of=options.as_of,
        channel=options.channel,
        hours=options.hours,
        criticism=options.criticism,
        rounding=options.rounding,
        false_alarms=options.false_alarms,
        before_start=options.before_from,
        before_end=options.before_to,
    )
    asked.check()
    found = read.collected.read
    ranges = ranges_of(
        asked,
        last_day=max(found.days, default=None),
        zone=zone_of(options.time_zone),
        now=read.now,
    )
    answer = answer_dialogue(found, asked, ranges)
    return Shown(answer, dialogue_rows(answer), DIALOGUE_TABLE.columns, (answer["sentence"],))
