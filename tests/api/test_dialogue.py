"""GET /v1/dialogue and /v1/dialogue/sample: from stored events to the answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.services.dialogue import stored_talk
from chalicelib.services.dialogue.dialogue_asking import dialogue
from chalicelib.services.dialogue.dialogue_numbers import Bounds, never_falling
from chalicelib.services.dialogue.dialogue_question import Asked
from chalicelib.services.dialogue.dialogue_sentences import hours_in_words
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.tenant_store import TenantStore
from tests.api.conftest import Caller, problem
from tests.api.test_forms import rows_of
from tests.conftest import Cloud, session
from tests.factories import NOW, make_event
from tests.functions import SIMPLE, Functions
from tests.talk import make_talk

FIRST, DAYS = dt.date(2026, 1, 1), 60
LAST = FIRST + dt.timedelta(days=DAYS - 1)
STORM = 57
RANGE = f"from={FIRST + dt.timedelta(days=32)}&to={LAST}&as_of={LAST}"
ASKED = f"/v1/dialogue?{RANGE}&hours=mon-fri/09:00-17:00/Europe/Berlin"


def derive(store: TenantStore, first: dt.date = FIRST, days: int = DAYS) -> None:
    for number in range(days):
        for shard in range(store.config.shards):
            derive_day(store, first + dt.timedelta(days=number), shard, now=NOW)


@pytest.fixture(autouse=True)
def one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer partitions to derive."""
    monkeypatch.setenv("LIKEWORTH_SHARDS", "1")


@pytest.fixture
def told(store: TenantStore) -> list[dict[str, Any]]:
    """Sixty days of talk with a storm, and their derived messages."""
    events = make_talk(FIRST, DAYS, storm=STORM)
    for start in range(0, len(events), 400):
        assert record_events(store, events[start : start + 400], now=NOW)["rejected"] == []
    derive(store)
    return events


def test_the_answer_has_mood_replies_open_criticism_voices_and_alarms(
    reader: Caller, told: list[dict[str, Any]]
) -> None:
    answer = reader.get(ASKED).json_body
    own = [one for one in told if one["type"] == "comment"]
    since = str(FIRST + dt.timedelta(days=32))
    asked = [one for one in own if one["occurred_at"] >= since]
    assert answer["volume"]["messages"] == len(asked)
    assert answer["mood"]["method"] == "checked_here"
    assert answer["mood"]["checked"] == sum("sentiment_checked" in one for one in asked)
    assert answer["mood"]["negative"]["ci_low"] > 0.2
    assert answer["response"]["criticism"] == (
        answer["response"]["answered"] + answer["response"]["waiting"]
    )
    assert len(answer["unanswered"]) == answer["response"]["waiting"]
    assert 2 < answer["response"]["median_hours"]["estimate"] < 20
    assert answer["response"]["team_hours"]["median_hours"]["estimate"] < 5
    team, customer = answer["response"]["team_hours"]["curve"], answer["response"]["curve"]
    assert [one["hours"] for one in team] == [one["hours"] for one in customer]
    assert _after_an_hour(customer) == answer["response"]["within_1h"]
    assert _after_an_hour(team) == answer["response"]["team_hours"]["within_1h"]
    assert all(
        one["answered"]["estimate"] >= other["answered"]["estimate"]
        for one, other in zip(team, customer, strict=True)
        if one["hours"] <= 8
    )
    storms = [one for one in answer["alarms"] if one["verdict"] == "shitstorm"]
    assert [one["day"] for one in storms] == [str(FIRST + dt.timedelta(days=STORM))]
    assert storms[0]["contents"][0] == "post88"
    assert len(answer["alarms"]) == DAYS - 32
    assert [one["about"] for one in answer["share_of_voice"]] == [None, "rival"]
    assert answer["share_of_voice"][1]["messages"] == DAYS - 32
    assert "are answered within a day" in answer["sentence"]


def test_four_weeks_whose_last_day_is_running_are_enough_for_shares_of_voice(
    reader: Caller, told: list[dict[str, Any]]
) -> None:
    start = LAST - dt.timedelta(days=27)
    path = f"/v1/dialogue?from={start}&to={LAST}&as_of={LAST}T12:00:00Z"
    assert reader.get(path).json_body["share_of_voice"][0]["share"]["estimate"] is not None
    path = f"/v1/dialogue?from={start}&to={LAST}&as_of={LAST - dt.timedelta(days=1)}"
    assert reader.get(path).json_body["share_of_voice"][0]["reasons"] == ["history_too_short"]


