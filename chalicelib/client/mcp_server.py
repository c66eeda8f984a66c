"""Likeworth for AI assistants: the answers as read-only tools of the Model Context Protocol.

Every tool returns the answer of the API as it is, and explains each of its codes next to it: an
assistant that repeats a number also sees why the number may be wrong. It uses the official SDK
(package `mcp`), which only ``likeworth mcp`` needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from chalicelib import __version__
from chalicelib.client.api_client import Json, Likeworth, Problem, Unreachable

INSTRUCTIONS = """\
Likeworth estimates what likes, shares, followers, reviews and ad clicks brought incrementally:
what would not have happened without them. Rules for your answers:

1. Never give a number without its interval (ci_low to ci_high). A null bound does not exist.
2. Never leave out a warning. `explained` has the title, the meaning and the severity of every code
   of the answer. With severity do_not_act, say that the number must not be acted on. With caution,
   say what may be wrong.
3. null with a reason means that the data cannot answer the question. Say so, say why, and say what
   would help (`help`). Do not estimate it yourself, and do not combine numbers of an answer.
4. Credit of classical models (tool attribution) is not an effect. Do not call it one.
"""
CODE_FIELDS = ("reasons", "warnings", "credit_reasons")
SEVERITIES = ("do_not_act", "caution", "note")
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def build_server(brand: Likeworth) -> MCPServer[Any]:
    """Return the server with its tools; `run` of it serves standard input and output."""
    server: MCPServer[Any] = MCPServer(
        "likeworth",
        title="Likeworth",
        instructions=INSTRUCTIONS,
        version=__version__,
        log_level="WARNING",
    )
    registry: dict[str, Json] = {}

    def explained(answer: Json) -> Json:
        """Add the meaning of each code, the most severe first."""
        if not registry:
            registry.update({one["code"]: dict(one) for one in brand.codes()["codes"]})
        found = {code.partition(":")[0] for code in codes_in(answer)}
        known = [registry[code] for code in found if code in registry]
        known.sort(key=lambda one: (SEVERITIES.index(one["severity"]), one["code"]))
        return {**answer, "explained": known}

    def tool(read: Callable[..., Json]) -> None:
        server.tool(annotations=READ_ONLY, structured_output=False)(read)

    def asked(path: str, **query: str | None) -> Json:
        try:
            return explained(brand.get(path, **query))
        except (Problem, Unreachable) as error:
            raise ToolError(str(error)) from error

    def roi(
        goal: str | None = None,
        channel: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """ROI, incremental conversions and revenue of each channel, with intervals and verdict.

        Days are YYYY-MM-DD, inclusive; without them the whole window of the latest fit counts.
        """
        return asked("/v1/roi", goal=goal, channel=channel, start=start, end=end)

    def equivalence(
        engagement: str,
        baseline: str = "google_ads/click",
        goal: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """What one engagement (e.g. facebook/like) is worth in engagements of a baseline."""
        return asked(
            "/v1/equivalence",
            engagement=engagement,
            baseline=baseline,
            goal=goal,
            start=start,
            end=end,
        )

    def equivalences(
        goal: str | None = None, start: str | None = None, end: str | None = None
    ) -> Json:
        """Every pair of engagement types: what one is worth in the other, and the verdict."""
        return asked("/v1/equivalences", goal=goal, start=start, end=end)

    def audiences(
        channel: str | None = None,
        size: int | None = None,
        goal: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """What following a page causes, and what a follower and `size` followers are worth."""
        followers = None if size is None else str(size)
        return asked(
            "/v1/audiences", channel=channel, size=followers, goal=goal, start=start, end=end
        )

    def virality(goal: str | None = None, start: str | None = None, end: str | None = None) -> Json:
        """How many further shares a share brings, and whether content spreads by itself."""
        return asked("/v1/virality", goal=goal, start=start, end=end)

    def dialogue(
        channel: str | None = None,
        hours: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """Mood, response times, unanswered criticism, share of voice, days with much criticism.

        `hours`: working hours of the team, such as ``mon-fri/09:00-17:00/Europe/Berlin``.
        """
        return asked("/v1/dialogue", channel=channel, hours=hours, start=start, end=end)

    def search_effects(
        channel: str | None = None,
        only_through_search: str | None = None,
        rounding: str | None = None,
        goal: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """Search visits per engagement, how much may come through search, and what stars do.

        `only_through_search`: a cause (channel/type) known to work through search alone.
        """
        return asked(
            "/v1/search-effects",
            channel=channel,
            only_through_search=only_through_search,
            rounding=rounding,
            goal=goal,
            start=start,
            end=end,
        )

    def response_curves(channel: str | None = None, goal: str | None = None) -> Json:
        """What a channel would bring at more or less spend, and the value of its next euro."""
        return asked("/v1/response-curves", channel=channel, goal=goal)

    def plan(
        days: int = 28,
        budget: float | None = None,
        freeze: list[str] | None = None,
        move_at_most: float | None = None,
        margin: float | None = None,
        goal: str | None = None,
    ) -> Json:
        """Where the next euro goes: move, stay or test first, with the gain and its chance.

        `budget` is for all days; without it as much as now. `freeze`: channels whose spend stays.
        `margin`: the part of the revenue that counts, such as 0.4. Nothing is changed or stored.
        """
        given: Json = {
            "budget": budget,
            "freeze": freeze,
            "move_at_most": move_at_most,
            "margin": margin,
        }
        body = {name: value for name, value in given.items() if value is not None}
        try:
            return explained(dict(brand.plan(goal=goal, days=days, **body)))
        except (Problem, Unreachable) as error:
            raise ToolError(str(error)) from error

    def design(
        channel: str,
        kind: str | None = None,
        days: int | None = None,
        effect: float | None = None,
        margin: float | None = None,
        goal: str | None = None,
    ) -> Json:
        """What an experiment on a channel would find, what it costs, and whether it is worth it.

        `kind`: holdout or switchback. `effect`: the effect that a holdout should find, as a share
        of the conversions.
        """
        numbers = {"days": days, "effect": effect, "margin": margin}
        texts = {name: None if value is None else str(value) for name, value in numbers.items()}
        return asked("/v1/experiments/design", channel=channel, kind=kind, goal=goal, **texts)

    def switchback(
        channel: str,
        first_day: str,
        days: int | None = None,
        block: int | None = None,
        margin: float | None = None,
        goal: str | None = None,
    ) -> Json:
        """What a finished switchback shows: what a channel brings per unit of spend.

        `first_day`, `days` and `block` as in its design.
        """
        numbers = {"days": days, "block": block, "margin": margin}
        texts = {name: None if value is None else str(value) for name, value in numbers.items()}
        return asked(
            "/v1/experiments/switchback", channel=channel, first_day=first_day, goal=goal, **texts
        )

    def engagements(
        goal: str | None = None, start: str | None = None, end: str | None = None
    ) -> Json:
        """Count, incremental conversions and value of each engagement type."""
        return asked("/v1/engagements", goal=goal, start=start, end=end)

    def attribution(
        model: str | None = None,
        goal: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """Credit by classical models (last click, Shapley, ...) next to incremental effects."""
        return asked("/v1/attribution", model=model, goal=goal, start=start, end=end)

    def decomposition(
        goal: str | None = None, start: str | None = None, end: str | None = None
    ) -> Json:
        """Conversions per day: actual, baseline, shocks, incremental part of each channel."""
        return asked("/v1/decomposition", goal=goal, start=start, end=end)

    def coverage(start: str | None = None, end: str | None = None) -> Json:
        """The days for which each source has data, and gaps. A missing day is not a zero."""
        return asked("/v1/coverage", start=start, end=end)

    def fits() -> Json:
        """The latest fits: when they were made, from which days, and whether they failed."""
        return asked("/v1/fits")

    def codes() -> Json:
        """The meaning of every reason, warning and verdict, and what would help."""
        return asked("/v1/codes")

    answers = (
        *(roi, equivalence, equivalences, engagements, audiences, virality),
        *(search_effects, dialogue, response_curves, plan, design),
        switchback,
    )
    for read in (*answers, attribution, decomposition, coverage, fits, codes):
        tool(read)
    return server


def codes_in(answer: Any) -> Iterator[str]:
    """Yield the reasons, warnings and verdicts of an answer, at any depth."""
    if isinstance(answer, list):
        for one in answer:
            yield from codes_in(one)
    elif isinstance(answer, dict):
        for name, value in answer.items():
            if name == "verdict" and isinstance(value, str):
                yield value
            elif name in CODE_FIELDS and isinstance(value, list):
                yield from (one for one in value if isinstance(one, str))
            else:
                yield from codes_in(value)
