"""Any events lead to numbers or reasons in strict JSON, never to a crash or a NaN."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from typing import Any

import numpy as np
import pytest

from chalicelib.model.errors import UnusableInput
from chalicelib.model.events import Conversion, Event, parse_event
from chalicelib.services import answers
from chalicelib.services.fitting.estimation import fit_events

CHANNELS = ("facebook", "twitter", "google_ads", "xing", "youtube")
AS_OF = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def draw_events(seed: int) -> list[Event]:
    """Some engagement types and conversions: identified, anonymous, constant or mixed."""
    rng = np.random.default_rng(seed)
    people = int(rng.choice([2, 30, 400]))
    days = int(rng.choice([6, 16, 35, 45, 70]))
    raw: list[dict[str, Any]] = []

    def add(kind: str, day: float, **more: Any) -> None:
        when = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)
        raw.append(
            {"kind": kind, "event_id": f"e{len(raw)}", "occurred_at": when.isoformat()} | more
        )

    for channel in CHANNELS[: int(rng.integers(1, 6))]:
        paid = channel == "google_ads"
        what = {
            "channel": channel,
            "type": "click" if paid else str(rng.choice(["like", "impression"])),
            "paid": paid,
        }
        form = str(rng.choice(["known", "known", "anonymous", "constant"]))
        for number in range(days if form == "constant" else int(rng.choice([3, 80, 900]))):
            if form == "constant":
                add("engagement", number, **what, count=7)
            elif form == "anonymous":
                add("engagement", rng.random() * days, **what, count=int(rng.integers(1, 9)))
            else:
                user = f"u{int(people * rng.random() ** 2)}"
                add("engagement", rng.random() * days, **what, user_id=user)
    known = rng.random() < 0.6
    for _ in range(int(rng.choice([0, 15, 60, 500]))):
        value = {"amount": f"{rng.lognormal(4, 1.5):.2f}", "currency": "EUR"}
        who = {"user_id": f"u{int(people * rng.random())}"} if known else {}
        refund = bool(rng.random() < 0.1)
        add("conversion", rng.random() * days, goal="purchase", value=value, refund=refund, **who)
    fee = {"amount": "900", "currency": "EUR"}
    add("cost", -10, channel="facebook", amount=fee, period_days=60)
    return [parse_event(event) for event in raw]


@pytest.mark.parametrize("seed", range(60))
def test_every_number_is_finite_or_null_with_a_reason(seed: int) -> None:
    events = draw_events(seed)
    asked: dict[str, Any] = {"window": None, "currency": "EUR", "as_of": AS_OF, "fit_id": "f"}
    if not any(isinstance(event, Conversion) for event in events):
        with pytest.raises(UnusableInput, match="no conversion"):
            fit_events(events, **asked)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        document = fit_events(events, **asked)
    roi, equivalence = answers.roi(document), answers.equivalence(document)

    json.dumps([document, roi, equivalence], allow_nan=False)
    for channel in roi["channels"]:
        assert channel["roi"]["estimate"] is not None or channel["reasons"]
        for engagement in channel["engagements"]:
            known = engagement["conversions_per_engagement"]["estimate"] is not None
            assert known == (engagement["method"] is not None)
            assert known or engagement["reasons"]
    assert equivalence["ratio"]["estimate"] is not None or equivalence["reasons"]