def test_limits_of_the_share_answered_grow_with_the_hours() -> None:
    curve: list[Bounds] = [[0.1, 0.0, 0.9], [0.3, 0.2, 0.6], [0.4, 0.1, 0.7], [None, None, None]]
    assert never_falling(curve) == [
        [0.1, 0.0, 0.6],
        [0.3, 0.2, 0.6],
        [0.4, 0.2, 0.7],
        [None, None, None],
    ]


@pytest.mark.parametrize(
    ("hours", "words"), [(0.5, "30 minutes"), (71.0, "71 hours"), (2_147.0, "89 days")]
)
def test_long_delays_are_told_in_days(hours: float, words: str) -> None:
    assert hours_in_words(hours) == words


def _after_an_hour(curve: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = (one["answered"] for one in curve if one["hours"] == 1)
    return found


def test_the_table_has_a_row_for_each_day(reader: Caller, told: list[dict[str, Any]]) -> None:
    head, *rows = rows_of(reader.get(f"{ASKED}&format=csv"))
    assert head[:4] == ["day", "verdict", "messages", "criticism"]
    assert len(rows) == DAYS - 32
    assert rows[STORM - 32][:2] == ["2026-02-27", "shitstorm"]


def test_the_command_line_prints_the_same_answer(
    reader: Caller,
    told: list[dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(one) + "\n" for one in told))
    start = str(FIRST + dt.timedelta(days=32))
    status = main(
        [
            *("dialogue", str(file), "--from", start, "--to", str(LAST), "--as-of", str(LAST)),
            *("--hours", "mon-fri/09:00-17:00/Europe/Berlin", "--format", "json"),
        ]
    )
    assert status == 0
    assert json.loads(capsys.readouterr().out) == reader.get(ASKED).json_body


def test_nobody_is_named_and_no_text_is_shown(reader: Caller, store: TenantStore) -> None:
    comment = make_event(
        type="comment", user_id="anna@example.org", sentiment=-0.9, event_id="from-anna"
    )
    record_events(store, [comment], now=NOW)
    derive(store, dt.date(2026, 3, 14), 1)
    text = reader.get("/v1/dialogue?from=2026-03-01&to=2026-03-14&as_of=2026-03-14").body.decode()
    assert json.loads(text)["volume"]["messages"] == 1
    assert "anna@example.org" not in text
    assert store.user_hash("anna@example.org") not in text


def test_an_event_that_is_sent_again_counts_as_it_is_now(
    reader: Caller, store: TenantStore, told: list[dict[str, Any]]
) -> None:
    before = reader.get(ASKED).json_body["mood"]["checked"]
    one = next(
        e
        for e in told
        if e["type"] == "comment"
        and "sentiment_checked" not in e
        and e["occurred_at"] > str(LAST - dt.timedelta(days=9))
    )
    record_events(store, [one | {"sentiment_checked": -1.0}], now=NOW)
    derive(store)
    assert reader.get(ASKED).json_body["mood"]["checked"] == before + 1


def test_without_replies_in_the_data_nothing_is_said_about_replies(
    reader: Caller, store: TenantStore
) -> None:
    events = [one for one in make_talk(FIRST, 10) if one["type"] != "reply"]
    record_events(store, events, now=NOW)
    derive(store, FIRST, 10)
    answer = reader.get(f"/v1/dialogue?from={FIRST}&to=2026-01-10&as_of=2026-01-10").json_body
    assert answer["response"]["reasons"] == ["no_replies_in_data"]
    assert answer["response"]["within_24h"]["estimate"] is None
    assert answer["response"]["waiting"] == 0
    assert answer["unanswered"] == []
    assert "Response times cannot be known" in answer["sentence"]


def test_a_channel_without_any_reply_is_left_out_of_response_times(
    reader: Caller, store: TenantStore
) -> None:
    events = make_talk(FIRST, 10)
    elsewhere = [
        one | {"channel": "trustpilot", "event_id": f"t{one['event_id']}"}
        for one in events
        if one["type"] == "comment"
    ]
    for some in (events, elsewhere):
        record_events(store, some, now=NOW)
    derive(store, FIRST, 10)
    path = f"/v1/dialogue?from={FIRST}&to=2026-01-10&as_of=2026-01-10"
    alone = reader.get(f"{path}&channel=facebook").json_body["response"]
    both = reader.get(path).json_body
    assert alone["warnings"] == []
    assert both["response"] == alone | {"warnings": ["no_replies_of:trustpilot"]}
    assert {one["channel"] for one in both["unanswered"]} == {"facebook"}
    assert both["volume"]["messages"] == len([*elsewhere, *elsewhere])


def test_comments_known_only_as_totals_are_named(reader: Caller, store: TenantStore) -> None:
    record_events(store, [make_event(type="comment", count=40)], now=NOW)
    derive(store, dt.date(2026, 3, 14), 1)
    answer = reader.get("/v1/dialogue?from=2026-03-01&to=2026-03-14&as_of=2026-03-14").json_body
    assert answer["warnings"] == ["only_totals_of:facebook/comment"]
    assert answer["reasons"] == ["no_messages"]


def test_a_day_that_is_not_over_is_not_called_quiet(
    reader: Caller, told: list[dict[str, Any]]
) -> None:
    path = f"/v1/dialogue?from={LAST}&to={LAST}&as_of="
    (over,) = reader.get(f"{path}{LAST}").json_body["alarms"]
    (running,) = reader.get(f"{path}{LAST}T11:00:00Z").json_body["alarms"]
    assert (over["verdict"], over["reasons"]) == ("quiet", [])
    assert (running["verdict"], running["reasons"]) == (None, ["day_not_over"])


def test_days_without_data_are_not_quiet(reader: Caller, told: list[dict[str, Any]]) -> None:
    after = LAST + dt.timedelta(days=2)
    path = f"/v1/dialogue?from={LAST}&to={after}&as_of={after}"
    verdicts = [(one["verdict"], one["reasons"]) for one in reader.get(path).json_body["alarms"]]
    assert verdicts == [("quiet", []), (None, ["no_data"]), (None, ["no_data"])]


def test_the_first_days_have_no_usual_number(reader: Caller, told: list[dict[str, Any]]) -> None:
    (first,) = reader.get(f"/v1/dialogue?from={FIRST}&to={FIRST}&as_of={LAST}").json_body["alarms"]
    assert (first["verdict"], first["reasons"]) == (None, ["history_too_short"])


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("hours=always", "hours"),
        ("channel=My%20Page", "channel"),
        ("criticism=0", "criticism"),
        ("criticism=low", "criticism"),
        ("rounding=2", "rounding"),
        ("false_alarms=0", "false_alarms"),
        ("as_of=yesterday", "as_of"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=2020-01-01&to=2026-03-01", "to"),
        ("from=2026-03-02&to=2026-03-03&before_to=2026-03-02", "before_to"),
        ("goal=purchase", "goal"),
    ],
)
def test_an_invalid_question_names_the_parameter(reader: Caller, query: str, name: str) -> None:
    told = problem(reader.get(f"/v1/dialogue?{query}"))
    assert (told["status"], told["errors"][0]["pointer"]) == (400, f"/{name}")


