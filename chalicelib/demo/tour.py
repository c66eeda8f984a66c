"""The tour: the made-up brand goes in through the front doors, the answers come out.

Everything goes over HTTP with an API key, or into the bucket as a file, as a customer's would.
The service is handed in; this module starts nothing and prints nothing.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from chalicelib.demo.brand import History
from chalicelib.demo.exhibits import count_events, event_lines, google_ads_report, youtube_totals
from chalicelib.demo.truth import Truth
from chalicelib.model import codes
from chalicelib.model.channels import title_of
from chalicelib.storage.table_keys import dropped_object

EVENTS_PER_REQUEST = 500
IDLE_SECONDS = 300.0
FIT_SECONDS = 300.0
ENGAGEMENT, BASELINE = "facebook/like", "google_ads/click"

Progress = Callable[[float, str], None]


class TourFailedError(RuntimeError):
    """The service did not do what it should have done."""


class Backlog(Protocol):
    """What a service has not done yet."""

    @property
    def total(self) -> int:
        """How many things."""


class Service(Protocol):
    """A running service."""

    @property
    def url(self) -> str:
        """Where its API is."""

    def put_object(self, key: str, body: bytes) -> None:
        """Drop a file into its bucket."""

    def wait_until_idle(
        self, timeout: float, on_progress: Callable[[Backlog], None] | None = None
    ) -> None:
        """Wait until nothing is left to do; raises TimeoutError."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the service answered.

    Attributes
    ----------
    roi, equivalence : dict
        As of ``GET /v1/roi`` and ``GET /v1/equivalence``.
    """

    roi: dict[str, Any]
    equivalence: dict[str, Any]


class Api:
    """The service's HTTP API over one connection that stays open.

    Parameters
    ----------
    url, key : str
    """

    def __init__(self, url: str, key: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self._key = key

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str, **query: str) -> Any:
        """The JSON answer to a GET."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, b"", "")

    def post(
        self, path: str, body: bytes, content_type: str, statuses: tuple[int, ...] = (200,)
    ) -> Any:
        """The JSON answer to a POST."""
        return self._call("POST", path, body, content_type, statuses)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer to a PATCH."""
        return self._call("PATCH", path, json.dumps(body).encode(), "application/json")

    def _call(
        self,
        method: str,
        target: str,
        body: bytes,
        content_type: str,
        statuses: tuple[int, ...] = (200,),
    ) -> Any:
        headers = {"x-api-key": self._key, "accept": "application/json"}
        if content_type:
            headers["content-type"] = content_type
        self._connection.request(method, target, body or None, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        if response.status not in statuses:
            raise TourFailedError(f"{method} {target}: {response.status} {text[:500]}")
        return json.loads(text)


def declare_people(api: Api) -> None:
    """Say that a `user_id` of the brand is a person: it is that of a login."""
    api.patch("/v1/settings", {"user_ids": "people"})


def load_events(api: Api, history: History, progress: Progress) -> int:
    """Send the brand's events, several hundred a request; how many there were.

    Raises
    ------
    TourFailedError
        If one is refused.
    """
    total = count_events(history)
    sent = 0
    for batch in _batches(event_lines(history), EVENTS_PER_REQUEST):
        answer = api.post("/v1/events", b"".join(batch), "application/x-ndjson")
        if answer["rejected"] or answer["accepted"] != len(batch):
            raise TourFailedError(f"events were refused: {answer['rejected'][:1]}")
        sent += len(batch)
        progress(sent / total, f"{sent:,} of {total:,} events")
    return sent


def drop_files(service: Service, tenant: str, history: History) -> int:
    """Drop the brand's platform exports into the bucket; how many there were."""
    files = {"google_ads.csv": google_ads_report(history), **youtube_totals(history)}
    for name, content in files.items():
        service.put_object(dropped_object(tenant, name), content)
    return len(files)


def wait_for_imports(service: Service, api: Api, files: int, progress: Progress) -> None:
    """Wait until the files are imported and the day totals derived.

    Raises
    ------
    TourFailedError
        If a file is not imported, or rows of it were refused.
    """
    most = 1

    def show(backlog: Backlog) -> None:
        nonlocal most
        most = max(most, backlog.total)
        progress(1 - backlog.total / most, f"{backlog.total} left")

    try:
        service.wait_until_idle(IDLE_SECONDS, show)
    except TimeoutError as error:
        raise TourFailedError(str(error)) from error
    imports = api.get("/v1/imports")["imports"]
    done = [one for one in imports if one["state"] == "done" and not one["rejected"]]
    if len(done) != files:
        raise TourFailedError(f"{files} files were dropped, but: {json.dumps(imports)[:1000]}")


