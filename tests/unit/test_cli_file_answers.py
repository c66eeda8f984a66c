"""The commands `audiences` and `virality`."""

from __future__ import annotations

import datetime as dt
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli import main
from tests.factories import make_conversion, make_cost, make_event, money

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shares an hour apart, twice a day; every fourth pair brings a third share."""
    lines: list[dict[str, Any]] = []

    def add(name: str, hours: float, parent: str | None) -> None:
        at = (START + dt.timedelta(hours=hours)).isoformat()
        fields = {"type": "share", "occurred_at": at, "user_id": name, "channel": "twitter"}
        lines.append(make_event(event_id=name, parent_event_id=parent, content_id="p", **fields))

    for number in range(60):
        add(f"p{number}", 12 * number, None)
        add(f"c{number}", 12 * number + 1, f"p{number}")
        if number % 4 == 0:
            add(f"g{number}", 12 * number + 2, f"c{number}")
    path = tmp_path_factory.mktemp("virality") / "shares.ndjson"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        try:
            status = main([str(one) for one in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return status, out.getvalue(), errors.getvalue()


def virality(*arguments: object) -> Any:
    status, out, errors = run("virality", *arguments)
    assert (status, errors) == (0, "")
    return json.loads(out)


def test_virality_needs_no_conversions(shares: Path) -> None:
    answer = virality(shares)

    assert answer["goal"] is None
    assert answer["share_value"] == []
    assert answer["reproduction"]["estimate"] == pytest.approx(75 / 135, abs=0.03)
    assert answer["shares"] == {
        "total": 135.0,
        "from_outside": 60,
        "with_parent": 75,
        "offspring_seen": answer["shares"]["offspring_seen"],
    }


def test_a_range_counts_the_shares_of_its_days_and_all_their_children(shares: Path) -> None:
    answer = virality(shares, "--from", "2026-03-06", "--to", "2026-03-20")

    assert answer["shares"]["total"] == 67
    assert (answer["from"], answer["to"]) == ("2026-03-06", "2026-03-20")
    assert "of_the_whole_window" not in answer["warnings"]


def test_later_events_do_not_exist_yet(shares: Path) -> None:
    answer = virality(shares, "--as-of", "2026-03-15T12:30:00Z")

    assert answer["as_of"].startswith("2026-03-15T12:")
    assert answer["shares"]["total"] < 75
    day = virality(shares, "--as-of", "2026-03-15")
    assert day["shares"]["total"] > answer["shares"]["total"]


def test_sentences_and_tables(shares: Path) -> None:
    _, sentences, _ = run("virality", shares, "--format", "text")
    assert sentences.startswith("Each share brings 0.5")
    _, table, _ = run("virality", shares, "--format", "csv")
    assert table.splitlines()[1].startswith(",below")


@pytest.mark.parametrize("command", ["audiences", "virality"])
def test_unusable_input_is_named(tmp_path: Path, command: str) -> None:
    empty = tmp_path / "empty.ndjson"
    empty.write_text("")
    status, out, errors = run(command, empty)

    assert (status, out) == (2, "")
    assert errors.strip()


def test_audiences_need_conversions(shares: Path) -> None:
    status, out, errors = run("audiences", shares)

    assert (status, out) == (2, "")
    assert "no conversions" in errors


def test_a_wrong_moment_is_refused(shares: Path) -> None:
    status, _, errors = run("virality", shares, "--as-of", "yesterday")

    assert status == 2
    assert "neither a day nor an instant" in errors


@pytest.mark.parametrize("command", ["plan", "design", "search-effects", "dialogue", "virality"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--time-zone", "Foo"), "'Foo' is not the name of a time zone, such as Europe/Berlin"),
        (("--from", "yesterday"), "'yesterday' must be a day, YYYY-MM-DD"),
        (("--from", "2026-03-05", "--to", "2026-03-01"), "--to is before --from"),
    ],
)
def test_wrong_options_of_days_are_named(
    shares: Path, command: str, options: tuple[str, ...], words: str
) -> None:
    status, out, errors = run(command, shares, *options)

    assert (status, out) == (2, "")
    assert words in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--hours", "nights"), "hours ("),
        (("--rounding", "0"), "rounding (above 0 and at most 1)"),
        (("--criticism", "5"), "criticism (at least -1 and below 0)"),
        (("--before-to", "2099-01-01"), "before_to (must be before the first day)"),
    ],
)
def test_wrong_options_of_a_dialogue_are_named(
    shares: Path, options: tuple[str, ...], words: str
) -> None:
    status, out, errors = run("dialogue", shares, *options)

    assert (status, out) == (2, "")
    assert words in errors


@pytest.fixture(scope="module")
def two_currencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days: Google Ads costs euros, Meta Ads costs dollars, and a shop sells in both."""
    lines: list[dict[str, Any]] = []
    for day in range(10):
        at = (START + dt.timedelta(days=day)).isoformat()
        for channel, currency in (("google_ads", "EUR"), ("meta_ads", "USD")):
            amount = money(f"{100 + day}.00", currency)
            clicks = {"type": "click", "paid": True, "count": 90 + 7 * day}
            lines += [
                make_cost(occurred_at=at, channel=channel, amount=amount),
                make_event(occurred_at=at, channel=channel, **clicks),
                make_conversion(occurred_at=at, value=amount),
            ]
    path = tmp_path_factory.mktemp("currencies") / "events.ndjson"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("currency", "channel", "other"),
    [("EUR", "google_ads", "meta_ads"), ("USD", "meta_ads", "google_ads")],
)
def test_plans_and_designs_never_add_up_two_currencies(
    two_currencies: Path, currency: str, channel: str, other: str
) -> None:
    asked = (two_currencies, "--currency", currency, "--format", "json")
    status, out, errors = run("plan", *asked)
    plan = json.loads(out)
    _, out, _ = run("design", *asked, "--channel", other)
    design = json.loads(out)

    assert status == 0
    assert f"is not the reporting currency {currency}" in errors
    assert (plan["currency"], plan["budget_per_day"]) == (currency, 104.5)
    assert [one["channel"] for one in plan["channels"]] == [channel]
    assert (design["currency"], design["spend_saved"], design["worth"]) == (currency, None, None)
