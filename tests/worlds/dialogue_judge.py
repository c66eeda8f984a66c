"""The comparison of the answers about the dialogue with the truth, and their tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.dialogue.alarms import find_alarms
from chalicelib.attribution.dialogue.bounded import Bounded
from chalicelib.attribution.dialogue.messages import BRAND, said_class
from chalicelib.attribution.dialogue.mood import Mood, estimate_mood
from chalicelib.attribution.dialogue.mood_change import compare_moods
from chalicelib.attribution.dialogue.response import estimate_response
from chalicelib.attribution.dialogue.voice import share_of_voice
from tests.worlds.dialogue import (
    CHANGE_WORLDS,
    MOOD_WORLDS,
    RESPONSE_WORLDS,
    ChangeWorld,
    MoodWorld,
    ResponseWorld,
    simulate_mood,
    simulate_response,
)
from tests.worlds.dialogue_days import (
    ALARM_WORLDS,
    VOICE_WORLDS,
    DaysWorld,
    VoiceWorld,
    add_storm,
    simulate_days,
    simulate_voice,
)

DIALOGUE_WORLDS: dict[str, MoodWorld | ChangeWorld | ResponseWorld | DaysWorld | VoiceWorld] = {
    **MOOD_WORLDS,
    **CHANGE_WORLDS,
    **RESPONSE_WORLDS,
    **ALARM_WORLDS,
    **VOICE_WORLDS,
}
STORMS = (3.0, 5.0, 10.0)
FIRST_STORM = 90
_BETWEEN_STORMS = 45


@dataclass(frozen=True)
class DialogueVerdict:
    """One world at one seed.

    Attributes
    ----------
    figures : dict
        By the heading of the table; None where there is nothing to compare. Tables show means.
    """

    world: str
    seed: int
    figures: dict[str, float | None]


def judge_dialogue(name: str, seed: int) -> DialogueVerdict:
    """Simulate a world, estimate, compare."""
    match DIALOGUE_WORLDS[name]:
        case MoodWorld() as world:
            figures = _of_mood(world, seed)
        case ChangeWorld() as world:
            figures = _of_change(world, seed)
        case ResponseWorld() as world:
            figures = _of_response(world, seed)
        case DaysWorld() as world:
            figures = _of_days(world, seed)
        case VoiceWorld() as world:
            figures = _of_voice(world, seed)
    return DialogueVerdict(name, seed, figures)


def _of_mood(world: MoodWorld, seed: int) -> dict[str, float | None]:
    messages, elsewhere, true = simulate_mood(world, seed)
    found = estimate_mood(messages, elsewhere)
    share = np.bincount(true, minlength=3) / true.size
    said = said_class(messages.sentiment, -0.25)
    naive = float(np.mean(said == 0))
    half = 1.96 * np.sqrt(naive * (1.0 - naive) / true.size)
    missed = float(np.sum((true == 0) & (said != 0)))
    negative = found.negative
    return {
        "true share": float(share[0]),
        "classifier's error": naive - float(share[0]),
        "classifier covers": float(abs(naive - share[0]) <= half),
        "error": None if negative.estimate is None else negative.estimate - float(share[0]),
        "negative covered": _holds(negative, float(share[0])),
        "neutral covered": _holds(found.neutral, float(share[1])),
        "positive covered": _holds(found.positive, float(share[2])),
        "width": _width(negative),
        "missed covered": _holds(found.missed_criticism, missed),
        "rejected": float(found.method is None),
        "warned": float(bool(found.warnings)),
    }


def _of_change(world: ChangeWorld, seed: int) -> dict[str, float | None]:
    before, now = (
        estimate_mood(simulate_mood(one, 1_000 * number + seed)[0])
        for number, one in enumerate((world.before, world.now), 1)
    )
    found = compare_moods(before, now)
    truth = world.now.mood[0] - world.before.mood[0]
    single = compare_moods(_without_threads(before), _without_threads(now))
    return {
        "true change": truth,
        "mean change": found.negative.estimate,
        "covered": _holds(found.negative, truth),
        "change claimed": float(found.verdict in ("better", "worse")),
        "claimed without threads": float(single.verdict in ("better", "worse")),
        "not estimable": float(found.verdict == "not_estimable"),
    }


def _without_threads(mood: Mood) -> Mood:
    assert mood.scatter is not None
    assert mood.negative.estimate is not None
    share = mood.negative.estimate
    scatter = replace(mood.scatter, variance=share * (1 - share) / mood.messages, degrees=1e9)
    return replace(mood, scatter=scatter)


def _of_response(world: ResponseWorld, seed: int) -> dict[str, float | None]:
    data = simulate_response(world, seed)
    found = estimate_response(data.messages, data.as_of).customer
    alone = replace(data.messages, thread=np.arange(data.messages.time.size))
    single = estimate_response(alone, data.as_of).customer
    hours = 24.0 * (data.messages.reply_time - data.messages.time)
    answered = hours[data.messages.reply_time <= data.as_of]
    return {
        "true share within 24 h": data.within_24h,
        "share within 24 h": found.within_24h.estimate,
        "of answered": float(np.mean(answered <= 24.0)),
        "true median": data.median,
        "median": found.median_hours.estimate,
        "median of answered": float(np.median(answered)),
        "1 h covered": _holds(found.within_1h, data.within_1h),
        "24 h covered": _holds(found.within_24h, data.within_24h),
        "median covered": _holds(found.median_hours, data.median, open_above=True),
        "24 h covered without threads": _holds(single.within_24h, data.within_24h),
    }


def _of_days(world: DaysWorld, seed: int) -> dict[str, float | None]:
    simulated = simulate_days(world, seed)
    criticism = simulated.criticism
    days = find_alarms(simulated.messages, criticism)[world.warm_up :]
    last = np.array(
        [np.nan] * 7
        + [
            float(criticism[d] > criticism[d - 7 : d].mean() + 3 * criticism[d - 7 : d].std(ddof=1))
            for d in range(7, criticism.size)
        ]
    )[world.warm_up :]
    figures: dict[str, float | None] = {
        "false alarms a year": float(sum(day.verdict == "shitstorm" for day in days)),
        "buzz a year": float(sum(day.verdict == "buzz" for day in days)),
        "mean + 3 sd of 7 days": float(last.sum()),
    }
    starts = (
        [world.warm_up + 3]
        if world.warm_up < FIRST_STORM - 4 or world.old_storm
        else range(FIRST_STORM + seed % _BETWEEN_STORMS, criticism.size - 2, _BETWEEN_STORMS)
    )
    for factor in STORMS:
        found = []
        for start in starts:
            storm = find_alarms(*add_storm(simulated, start, factor, seed))[-2:]
            found.append(any(day.verdict == "shitstorm" for day in storm))
        figures[f"storm × {factor:.0f} found"] = float(np.mean(found))
    return figures


def _of_voice(world: VoiceWorld, seed: int) -> dict[str, float | None]:
    time, about = simulate_voice(world, seed)
    found = share_of_voice(time, about, 0.0, float(world.days))
    share = next(one.share for one in found.voices if one.about == BRAND)
    assert share.estimate is not None
    half = 1.96 * np.sqrt(share.estimate * (1 - share.estimate) / time.size)
    return {
        "true share": world.share,
        "share": share.estimate,
        "covered": _holds(share, world.share),
        "width": _width(share),
        "binomial covers": float(abs(share.estimate - world.share) <= half),
    }


def _holds(found: Bounded, truth: float, *, open_above: bool = False) -> float | None:
    if found.ci_low is None or (found.ci_high is None and not open_above):
        return None
    return float(found.ci_low <= truth <= (np.inf if found.ci_high is None else found.ci_high))


def _width(found: Bounded) -> float | None:
    if found.ci_low is None or found.ci_high is None:
        return None
    return found.ci_high - found.ci_low


DIALOGUE_TABLES = (
    ("mood", MOOD_WORLDS),
    ("change of mood", CHANGE_WORLDS),
    ("response time", RESPONSE_WORLDS),
    ("alarms", ALARM_WORLDS),
    ("share of voice", VOICE_WORLDS),
)
"""Names of the tables of docs/accuracy.md, and their worlds."""


def dialogue_table(verdicts: Iterable[DialogueVerdict], worlds: Iterable[str]) -> str:
    """A line per world with results: means over the seeds."""
    rows = list(verdicts)
    lines: list[str] = []
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        if not mine:
            continue
        headings = list(mine[0].figures)
        if not lines:
            lines = [
                f"| world | seeds | {' | '.join(headings)} |",
                f"|{'---|' * (len(headings) + 2)}",
            ]
        cells = [_mean([v.figures[heading] for v in mine]) for heading in headings]
        lines.append(f"| {name} | {len(mine)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _mean(numbers: Iterable[float | None]) -> str:
    known = [number for number in numbers if number is not None]
    if not known:
        return "–"
    mean = float(np.mean(known))
    return f"{mean:.1f}" if abs(mean) >= 10 else f"{mean:.3f}"