def fit(api: Api, history: History, progress: Progress) -> dict[str, Any]:
    """Ask for a fit of the brand's window and wait for it.

    Raises
    ------
    TourFailedError
        If it fails or takes longer than `FIT_SECONDS`.
    """
    window = {"from": history.first_day.isoformat(), "to": history.last_day.isoformat()}
    asked = api.post("/v1/fits", json.dumps(window).encode(), "application/json", (202,))
    began = time.monotonic()
    while True:
        shown: dict[str, Any] = api.get(f"/v1/fits/{asked['id']}")
        if shown["status"] == "done":
            return shown
        elapsed = time.monotonic() - began
        if shown["status"] == "failed" or elapsed > FIT_SECONDS:
            raise TourFailedError(f"the fit did not end well: {json.dumps(shown)[:1000]}")
        progress(min(0.99, elapsed / 30), shown["status"])
        time.sleep(0.2)


def ask(api: Api) -> Answers:
    """The two questions of the demo."""
    return Answers(
        roi=api.get("/v1/roi"),
        equivalence=api.get("/v1/equivalence", engagement=ENGAGEMENT, baseline=BASELINE),
    )


# --- answers in words ---------------------------------------------------------------------------


def roi_rows(answers: Answers, truth: Truth) -> list[tuple[str, ...]]:
    """The ROI table with the simulated truth beside it; the first row is the heading."""
    heading = (
        "channel",
        "cost",
        "incremental purchases",
        "ROI",
        "verdict",
        "simulated purchases",
        "simulated ROI",
    )
    rows: list[tuple[str, ...]] = [heading]
    for channel in answers.roi["channels"]:
        name = channel["channel"]
        known = name in truth.costs
        rows.append(
            (
                title_of(name),
                _number(channel["cost"], ",.0f"),
                _interval(channel["incremental_conversions"], ",.0f"),
                _interval(channel["roi"], ".2f"),
                _verdict(channel),
                f"{truth.incremental(name):,.0f}" if known else "",
                f"{truth.roi(name):.2f}" if known else "",
            )
        )
    return rows


def held_sentence(answers: Answers, truth: Truth) -> str:
    """How many of the ROI intervals hold the simulated truth."""
    given = [
        (channel["roi"], truth.roi(channel["channel"]))
        for channel in answers.roi["channels"]
        if channel["channel"] in truth.costs and channel["roi"]["estimate"] is not None
    ]
    held = sum(_holds(interval, value) for interval, value in given)
    return f"{held} of {len(given)} ROI intervals hold the simulated truth."


def equivalence_sentence(answers: Answers, truth: Truth) -> str:
    """What a like is worth in paid clicks, in one sentence that claims no more than is known."""
    answer = answers.equivalence
    what, unit = "A Facebook like", "paid Google Ads clicks"
    simulated = f"the simulated truth is {truth.ratio(ENGAGEMENT, BASELINE):.2f}."
    ratio = answer["ratio"]
    if ratio["estimate"] is None and answer["verdict"] in ("worth_more", "worth_less"):
        comparison = "more" if answer["verdict"] == "worth_more" else "less"
        return (
            f"{what} is worth {comparison} than a paid Google Ads click; how many times cannot be "
            f"told, because a click may be worth nothing; {simulated}"
        )
    if ratio["estimate"] is None:
        reasons = "; ".join(
            codes.title_of(code) for code in answer["reasons"] or [answer["verdict"]]
        )
        return f"What a Facebook like is worth in {unit} cannot be told ({reasons}); {simulated}"
    low, high = ratio["ci_low"], ratio["ci_high"]
    if low is None and high is None:
        known = "with no bounds"
    elif high is None:
        known = f"at least {low:.2f}, with no upper bound"
    elif low is None:
        known = f"at most {high:.2f}, with no lower bound"
    else:
        known = f"{low:.2f} to {high:.2f}"
    return f"{what} is worth {ratio['estimate']:.2f} {unit} (95 % interval {known}); {simulated}"


def _holds(interval: dict[str, Any], value: float) -> bool:
    low, high = interval["ci_low"], interval["ci_high"]
    return (low is None or low <= value) and (high is None or value <= high)


def _verdict(channel: dict[str, Any]) -> str:
    words = codes.title_of(channel["verdict"])
    reasons = [codes.title_of(reason) for reason in channel.get("reasons") or []]
    return f"{words} ({', '.join(reasons)})" if reasons else words


def _interval(estimate: dict[str, Any], form: str) -> str:
    if estimate["estimate"] is None:
        return "unknown"
    low, high = _number(estimate["ci_low"], form), _number(estimate["ci_high"], form)
    return f"{_number(estimate['estimate'], form)} ({low} to {high})"


def _number(value: float | None, form: str) -> str:
    return "unbounded" if value is None else format(value, form)


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    iterator = iter(lines)
    while batch := list(islice(iterator, size)):
        yield batch


def today_utc(now: dt.datetime) -> dt.date:
    """The UTC day of an instant; the brand's window ends on the day before."""
    return now.astimezone(dt.UTC).date()
