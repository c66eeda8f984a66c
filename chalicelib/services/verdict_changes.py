"""Which verdicts a new fit changes, as a message for a webhook.

Only verdicts are compared, not numbers: every fit moves numbers, and a message about each would be
ignored. The answers of both fits are computed by the same code, so that a message can only be about
the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from typing_extensions import TypedDict

from chalicelib.model import channels
from chalicelib.model.codes import CODES, title_of
from chalicelib.services.answer_fields import Estimate, Window
from chalicelib.services.answers import Roi, roi
from chalicelib.services.answers.channels_roi import ChannelReturn, ChannelVerdict
from chalicelib.services.fitting.fit_documents import FitDocument

MOST_SHOWN = 20
"""Changes that the text lists; `changes` has all of them."""


class VerdictChange(TypedDict):
    """A channel whose verdict differs from that of the previous fit."""

    goal: str
    channel: str
    before: ChannelVerdict | None
    after: ChannelVerdict | None
    roi: Estimate | None
    reasons: list[str]
    warnings: list[str]


class FitNamed(TypedDict):
    """The fit that changed the verdicts."""

    id: str
    window: Window


class VerdictMessage(TypedDict):
    """The body of a webhook. Slack shows its `text`."""

    event: Literal["verdict_changed"]
    text: str
    tenant: str
    fit: FitNamed
    changes: list[VerdictChange]


def verdict_message(tenant: str, before: FitDocument, after: FitDocument) -> VerdictMessage | None:
    """Return the message about a new fit, or None if it changes no verdict.

    Parameters
    ----------
    tenant : str
    before, after : dict
        Documents of the previous fit and of the new one, both of the default window.
    """
    changes = list(verdict_changes(before, after))
    if not changes:
        return None
    window = after["window"]
    lines = [f"Likeworth: the fit up to {window['to']} changes {_number(len(changes))}."]
    lines += [_line(one) for one in changes[:MOST_SHOWN]]
    if len(changes) > MOST_SHOWN:
        lines.append(f"... and {len(changes) - MOST_SHOWN} more.")
    return {
        "event": "verdict_changed",
        "text": "\n".join(lines),
        "tenant": tenant,
        "fit": {"id": after["id"], "window": window},
        "changes": changes,
    }


def verdict_changes(before: FitDocument, after: FitDocument) -> Iterator[VerdictChange]:
    """Yield the channels whose verdict changed, by goal, for the goals of both fits."""
    for goal in sorted(before["goals"].keys() & after["goals"].keys()):
        old, new = (_by_channel(roi(document, goal=goal)) for document in (before, after))
        for channel in sorted(old.keys() | new.keys()):
            was, now = old.get(channel), new.get(channel)
            verdicts = was and was["verdict"], now and now["verdict"]
            if verdicts[0] != verdicts[1]:
                yield {
                    "goal": goal,
                    "channel": channel,
                    "before": verdicts[0],
                    "after": verdicts[1],
                    "roi": now and now["roi"],
                    "reasons": list(now["reasons"]) if now else [],
                    "warnings": list(now["warnings"]) if now else [],
                }


def _by_channel(answer: Roi) -> dict[str, ChannelReturn]:
    return {one["channel"]: one for one in answer["channels"]}


def _line(change: VerdictChange) -> str:
    name = channels.title_of(change["channel"])
    if change["after"] is None:
        return f"- {name} ({change['goal']}): no longer in the data"
    before = "new" if change["before"] is None else f"before: {title_of(change['before'])}"
    parts = [f"- {name} ({change['goal']}): {title_of(change['after'])} ({before})"]
    estimate = change["roi"]
    if estimate and estimate["estimate"] is not None:
        low, high = (_bound(estimate[name]) for name in ("ci_low", "ci_high"))
        parts.append(f"ROI {estimate['estimate']:.2f} ({low} to {high})")
    cautions = [
        title_of(code)
        for code in (*change["reasons"], *change["warnings"])
        if (entry := CODES.get(code.partition(":")[0])) and entry.severity != "note"
    ]
    if cautions:
        parts.append("; ".join(dict.fromkeys(cautions)))
    return ". ".join(parts)


def _bound(value: float | None) -> str:
    return "no bound" if value is None else f"{value:.2f}"


def _number(count: int) -> str:
    return "1 verdict" if count == 1 else f"{count} verdicts"
