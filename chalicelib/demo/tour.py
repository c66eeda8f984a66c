"""Send the data of the simulated brand to the service and compare its estimates with the truth.

The module uses the public interfaces, as a customer would: HTTP with an API key, and files in the
bucket. It neither starts the service nor prints.
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

from chalicelib.demo.brand import BRAND, History
from chalicelib.demo.brand_data import count_events, event_lines, google_ads_report, youtube_totals
from chalicelib.demo.truth import Truth
from chalicelib.model.channels import title_of
from chalicelib.report.number_words import counted, ratio_format, shown
from chalicelib.report.sentences import comparison, verdict_words
from chalicelib.storage.table_keys import dropped_object

EVENTS_PER_REQUEST = 500
IDLE_SECONDS = 300.0
FIT_SECONDS = 300.0
ENGAGEMENT, BASELINE = "facebook/like", "google_ads/click"
PAGE = BRAND.comments.engagement.partition("/")[0]
"""The channel on which the brand answers comments."""

Progress = Callable[[float, str], None]


class TourFailedError(RuntimeError):
    """The service returned an unexpected result."""


class Backlog(Protocol):
    """The unfinished work of a service."""

    @property
    def total(self) -> int:
        """The number of unfinished tasks."""


class Service(Protocol):
    """A running service."""

    @property
    def url(self) -> str:
        """The address of its API."""

    def put_object(self, key: str, body: bytes) -> None:
        """Put a file into its bucket."""

    def wait_until_idle(
        self, timeout: float, on_progress: Callable[[Backlog], None] | None = None
    ) -> None:
        """Wait until all work is finished; raises TimeoutError."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The estimates of the service."""

    roi: dict[str, Any]
    equivalence: dict[str, Any]
    audiences: dict[str, Any]
    virality: dict[str, Any]
    """Responses to ``GET /v1/roi``, ``/v1/equivalence``, ``/v1/audiences`` and ``/v1/virality``."""
    dialogue: dict[str, Any]
    """Response to ``GET /v1/dialogue`` about the channel `PAGE`."""
    search: dict[str, Any]
    """Response to ``GET /v1/search-effects``."""


class Api:
    """A client of the HTTP API with one persistent connection."""

    def __init__(self, url: str, key: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self._key = key

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str, **query: str) -> Any:
        """Send a GET request and return the JSON response."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, b"", "")

    def post(
        self, path: str, body: bytes, content_type: str, statuses: tuple[int, ...] = (200,)
    ) -> Any:
        """Send a POST request and return the JSON response."""
        return self._call("POST", path, body, content_type, statuses)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Send a PATCH request and return the JSON response."""
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
    """Set that each `user_id` of the brand identifies a person, because it is a login."""
    api.patch("/v1/settings", {"user_ids": "people"})


def load_events(api: Api, history: History, progress: Progress) -> int:
    """Send the brand's events, `EVENTS_PER_REQUEST` per request; return their number.

    Raises
    ------
    TourFailedError
        If an event is rejected.
    """
    total = count_events(history)
    sent = 0
    for batch in _batches(event_lines(history), EVENTS_PER_REQUEST):
        answer = api.post("/v1/events", b"".join(batch), "application/x-ndjson")
        if answer["rejected"] or answer["accepted"] != len(batch):
            raise TourFailedError(f"the service rejected events: {answer['rejected'][:1]}")
        sent += len(batch)
        progress(sent / total, f"{sent:,} of {total:,} events")
    return sent


def drop_files(service: Service, tenant: str, history: History) -> int:
    """Put the brand's platform exports into the bucket; return their number."""
    files = {"google_ads.csv": google_ads_report(history), **youtube_totals(history)}
    for name, content in files.items():
        service.put_object(dropped_object(tenant, name), content)
    return len(files)


