"""Actual, baseline and incremental conversions per day, stacked."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator, Sequence

from chalicelib.model.channels import title_of
from chalicelib.report.findings import Answer
from chalicelib.report.number_words import count_format, day_words, span_words
from chalicelib.report.sentences import goal_words
from chalicelib.report.svg_marks import Scale, box, drawing, line, outline

WIDTH, HEIGHT = 1000.0, 240.0
COLOURS = 7
"""Number of colours in the style sheet; further channels are shown together."""
OTHERS = "other channels"


def day_chart(answer: Answer) -> str:
    """Return the chart of a decomposition as HTML; empty if there is none."""
    days = answer["days"]
    if not days:
        return ""
    layers = _layers(days)
    tops = [sum(heights) for heights in zip(*(heights for _, heights in layers), strict=True)]
    actual = [day["actual"] for day in days]
    highest = max([*tops, *(value for value in actual if value is not None), 1.0])
    y = Scale(0.0, highest * 1.05, HEIGHT)
    x = Scale(0.0, float(max(len(days) - 1, 1)), WIDTH)
    body = "".join(
        line(0, HEIGHT - y.at(tick), WIDTH, HEIGHT - y.at(tick), "grid") for tick in y.ticks(4)
    )
    body += "".join(_spans(answer, days, x))
    below = [0.0] * len(days)
    for number, (_, heights) in enumerate(layers):
        top = [one + more for one, more in zip(below, heights, strict=True)]
        for run in _runs([day["baseline"]["estimate"] is not None for day in days]):
            body += outline(_area(run, below, top, x, y), f"layer l{number}", closed=True)
        below = top
    for run in _runs([value is not None for value in actual]):
        points = [(x.at(n), HEIGHT - y.at(actual[n])) for n in run]
        body += outline(points if len(points) > 1 else points * 2, "actual")
    unit = "week" if answer["step_days"] == 7 else "day"
    noun = goal_words(answer["goal"])
    label = f"{noun} per {unit} from {span_words(answer['from'], answer['to'])}"
    form = count_format(highest)
    ticks = "".join(
        f'<span style="bottom:{y.percent(tick)}">{form(tick)}</span>' for tick in y.ticks(4)
    )
    dates = "".join(
        f'<span style="left:{x.percent(float(n))}">{html.escape(text)}</span>'
        for n, text in _date_ticks(days)
    )
    return (
        f'<figure class="days"><div class="frame"><div class="y" aria-hidden="true">{ticks}</div>'
        f"{drawing(body, WIDTH, HEIGHT, label, 'parts')}"
        f'<div class="x" aria-hidden="true">{dates}</div></div>'
        f"{_legend(layers, noun, unit)}{_marked(answer)}</figure>"
    )


def _layers(days: Sequence[Answer]) -> list[tuple[str, list[float]]]:
    """Return the name and the height per day of each layer, the baseline first.

    Channels that seem to reduce conversions are not drawn, because a layer cannot be negative.
    """
    base = [
        max((day["baseline"]["estimate"] or 0.0) + day["context"] + day["shocks"], 0.0)
        for day in days
    ]
    totals = {
        channel: [max(day["incremental"][channel]["estimate"] or 0.0, 0.0) for day in days]
        for channel in days[0]["incremental"]
    }
    ranked = sorted(totals, key=lambda channel: -sum(totals[channel]))
    ranked = [channel for channel in ranked if sum(totals[channel]) > 0]
    layers = [("baseline", base)]
    layers += [(title_of(channel), totals[channel]) for channel in ranked[: COLOURS - 1]]
    rest = [totals[channel] for channel in ranked[COLOURS - 1 :]]
    if rest:
        layers.append((OTHERS, [sum(heights) for heights in zip(*rest, strict=True)]))
    return layers


def _area(
    run: Sequence[int], below: Sequence[float], top: Sequence[float], x: Scale, y: Scale
) -> list[tuple[float, float]]:
    upper = [(x.at(n), HEIGHT - y.at(top[n])) for n in run]
    lower = [(x.at(n), HEIGHT - y.at(below[n])) for n in reversed(run)]
    return [*upper, *lower]


def _runs(known: Sequence[bool]) -> Iterator[list[int]]:
    """Yield the runs of days with a value."""
    run: list[int] = []
    for number, one in enumerate(known):
        if one:
            run.append(number)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _spans(answer: Answer, days: Sequence[Answer], x: Scale) -> Iterator[str]:
    first = dt.date.fromisoformat(days[0]["date"])
    for kind, spans in (("noted", answer["annotations"]), ("shock", answer["shocks"])):
        for span in spans:
            begin, end = (
                (dt.date.fromisoformat(span[key]) - first).days / answer["step_days"]
                for key in ("from", "to")
            )
            left = x.at(begin)
            yield box(left, 0, max(x.at(end) - left, 3.0), HEIGHT, kind)


def _date_ticks(days: Sequence[Answer]) -> Iterator[tuple[int, str]]:
    """Yield the first days of months, not more than six of them."""
    begins = [
        number
        for number, day in enumerate(days)
        if number == 0 or day["date"][:7] != days[number - 1]["date"][:7]
    ]
    if len(begins) > 1 and begins[1] - begins[0] < len(days) / 12:
        begins = begins[1:]
    step = -(-len(begins) // 6)
    for number in begins[::step]:
        date = dt.date.fromisoformat(days[number]["date"])
        yield number, f"{date.day} {date:%b}"


def _legend(layers: Sequence[tuple[str, list[float]]], noun: str, unit: str) -> str:
    items = [f'<li><i class="swatch line"></i>actual {html.escape(noun)} per {unit}</li>']
    items += [
        f'<li><i class="swatch l{number}"></i>{html.escape(name)}</li>'
        for number, (name, _) in reversed(list(enumerate(layers)))
    ]
    return f'<ul class="legend">{"".join(items)}</ul>'


def _marked(answer: Answer) -> str:
    """Return what the shaded days are."""
    items = [
        f"{html.escape(one['name'])} ({span_words(one['from'], one['to'])})"
        for one in answer["annotations"]
    ]
    if answer["shocks"]:
        days = ", ".join(day_words(one["from"]) for one in answer["shocks"][:5])
        more = len(answer["shocks"]) - 5
        days += f" and {more} more" if more > 0 else ""
        items.append(f"unexplained changes: {days}")
    return f"<figcaption>Shaded: {'; '.join(items)}.</figcaption>" if items else ""