# --- messages that were not derived -------------------------------------------------------------


def forget_messages(store: TenantStore) -> None:
    """Leave the day totals as an earlier version wrote them."""
    for totals in list(store.totals.between(FIRST, LAST)):
        store.totals.put(
            type(totals)(totals.day, totals.shard, totals.rows), read_at=NOW, reading=99
        )
        store.messages.put(totals.day, totals.shard, [], reading=99, expires_at=NOW)


def test_days_of_an_earlier_version_are_read_from_their_events(
    reader: Caller, store: TenantStore, told: list[dict[str, Any]]
) -> None:
    before = reader.get(ASKED).json_body
    forget_messages(store)
    assert reader.get(ASKED).json_body == before


def test_too_many_events_without_messages_are_an_error_and_not_an_empty_answer(
    reader: Caller,
    store: TenantStore,
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget_messages(store)
    monkeypatch.setattr(stored_talk, "EVENTS_AT_ONCE", 50)
    answer = reader.get(ASKED)
    assert answer.status_code == 503
    assert "are being derived" in answer.json_body["detail"]


def test_a_large_day_that_waits_for_its_totals_limits_as_of(
    reader: Caller,
    store: TenantStore,
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored_talk, "EVENTS_AT_ONCE", 0)
    assert reader.get(ASKED).json_body["changes_awaited"] is False
    read_at = dt.datetime(2026, 2, 20, 8, tzinfo=dt.UTC)
    (kept, *_) = (one for one in store.totals.between(LAST, LAST) if one.rows)
    store.totals.put(kept, read_at=read_at, reading=50)
    store.totals.begin_reading(kept.day, kept.shard)
    assert store.totals.await_next(kept.day, kept.shard, 50)
    answer = reader.get(ASKED).json_body
    assert answer["changes_awaited"] is True
    assert answer["as_of"] == "2026-02-20T08:00:00Z"


def test_events_of_today_count_before_their_totals_are_derived(
    reader: Caller, store: TenantStore
) -> None:
    now = dt.datetime.now(dt.UTC)
    today = make_event(type="comment", occurred_at=now.isoformat(), sentiment=-0.9)
    record_events(store, [today], now=now)
    path = f"/v1/dialogue?from={now.date()}&to={now.date()}&as_of={now.date()}"
    assert reader.get(path).json_body["volume"]["messages"] == 1


# --- another process ----------------------------------------------------------------------------


@pytest.fixture
def functions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """A separate function makes the numbers."""
    made = Functions()
    made.take_calls(monkeypatch)
    monkeypatch.setenv("LIKEWORTH_ANALYSIS_FUNCTION", "AnalysisHandler")
    with mock_aws(config={"lambda": SIMPLE}):  # type: ignore[typeddict-item]
        wiring.use_session(session())
        yield made


def test_the_analysis_function_gives_the_same_answer(functions: Functions, reader: Caller) -> None:
    store = wiring.store("acme")
    record_events(store, make_talk(FIRST, 10), now=NOW)
    derive(store, FIRST, 10)
    path = f"/v1/dialogue?from={FIRST}&to=2026-01-10&as_of=2026-01-10"
    there = reader.get(path).json_body
    assert functions.calls == {("AnalysisHandler", None): 1}
    as_of = dt.datetime(2026, 1, 10, 23, 59, 59, 999_999, dt.UTC)
    asked = Asked(start=FIRST, end=as_of.date(), as_of=as_of)
    assert dialogue(store, asked, now=NOW) == there


# --- the sample ---------------------------------------------------------------------------------

SAMPLE = f"/v1/dialogue/sample?{RANGE}"


def test_a_sample_is_drawn_within_each_class(reader: Caller, told: list[dict[str, Any]]) -> None:
    answer = reader.get(f"{SAMPLE}&n=60").json_body
    assert len(answer["messages"]) == 60
    assert sum(one["drawn"] for one in answer["classes"]) == 60
    assert min(one["drawn"] for one in answer["classes"]) >= 10
    by_id = {one["event_id"]: one for one in told}
    for one in answer["messages"]:
        event = by_id[one["event_id"]]
        assert event["type"] == "comment"
        assert {"negative": -0.7, "neutral": 0.0, "positive": 0.8}[one["classified"]] == (
            event["sentiment"]
        )
        assert one["checked"] == ("sentiment_checked" in event)


def test_the_same_request_draws_the_same_messages_and_a_larger_one_adds_to_them(
    reader: Caller, told: list[dict[str, Any]]
) -> None:
    small, again, large = (
        {one["event_id"] for one in reader.get(f"{SAMPLE}&n={n}").json_body["messages"]}
        for n in (40, 40, 90)
    )
    assert small == again
    assert small < large


def test_a_sample_is_at_most_what_there_is(reader: Caller, told: list[dict[str, Any]]) -> None:
    day = f"from={LAST}&to={LAST}&as_of={LAST}"
    answer = reader.get(f"/v1/dialogue/sample?{day}").json_body
    assert len(answer["messages"]) == 12
    assert [one["drawn"] for one in answer["classes"]] == [
        one["messages"] for one in answer["classes"]
    ]


@pytest.mark.parametrize("size", ["0", "2001", "many"])
def test_an_invalid_size_is_an_error(reader: Caller, size: str) -> None:
    told = problem(reader.get(f"/v1/dialogue/sample?n={size}"))
    assert told["errors"][0]["pointer"] == "/n"


def test_messages_with_stars_are_not_drawn(reader: Caller, store: TenantStore) -> None:
    record_events(
        store,
        [
            make_event(type="review", rating=1.0, sentiment=-0.5),
            make_event(type="review", sentiment=-0.5, event_id="in-words"),
            make_event(type="mention", sentiment=-0.5, about="rival"),
        ],
        now=NOW,
    )
    derive(store, dt.date(2026, 3, 14), 1)
    path = "/v1/dialogue/sample?from=2026-03-14&to=2026-03-14&as_of=2026-03-14"
    assert [one["event_id"] for one in reader.get(path).json_body["messages"]] == ["in-words"]