def wait_for_imports(service: Service, api: Api, files: int, progress: Progress) -> None:
    """Wait until the service has imported the files and derived the day totals.

    Raises
    ------
    TourFailedError
        If a file is not imported or has rejected rows.
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
        raise TourFailedError(
            f"{files} files were uploaded, but the imports are: {json.dumps(imports)[:1000]}"
        )


def fit(api: Api, progress: Progress) -> dict[str, Any]:
    """Start a fit of all days with data and wait until it is done.

    Only a fit without a window of its own names people.

    Raises
    ------
    TourFailedError
        If it fails or takes longer than `FIT_SECONDS`.
    """
    started = api.post("/v1/fits", b"{}", "application/json", (202,))
    began = time.monotonic()
    while True:
        shown: dict[str, Any] = api.get(f"/v1/fits/{started['id']}")
        if shown["status"] == "done":
            return shown
        elapsed = time.monotonic() - began
        if shown["status"] == "failed" or elapsed > FIT_SECONDS:
            raise TourFailedError(f"the fit failed or took too long: {json.dumps(shown)[:1000]}")
        progress(min(0.99, elapsed / 30), shown["status"])
        time.sleep(0.2)


def fetch_answers(api: Api) -> Answers:
    """Request the answers of the demo, all of them about the window of the fit."""
    roi = api.get("/v1/roi")
    window = {"from": roi["from"], "to": roi["to"]}
    return Answers(
        roi=roi,
        equivalence=api.get("/v1/equivalence", engagement=ENGAGEMENT, baseline=BASELINE),
        audiences=api.get("/v1/audiences"),
        virality=api.get("/v1/virality"),
        dialogue=api.get("/v1/dialogue", channel=PAGE, **window),
        search=api.get("/v1/search-effects"),
    )


# --- text of the estimates ---------------------------------------------------------------------


def roi_rows(answers: Answers, truth: Truth) -> list[tuple[str, ...]]:
    """Return the ROI table with the simulated truth; the first row is the heading."""
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
        simulated = any(one.engagement_type.channel == name for one in truth.types.values())
        rows.append(
            (
                title_of(name),
                f"{channel['cost']:,.0f}",
                str(counted(channel["incremental_conversions"])),
                str(shown(channel["roi"], ratio_format)),
                verdict_words(channel),
                f"{truth.incremental(name):,.0f}" if simulated else "",
                f"{truth.roi(name):.2f}" if name in truth.costs else "",
            )
        )
    return rows


def accuracy_sentence(answers: Answers, truth: Truth) -> str:
    """Return how many ROI intervals contain the simulated truth."""
    given = [
        (channel["roi"], truth.roi(channel["channel"]))
        for channel in answers.roi["channels"]
        if channel["channel"] in truth.costs and channel["roi"]["estimate"] is not None
    ]
    hits = sum(_contains(interval, value) for interval, value in given)
    return f"{hits} of {len(given)} ROI intervals contain the simulated truth."


def equivalence_sentence(answers: Answers, truth: Truth) -> str:
    """Return the value of a like in paid clicks and the simulated truth, in a few sentences."""
    simulated = f"The simulated truth is {truth.ratio(ENGAGEMENT, BASELINE):.2f}."
    return f"{comparison(answers.equivalence)} {simulated}"


def follower_sentences(answers: Answers, truth: Truth) -> str:
    """Return what a follower is worth and the simulated truth."""
    lines = []
    for one in answers.audiences["channels"]:
        effect = one["follower"]["conversions_per_follower_day"]
        estimated = shown(effect, lambda value: f"{1_000 * value:.1f}")
        lines.append(
            f"{one['summary']} Following causes {estimated} purchases per 1,000 follower-days. "
            f"The simulated truth is {1_000 * truth.follower_day:.1f}."
        )
    return "\n".join(lines)


def spread_sentence(answers: Answers, truth: Truth) -> str:
    """Return how many further shares a share brings and the simulated truth."""
    simulated = f"The simulated truth is {truth.reproduction_of_all:.2f}."
    return f"{answers.virality['summary']} {simulated}"


def dialogue_sentence(answers: Answers, truth: Truth) -> str:
    """Return the mood on the page, how soon criticism is answered, and the simulated truth."""
    first, last = truth.storm
    return (
        f"On {title_of(PAGE)}: {answers.dialogue['sentence']} The simulated truth is "
        f"{100 * truth.answered_in_a_day:.0f} % within a day, {100 * truth.negative:.0f} % "
        f"negative, and a storm from {first} to {last}."
    )


def search_sentences(answers: Answers, truth: Truth) -> str:
    """Return what a mention does through search, what shown stars do, and the simulated truth."""
    cause = BRAND.search.cause
    lines = [
        f"{one['sentence']} The simulated truth is {truth.visits_per_mention:.0f} search visits "
        f"and {truth.types[cause].per_engagement:.2f} purchases."
        for one in answers.search["causes"]
        if f"{one['channel']}/{one['type']}" == cause
    ]
    stars = answers.search["stars"]["sentence"]
    return "\n".join([*lines, f"{stars} The simulated truth is {100 * truth.per_star:.0f} %."])


def _contains(interval: dict[str, Any], value: float) -> bool:
    low, high = interval["ci_low"], interval["ci_high"]
    return (low is None or low <= value) and (high is None or value <= high)


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    iterator = iter(lines)
    while batch := list(islice(iterator, size)):
        yield batch


def today_utc(now: dt.datetime) -> dt.date:
    """Return the UTC day of an instant. The brand's window ends on the day before."""
    return now.astimezone(dt.UTC).date()
