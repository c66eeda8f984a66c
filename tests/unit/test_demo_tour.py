"""The tour of the demo: sending the data, and the text of the estimates."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.demo import tour
from chalicelib.demo.brand import BRAND, History, simulate
from chalicelib.demo.brand_data import count_events
from chalicelib.demo.truth import truth_of
from chalicelib.local.exchanges import Request, Response
from chalicelib.local.installation import Installation
from chalicelib.local.server import HttpServer
from chalicelib.local.service import LocalService

TODAY = dt.datetime.now(dt.UTC).date()


A_MONDAY = dt.date(2026, 11, 23)
"""A fixed day: the true ratio of a brand depends on the weekdays of its window."""


def _history(n_people: int = 120, n_days: int = 40, today: dt.date = TODAY) -> History:
    return simulate(replace(BRAND, n_people=n_people, n_days=n_days), 2, today=today)


def _nothing(_share: float, _note: str) -> None:
    pass


def _estimate(
    estimate: float | None, low: float | None = None, high: float | None = None
) -> dict[str, float | None]:
    return {"estimate": estimate, "ci_low": low, "ci_high": high}


def _answers(
    ratio: dict[str, Any], *, compared: str = "not_estimable", **over: Any
) -> tour.Answers:
    channel = {
        "channel": "facebook",
        "cost": 12000.0,
        "incremental_conversions": _estimate(500.0, 400.0, 600.0),
        "roi": _estimate(1.5, 1.0, None),
        "verdict": "profitable",
        "reasons": [],
    }
    return tour.Answers(
        roi={"channels": [channel | over]},
        equivalence={
            "engagement": {"channel": "facebook", "type": "like", "paid": False},
            "baseline": {"channel": "google_ads", "type": "click", "paid": True},
            "ratio": ratio,
            "verdict": compared,
            "reasons": ["too_few_conversions"],
        },
        audiences={
            "channels": [
                {
                    "summary": "A follower brings 9 EUR.",
                    "follower": {"conversions_per_follower_day": _estimate(0.009, 0.004, 0.014)},
                }
            ]
        },
        virality={"summary": "Each share brings 0.40 further shares."},
        dialogue={"sentence": "15 % of the messages are negative."},
        search={
            "causes": [
                {"channel": "facebook", "type": "like", "sentence": "A like brings nothing."},
                {"channel": "community", "type": "mention", "sentence": "A mention brings 5."},
            ],
            "stars": {"sentence": "A star more sells 9 % more."},
        },
    )


def test_the_tour_works_for_a_small_brand(tmp_path: Path) -> None:
    import app

    history = _history()
    service = LocalService(app, Installation(tmp_path), port=0)
    service.start()
    try:
        api = tour.Api(service.url, service.create_key("demo", "admin", currency="EUR"))
        tour.declare_people(api)
        shares: list[float] = []
        sent = tour.load_events(api, history, lambda share, _note: shares.append(share))
        files = tour.drop_files(service, "demo", history)
        tour.wait_for_imports(service, api, files, _nothing)
        made = tour.fit(api, _nothing)
        answers = tour.fetch_answers(api)
        views = api.get(
            "/v1/timeseries",
            metric="engagements",
            group_by="channel",
            interval="month",
            **{"from": history.first_day.isoformat(), "to": history.last_day.isoformat()},
        )
        api.close()
    finally:
        service.stop()
    window = {"from": history.first_day.isoformat(), "to": history.last_day.isoformat()}
    assert made["window"] == window
    truth = truth_of(history)
    totals = {
        series["group"]: sum(point["value"] for point in series["points"])
        for series in views["series"]
    }
    assert (sent, files, shares[-1]) == (count_events(history), 3, 1.0)
    assert totals["youtube"] == truth.types["youtube/view"].count
    engaged = sum(each.count for name, each in truth.types.items() if name.startswith("facebook/"))
    assert totals["facebook"] == engaged + history.changes.shape[0]
    spread = answers.virality
    brought = (history.engagement_parent >= 0).sum()
    # a person counts once per post, and in this small brand many share a post again
    assert 0.7 * brought < spread["shares"]["with_parent"] <= brought
    assert "parents_may_be_missing" not in spread["warnings"]
    (page,) = answers.audiences["channels"]
    steps = history.changes[:, 3]
    assert page["audience"]["followed"] == (steps > 0).sum() > 0
    assert page["audience"]["left"] == (steps < 0).sum() > 0
    talk, dialogue = history.conversation, answers.dialogue
    assert dialogue["volume"]["messages"] == talk.row.size > 0
    assert dialogue["mood"]["checked"] == talk.checked.sum() > 0
    assert (dialogue["from"], dialogue["to"]) == (window["from"], window["to"])
    assert answers.search["search"]["visits"] == history.visits.sum() > 0
    warnings = {code for channel in answers.roi["channels"] for code in channel["warnings"]}
    assert "ids_taken_for_people" not in warnings
    costs = {channel["channel"]: channel["cost"] for channel in answers.roi["channels"]}
    known = {channel: cost for channel, cost in costs.items() if cost}
    assert known == pytest.approx(truth.costs, rel=1e-4)
    ratio = truth.ratio("facebook/like", "google_ads/click")
    assert tour.equivalence_sentence(answers, truth).endswith(f"simulated truth is {ratio:.2f}.")


@contextlib.contextmanager
def _api(answer: Callable[[Request], Response]) -> Iterator[tour.Api]:
    """The API of a server that answers like this."""
    server = HttpServer(0, answer, 10**7)
    server.start()
    try:
        yield tour.Api(server.url, "key")
    finally:
        server.stop()


def test_a_rejected_event_fails_the_tour() -> None:
    def reject_one(request: Request) -> Response:
        lines = request.body.count(b"\n")
        answer = {"accepted": lines - 1, "rejected": [{"index": 0, "code": "in_the_future"}]}
        return Response(200, (), json.dumps(answer).encode())

    with _api(reject_one) as api, pytest.raises(tour.TourFailedError, match="in_the_future"):
        tour.load_events(api, _history(20, 10), _nothing)


def test_an_error_of_the_service_fails_the_tour() -> None:
    with (
        _api(lambda _: Response(503, (), b"not now")) as api,
        pytest.raises(tour.TourFailedError, match="503 not now"),
    ):
        tour.fetch_answers(api)


WORTH = "A Facebook like is worth 0.58 paid Google Ads clicks (95 % interval "


@pytest.mark.parametrize(
    ("ratio", "sentence"),
    [
        (_estimate(0.58, 0.31, 0.88), f"{WORTH}0.31 to 0.88)."),
        (_estimate(0.58, 0.31, None), f"{WORTH}at least 0.31)."),
        (_estimate(0.58), f"{WORTH}without bounds)."),
        (
            _estimate(None),
            "The value of a Facebook like in paid Google Ads clicks cannot be estimated from these "
            "data (Too few conversions).",
        ),
    ],
)
def test_the_sentence_reflects_the_known_bounds(
    ratio: dict[str, float | None], sentence: str
) -> None:
    truth = truth_of(_history(today=A_MONDAY))
    assert tour.equivalence_sentence(_answers(ratio), truth) == (
        f"{sentence} The simulated truth is 0.59."
    )


def test_a_verdict_without_a_ratio_explains_why_the_ratio_is_missing() -> None:
    answers = _answers(_estimate(None), compared="worth_more")

    sentence = tour.equivalence_sentence(answers, truth_of(_history(today=A_MONDAY)))

    assert sentence == (
        "A Facebook like is worth more than a paid Google Ads click. The ratio cannot be "
        "estimated, because a paid Google Ads click may be worth nothing. The simulated truth is "
        "0.59."
    )


def test_the_table_shows_estimates_and_truth() -> None:
    truth = truth_of(_history())
    heading, row = tour.roi_rows(_answers(_estimate(1.0)), truth)
    assert len(heading) == len(row)
    shown = ("Facebook", "12,000", "500 (400 to 600)", "1.50 (at least 1.00)", "Profitable")
    assert row[:5] == shown
    assert row[6] == f"{truth.roi('facebook'):.2f}"


def test_a_channel_without_cost_has_a_true_effect_but_no_true_roi() -> None:
    truth = truth_of(_history())

    _, mentions = tour.roi_rows(_answers(_estimate(1.0), channel="community"), truth)
    _, visits = tour.roi_rows(_answers(_estimate(1.0), channel="organic_search"), truth)

    assert mentions[5:] == (f"{truth.incremental('community'):,.0f}", "")
    assert truth.incremental("community") > 0
    assert visits[5:] == ("", "")


def test_a_channel_without_an_estimate_shows_the_reason() -> None:
    answers = _answers(
        _estimate(1.0), roi=_estimate(None), verdict="not_estimable", reasons=["no_variation"]
    )
    _, row = tour.roi_rows(answers, truth_of(_history()))
    assert row[3:5] == ("unknown", "Not estimable (No variation)")
    assert tour.accuracy_sentence(answers, truth_of(_history())).startswith("0 of 0 ")


def test_sentences_about_followers_and_shares_end_with_the_truth() -> None:
    truth = truth_of(_history())

    answers = _answers(_estimate(1.0))

    assert tour.follower_sentences(answers, truth) == (
        "A follower brings 9 EUR. Following causes 9.0 (4.0 to 14.0) purchases per 1,000 "
        "follower-days. The simulated truth is 8.5."
    )
    assert tour.spread_sentence(answers, truth) == (
        "Each share brings 0.40 further shares. The simulated truth is "
        f"{truth.reproduction_of_all:.2f}."
    )


def test_the_sentence_about_the_dialogue_ends_with_the_truth() -> None:
    history = _history()
    truth = truth_of(history)
    first, last = truth.storm

    sentence = tour.dialogue_sentence(_answers(_estimate(1.0)), truth)

    assert sentence == (
        "On Facebook: 15 % of the messages are negative. The simulated truth is "
        f"{100 * history.conversation.answered_within(24):.0f} % within a day, "
        f"{100 * history.conversation.negative:.0f} % negative, and a storm from {first} to {last}."
    )


def test_the_sentences_about_search_and_stars_end_with_the_truth() -> None:
    truth = truth_of(_history())

    lines = tour.search_sentences(_answers(_estimate(1.0)), truth).splitlines()

    purchases = truth.types["community/mention"].per_engagement
    assert lines == [
        "A mention brings 5. The simulated truth is 6 search visits "
        f"and {purchases:.2f} purchases.",
        "A star more sells 9 % more. The simulated truth is 16 %.",
    ]
