"""docs/answers.md: what each answer means, with a recorded example of each."""

from __future__ import annotations

import re

from chalicelib.model.codes import CODES
from infra.pages import examples
from infra.pages.markdown import DOCS, filled

READ_IN_WORDS = "GET /v1/roi?channel=facebook"
_DIRECTIVE = re.compile(
    r"example (?P<call>[A-Z]+ \S+)(?: lists (?P<most>\d+))?(?: without (?P<without>[\w, ]+))?"
)


def answers_page() -> str:
    """docs/answers.md."""
    parts = {text: _example(text) for text in _directives()}
    return filled("answers.md", parts | {"reading": _reading()})


def shown_calls() -> tuple[str, ...]:
    """Method and path of every example of the page, in its order."""
    calls = (_parsed(text)["call"].partition("?")[0] for text in _directives())
    return tuple(dict.fromkeys(calls))


def _reading() -> str:
    """The example of the ROI in words."""
    body = examples.of_call(READ_IN_WORDS).body
    channel = body["channels"][0]
    amount = f"{channel['cost']:,.0f} {body['currency']}"
    goal = f"{_interval(channel['incremental_conversions'])} additional {body['goal']}s"
    verdict = CODES[channel["verdict"]]
    return (
        f"In words: {channel['channel'].capitalize()} cost {amount} and led to {goal}. The ROI is "
        f"{_interval(channel['roi'], 2)}. {verdict.meaning} The brackets are 95 % intervals."
    )


def _interval(estimate: dict[str, float], digits: int = 0) -> str:
    bounds = (f"{estimate[name]:.{digits}f}" for name in ("ci_low", "ci_high"))
    return f"{estimate['estimate']:.{digits}f} ({' to '.join(bounds)})"


def _directives() -> list[str]:
    template = (DOCS / "templates" / "answers.md").read_text(encoding="utf-8")
    return re.findall(r"^\{(example [^{}\n]+)\}$", template, flags=re.MULTILINE)


def _example(text: str) -> str:
    given = _parsed(text)
    most = int(given["most"]) if given["most"] else None
    without = [one.strip() for one in (given["without"] or "").split(",") if one]
    return examples.of_call(given["call"]).shown(most, without)


def _parsed(text: str) -> re.Match[str]:
    found = _DIRECTIVE.fullmatch(text)
    if found is None:
        raise ValueError(f"not an example: {text}")
    return found
