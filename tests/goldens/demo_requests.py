"""Every request of the goldens: themes in the order in which they are asked, one file each."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.talk import make_talk

TENANT = "demo"
DAYS = 60
FIRST_DAY = dt.date(2026, 1, 14)
LAST_DAY = FIRST_DAY + dt.timedelta(days=DAYS - 1)
PEOPLE = 120
EVENTS_AT_ONCE = 500
NO_ID = "20260101T000000Z-ffffffff"
ROLES = ("", "tag", "ingest", "read", "admin")


@dataclass(frozen=True)
class Ask:
    """A request; a name in braces stands for a value that an earlier answer gave.

    Attributes
    ----------
    method, path : str
    body : object
        Becomes JSON; a list becomes NDJSON, text stays text, bytes go through base64.
    key : str
        Name of the API key; empty for none.
    headers : dict, optional
        Besides the usual ones; one that is None is left out. None: no headers at all.
    keep : dict
        Name -> where the answer has the value: a path in its JSON, or a pattern with a group.
    event : dict
        Fields of the gateway's event to replace.
    brief : bool
        Whether only status and code are written to the file.
    """

    method: str
    path: str
    body: Any = None
    key: str = "admin"
    headers: dict[str, Any] | None = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=dict)
    brief: bool = False


@dataclass(frozen=True)
class Work:
    """What AWS starts by itself: a queue's messages, an upload, or ``totals`` of what changed."""

    queue: str = ""
    upload: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class Theme:
    """Requests that belong together.

    Attributes
    ----------
    name : str
        Of the file.
    at : datetime
        The time before the first request; each request is a second later.
    steps : tuple
    fitted : bool
        Whether answers contain results of numerical fits.
    """

    name: str
    at: dt.datetime
    steps: tuple[Ask | Work, ...]
    fitted: bool = False


def _get(path: str, **more: Any) -> Ask:
    return Ask("GET", path, **more)


def _post(path: str, body: Any, **more: Any) -> Ask:
    return Ask("POST", path, body, **more)


def _clock(hour: int) -> dt.datetime:
    return dt.datetime(2026, 3, 15, hour, tzinfo=dt.UTC)


# --- the demo tenant ----------------------------------------------------------------------------


def _eur(amount: float) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": "EUR"}


def _demo_events() -> list[dict[str, Any]]:
    """Sixty days of likes, views, paid clicks, reviews, costs, purchases, followers and visits."""
    rng = random.Random(11)
    events: list[dict[str, Any]] = []

    def add(kind: str, day: dt.date, **fields: Any) -> None:
        at = f"{day}T{rng.randrange(8, 20):02}:{rng.randrange(60):02}:00Z"
        event_id = f"{kind}-{len(events)}"
        events.append({"kind": kind, "event_id": event_id, "occurred_at": at, **fields})

    def engage(day: dt.date, channel: str, kind: str, **fields: Any) -> None:
        add("engagement", day, channel=channel, type=kind, **fields)

    for number in range(DAYS):
        day = FIRST_DAY + dt.timedelta(days=number)
        pushed = 3.0 if number % 9 in (2, 3) else 0.7
        for one in range(PEOPLE):
            person = {"user_id": f"person-{one}"}
            bought = 0.01
            if rng.random() < 0.05:
                engage(day, "facebook", "like", **person)
                bought += 0.05
            if rng.random() < 0.03 * pushed:
                engage(day, "google_ads", "click", paid=True, cost=_eur(0.9), **person)
                bought += 0.25
            if rng.random() < 0.01:
                engage(day, "xing", "share", **person)
            if rng.random() < bought:
                value = _eur(20 + rng.randrange(60))
                add("conversion", day, goal="purchase", value=value, **person)
        engage(day, "youtube", "view", count=rng.randrange(40, 90))
        if number % 10 == 0:
            add("cost", day, channel="facebook", amount=_eur(300), period_days=10)
            add("audience", day, channel="facebook", size=1_000 + number)
            review = {"rating": 1 + number % 5, "sentiment": 0.25, "content_id": "shoe"}
            engage(day, "amazon", "review", **review)
            add("conversion", day, goal="lead", count=2)
    events += _search_visits(events)
    span = {"from": "2026-03-01", "to": "2026-03-03"}
    events += [
        {"kind": "coverage", "event_id": "v-1", "channel": "youtube", **span},
        {"kind": "annotation", "event_id": "n-1", "name": "Sale", "category": "promotion", **span},
    ]
    return events


def _search_visits(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Visits from search per day: a fifth as many as views, and others."""
    rng = random.Random(12)
    return [
        {
            "kind": "engagement",
            "event_id": f"search-{number}",
            "occurred_at": event["occurred_at"],
            "channel": "organic_search",
            "type": "click",
            "count": event["count"] // 5 + rng.randrange(30, 40),
        }
        for number, event in enumerate(one for one in events if one.get("type") == "view")
    ]


def _demo_bodies() -> list[Ask]:
    events = _demo_events()
    return [
        _post("/v1/events", {"events": events[start : start + EVENTS_AT_ONCE]})
        for start in range(0, len(events), EVENTS_AT_ONCE)
    ]


LIKE = {
    "kind": "engagement",
    "event_id": "like-1",
    "occurred_at": "2026-03-14T09:30:00+01:00",
    "channel": "facebook",
    "type": "like",
    "user_id": "anna@example.com",
}
WRONG_EVENTS = [
    LIKE | {"event_id": "ok"},
    LIKE | {"event_id": "unknown", "typo": 1},
    LIKE | {"event_id": "no id!"},
    LIKE | {"event_id": "blank-person", "user_id": "   "},
    LIKE | {"event_id": "future", "occurred_at": "2026-03-15T23:00:00Z"},
    LIKE | {"event_id": "old", "occurred_at": "2020-03-15T23:00:00Z"},
    LIKE | {"event_id": "no-zone", "occurred_at": "2026-03-14T09:30:00"},
    LIKE | {"event_id": "type", "type": "poke"},
    LIKE | {"event_id": "channel", "channel": "Face Book"},
    LIKE | {"event_id": "count", "count": 2},
    LIKE | {"event_id": "rating", "rating": 9},
    LIKE | {"event_id": "money", "cost": {"amount": "1.00", "currency": "USD"}},
    LIKE | {"event_id": "amount", "cost": {"amount": "-1", "currency": "EUR"}},
    {"kind": "wish", "event_id": "kind"},
    {"kind": "conversion", "event_id": "missing"},
    "no object",
]
CSV_HEAD = "Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value,Video plays"
GOOGLE_ADS = "\n".join(
    (
        CSV_HEAD,
        "2026-03-10,Spring,EUR,1200,40,22.50,2,80.00,12",
        "2026-03-10,Summer,EUR,nine,30,18.00,1,40.00,1",
        "2026-03-11,Autumn,,900,30,18.00,1,40.00,1",
        "Total: Campaigns,,EUR,2100,70,40.50,3,120.00,13",
    )
).encode()
OWN_FILE = b"Datum;Kampagne;Klicks;Kosten\n10.03.2026;A;12;3,50\n32.03.2026;B;1;1,00\n"
MAPPING = {
    "columns": {"Datum": "day", "Kampagne": "campaign_id", "Klicks": "click", "Kosten": "cost"},
    "constants": {"channel": "xing", "paid": True, "currency": "EUR"},
    "dates": "dmy",
    "decimal_mark": ",",
}
HOLDOUT = {
    "experiment_id": "clicks-2026-02",
    "name": "Clicks",
    "kind": "holdout",
    "channel": "google_ads",
    "type": "click",
    "paid": True,
    "goal": "purchase",
    "from": "2026-02-01",
    "to": "2026-02-28",
    "treated": {"people": 20_000, "conversions": 560, "converters": 510},
    "control": {"people": 20_000, "conversions": 400, "converters": 360},
    "engagements": 5_200,
}


def _geo_test() -> dict[str, Any]:
    rng = random.Random(5)
    regions = {}
    for number, name in enumerate(("north", "south", "east", "west", "coast", "hills")):
        level = 30 + 15 * number
        counts = [rng.randrange(level - 5, level + 6) for _ in range(40)]
        if name in ("north", "south"):
            counts[30:] = [round(1.4 * count) for count in counts[30:]]
        regions[name] = counts
    fields = ("channel", "type", "paid", "goal")
    return {name: HOLDOUT[name] for name in fields} | {
        "experiment_id": "geo-2026-02",
        "kind": "geo",
        "from": "2026-01-31",
        "to": "2026-02-09",
        "engagements": 1_000,
        "treated_regions": ["north", "south"],
        "series": {"first_day": "2026-01-01", "regions": regions},
    }


# --- themes -------------------------------------------------------------------------------------

KEYS = (
    _post("/v1/keys", {"role": "tag"}, keep={"tag": "key", "tag_id": "id"}),
    _post("/v1/keys", {"role": "ingest"}, keep={"ingest": "key", "ingest_id": "id"}),
    _post(
        "/v1/keys",
        {"role": "read", "expires_in_days": 90},
        keep={"read": "key", "read_id": "id"},
    ),
    _post(
        "/v1/keys",
        {"role": "read", "expires_at": "2026-04-01T00:00:00Z"},
        keep={"second_read": "key", "second_id": "id"},
    ),
    _post("/v1/keys", {"role": "read"}),
    _post("/v1/keys", {"role": "owner"}),
    _post("/v1/keys", {"role": 7}),
    _post("/v1/keys", {}),
    _post("/v1/keys", {"role": "tag", "expires_in_days": 0}),
    _post("/v1/keys", {"role": "tag", "expires_in_days": 1, "expires_at": "2026-04-01T00:00:00Z"}),
    _post("/v1/keys", {"role": "tag", "expires_at": "tomorrow"}),
    Ask("DELETE", "/v1/keys/{second_id}"),
    _get("/v1/settings", key="second_read"),
    Ask("DELETE", "/v1/keys/ffffffffffff"),
    _get("/v1/settings", key="", headers={"x-api-key": "lw_demo.ffffffffffff.nonsense"}),
    _get("/v1/settings", key="", headers={"authorization": "Bearer {read}"}),
    _get("/v1/keys"),
    _get("/v1/keys?limit=1"),
    _get("/v1/keys?limit=2&cursor={admin_id}"),
    _get("/v1/keys?format=csv"),
)
GATEWAY = (
    _get("/v1/mappings", headers={"accept": "image/png"}),
    _get("/v1/mappings", headers={"accept": "text/csv"}),
    _post("/v1/events", {"events": []}, key="read"),
    _post("/docs/errors", {}, key=""),
    _get("/v1/timeseries?metric=cost&metric=value&group_by=channel"),
    _get("/v2/roi"),
    Ask("HEAD", "/v2/roi"),
    Ask("DELETE", "/v1/mappings/..%2F.."),
    _post("/v1/events", b'{"events": []}'),
    _post("/v1/events", '{"events": []}'),
    _post(
        "/v1/events",
        gzip.compress(json.dumps({"events": [LIKE]}).encode(), mtime=0),
        headers={"content-encoding": "gzip"},
    ),
    _post(
        "/v1/events", gzip.compress(b"{}" * 50, mtime=0)[:20], headers={"content-encoding": "gzip"}
    ),
    _post("/v1/events", b"\x0b\x02\x80", headers={"content-encoding": "br"}),
    _post("/v1/events", b'{"events": ["\xff"]}'),
    _post("/v1/events", '{"events": [NaN]}'),
    _post("/v1/events", '{"events": [], "events": []}'),
    _post("/v1/events", "[" * 200 + "]" * 200),
    Ask("HEAD", "/v1/health", key=""),
    _get("/v1/health", key="", headers={"accept": None}, keep={"health_tag": r'ETag: "(\w+)"'}),
    _get("/v1/health", key="", headers={"if-none-match": 'W/"{health_tag}", "x"'}),
    _get("/v1/health?x=1", key=""),
    _post("/v1/events", None),
    _post("/v1/events", None, headers={"content-type": "application/json"}),
    _get("/v1/imports", headers=None, key=""),
    _get("/v1/imports", key=""),
    Ask("OPTIONS", "/v1/mappings/ours", key=""),
    *(
        Ask(
            "OPTIONS",
            "/v1/events",
            key="",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,x-api-key",
            },
        )
        for origin in ("https://allowed.example", "https://other.example")
    ),
    _get("/v1/settings", headers={"Origin": "https://allowed.example"}),
    _get("/v1/settings?utm_source=x&_=1"),
    _get("/v1/imports"),
    _get("/v1/imports?format=csv"),
    _get("/v1/roi"),
    _get("/v1/fits/{no_fit}", event={"pathParameters": None}),
)
EVENTS = (
    _post("/v1/events", {"events": [LIKE]}, key="ingest"),
    _post("/v1/events", {"events": [LIKE, LIKE]}, key="tag"),
    _post("/v1/events", {"events": [LIKE | {"type": "share"}]}),
    _post("/v1/events", {"events": WRONG_EVENTS}),
    _post("/v1/events", {"events": WRONG_EVENTS[1:3]}),
    _post("/v1/events", [LIKE, LIKE | {"event_id": "line-2"}, {"kind": "wish"}]),
    _post(
        "/v1/events",
        f"{json.dumps(LIKE)}\n\nno json\n",
        headers={"content-type": "application/x-ndjson"},
    ),
    _post("/v1/events", {"events": [LIKE] * (EVENTS_AT_ONCE + 1)}),
    _post("/v1/events", {"events": None}),
    _post("/v1/events", {"events": {}}),
    _post("/v1/events", {"events": [], "more": 1}),
    _post("/v1/events", {}),
    _post("/v1/events", "[]"),
    _post("/v1/events", "a,b", headers={"content-type": "text/csv"}),
    *_demo_bodies(),
    Work("totals"),
)
SETTINGS = (
    _get("/v1/settings", key="read"),
    Ask(
        "PATCH",
        "/v1/settings",
        {"country": "DE", "roles": {"email": "arrival"}, "fit_window_days": DAYS},
    ),
    Ask("PATCH", "/v1/settings", {"time_zone": "Europe/Berlin", "user_ids": "people"}),
    Ask(
        "PATCH",
        "/v1/settings",
        {"time_zone": "Mars", "country": "XX", "roles": {"X": "y"}, "user_ids": "a"},
    ),
    Ask("PATCH", "/v1/settings", {"brand_terms": ["acme"]}),
    Ask("PATCH", "/v1/settings", {"currency": "USD"}),
    Ask("PATCH", "/v1/settings", {"fit_window_days": 3, "country": None}),
    Ask("PATCH", "/v1/settings", "no json"),
    _get("/v1/settings", key="read"),
)
MAPPINGS = (
    Ask("PUT", "/v1/mappings/ours", MAPPING),
    Ask("PUT", "/v1/mappings/ours", MAPPING),
    Ask("PUT", "/v1/mappings/theirs", MAPPING | {"dates": "mdy"}),
    Ask("PUT", "/v1/mappings/wrong", {"columns": {"Tag": "day", "Likes": "like"}}),
    Ask("PUT", "/v1/mappings/wrong", {"columns": {"Tag": "dai"}, "dates": "ymd"}),
    Ask("PUT", "/v1/mappings/wrong", {}),
    Ask("PUT", "/v1/mappings/No Name", MAPPING),
    _get("/v1/mappings", key="ingest"),
    _get("/v1/mappings?limit=1"),
    _get("/v1/mappings?limit=1&cursor=ours"),
    _get("/v1/mappings?limit=0"),
    _get("/v1/mappings?format=csv"),
    _get("/v1/mappings?format=xml"),
    _get("/v1/mappings/ours"),
    _get("/v1/mappings/nothing"),
    Ask("DELETE", "/v1/mappings/theirs"),
    Ask("DELETE", "/v1/mappings/theirs"),
)
IMPORTS = (
    _post(
        "/v1/imports",
        {"filename": "ads.csv", "bytes": len(GOOGLE_ADS)},
        key="ingest",
        keep={"import_1": "id", "upload_1": "upload.url"},
    ),
    _get("/v1/imports/{import_1}"),
    _get("/v1/imports/{import_1}/rejects"),
    Work(upload="upload_1", content=GOOGLE_ADS),
    _get("/v1/imports/{import_1}", key="read"),
    _get("/v1/imports/{import_1}/rejects"),
    _get("/v1/imports/{import_1}/rejects?limit=1"),
    _get("/v1/imports/{import_1}/rejects?format=csv"),
    _get("/v1/imports/{import_1}/rejects?cursor=x"),
    _post("/v1/imports/{import_1}/replay", {"currency": "EUR"}, key="ingest"),
    _post("/v1/imports/{import_1}/replay", {"currency": "EUR"}, key="ingest"),
    Work("import"),
    _get("/v1/imports/{import_1}"),
    _post("/v1/imports/{import_1}/replay", {"spread": "yes"}),
    _post("/v1/imports/{import_1}/replay", {"typo": 1}),
    _post(
        "/v1/imports",
        {"filename": "own.csv", "mapping": "ours"},
        keep={"import_2": "id", "upload_2": "upload.url"},
    ),
    Work(upload="upload_2", content=OWN_FILE),
    _get("/v1/imports/{import_2}"),
    _get("/v1/imports/{import_2}/rejects"),
    _post(
        "/v1/imports",
        {"filename": "unknown.csv"},
        keep={"import_3": "id", "upload_3": "upload.url"},
    ),
    Work(upload="upload_3", content=b"a,b\n1,2\n"),
    _get("/v1/imports/{import_3}"),
    _get("/v1/imports", key="read"),
    _get("/v1/imports?format=csv"),
    _get("/v1/imports?limit=1"),
    _get("/v1/imports?limit=1&cursor={import_2}"),
    Ask("DELETE", "/v1/imports/{import_1}"),
    Work("import"),
    Ask("DELETE", "/v1/imports/{import_1}"),
    _get("/v1/imports/{import_1}"),
    Ask("DELETE", f"/v1/imports/{NO_ID}"),
    _get(f"/v1/imports/{NO_ID}"),
    _get("/v1/imports/no-id/rejects"),
    _post(f"/v1/imports/{NO_ID}/replay", None),
    _post("/v1/imports", {"filename": ""}),
    _post("/v1/imports", {"filename": "x.csv", "platform": "myspace"}),
    _post("/v1/imports", {"filename": "x.csv", "mapping": "nothing"}),
    _post(
        "/v1/imports",
        {"filename": "x.csv", "mapping": {"columns": {}}},
        keep={"import_4": "id"},
    ),
    _post("/v1/imports", {"filename": "x.csv", "bytes": 10**12, "currency": "Euro"}),
    _post("/v1/imports", {"bytes": "1"}),
    Work("totals"),
)
TIMESERIES = (
    *(
        _get(f"/v1/timeseries?metric={metric}&group_by={group}&interval={interval}")
        for metric, group, interval in (
            ("engagements", "channel", "week"),
            ("engagements", "kind", "month"),
            ("engagements", "none", "day"),
            ("cost", "channel", "week"),
            ("conversions", "goal", "month"),
            ("value", "none", "week"),
            ("sentiment", "type", "month"),
        )
    ),
    _get("/v1/timeseries?metric=cost&from=2026-02-01&to=2026-02-03&format=csv", key="read"),
    _get("/v1/timeseries?metric=conversions&from=2026-02-01T00:00:00Z&to=1770163200"),
    Ask("HEAD", "/v1/timeseries?metric=cost&from=2026-02-01&to=2026-02-03"),
    _get("/v1/timeseries"),
    _get("/v1/timeseries?metric=joy"),
    _get("/v1/timeseries?metric=cost&group_by=type"),
    _get("/v1/timeseries?metric=cost&interval=hour"),
    _get("/v1/timeseries?metric=cost&from=2026-02-30"),
    _get("/v1/timeseries?metric=cost&from=20260201"),
    _get("/v1/timeseries?metric=cost&from=2026-02-03&to=2026-02-01"),
    _get("/v1/timeseries?metric="),
)
COVERAGE = (
    _get("/v1/coverage", key="read"),
    _get("/v1/coverage?from=2026-02-27&to=2026-03-05"),
    _get("/v1/coverage?from=2026-02-27&to=2026-03-05&format=csv"),
    _get("/v1/coverage?from=2026-03-05&to=2026-03-01"),
    _get("/v1/coverage?from=yesterday"),
)
EXPERIMENTS = (
    _post("/v1/experiments", HOLDOUT),
    _post("/v1/experiments", HOLDOUT | {"name": "Clicks, corrected"}),
    _post("/v1/experiments", _geo_test()),
    _post(
        "/v1/experiments",
        {name: HOLDOUT[name] for name in HOLDOUT if name not in ("treated", "control")}
        | {
            "experiment_id": "effect-1",
            "effect": {"conversions_per_engagement": 0.05, "standard_error": 0.02},
        },
    ),
    _post("/v1/experiments", HOLDOUT | {"experiment_id": "no id!", "kind": "guess"}),
    _post("/v1/experiments", HOLDOUT | {"experiment_id": "x", "to": "2026-01-01", "typo": 1}),
    _post("/v1/experiments", {"kind": "holdout"}),
    _post("/v1/experiments", "[]"),
    _get("/v1/experiments", key="read"),
    _get("/v1/experiments?format=csv"),
    _get("/v1/experiments?limit=1"),
    _get("/v1/experiments?limit=1&cursor=clicks-2026-02"),
    _get("/v1/experiments/geo-2026-02"),
    _get("/v1/experiments/nothing"),
)
FITS = (
    _get("/v1/fits"),
    _post("/v1/fits", None, keep={"fit": "id"}),
    _get("/v1/fits/{fit}", key="read"),
    Work("fit"),
    _get("/v1/fits/{fit}", key="read"),
    _post("/v1/fits", {"from": "2026-02-01", "to": "2026-02-10"}, keep={"short_fit": "id"}),
    Work("fit"),
    _get("/v1/fits/{short_fit}"),
    _get("/v1/fits", key="read"),
    _get("/v1/fits?format=csv"),
    _get("/v1/fits?limit=1"),
    _get("/v1/fits?limit=1&cursor={short_fit}"),
    _get(f"/v1/fits/{NO_ID}"),
    _get("/v1/fits/no-id"),
    _post("/v1/fits", {"from": "2026-02-10", "to": "2026-02-01"}),
    _post("/v1/fits", {"from": "soon"}),
    _post("/v1/fits", {"window": 1}),
)


def _answers(path: str, *queries: str, days: str = "") -> tuple[Ask, ...]:
    """The questions of every answer from a fit, and those of one answer."""
    start = f"{path}?{days}&" if days else f"{path}?"
    return (
        _get(start.rstrip("?&"), key="read"),
        _get(f"{start}format=csv", key="read"),
        _get(path, headers={"if-none-match": "*"}),
        _get(f"{path}?from=2026-02-01&to=2026-02-02&goal=purchase&fit={{fit}}"),
        _get(f"{path}?from=2025-12-01&to=2026-02-01", brief=True),
        _get(f"{path}?from=2027-02-01&to=2027-03-01"),
        _get(f"{path}?goal=lead", brief=True),
        _get(f"{path}?goal=wish"),
        _get(f"{path}?fit={NO_ID}"),
        _get(f"{path}?fit=no-id"),
        *(_get(f"{path}?{query}") for query in queries),
    )


ANSWERS = {
    "roi": _answers("/v1/roi", "channel=facebook", "channel=myspace", "goal=lead"),
    "engagements": _answers("/v1/engagements"),
    "equivalence": _answers(
        "/v1/equivalence",
        "engagement=facebook/like&baseline=google_ads/click",
        "engagement=google_ads/click&baseline=facebook/like",
        "engagement=xing/share",
        "engagement=youtube/view&format=csv",
        "engagement=myspace/like",
        "engagement=facebook",
    ),
    "equivalences": _answers("/v1/equivalences"),
    "audiences": _answers(
        "/v1/audiences",
        "channel=facebook&size=5000",
        "horizon_days=30",
        "size=0&format=csv",
        "channel=myspace",
        "size=-1",
        "size=many",
        "horizon_days=0",
    ),
    "plans": (
        _get("/v1/response-curves", key="read"),
        _get("/v1/response-curves?format=csv", key="read"),
        _get("/v1/response-curves?channel=wish"),
        _get("/v1/response-curves?goal=lead"),
        _post("/v1/plans", {"days": 28, "margin": 0.4}),
        _post("/v1/plans", {"freeze": ["facebook"]}),
        _post("/v1/plans", {"days": 0}),
        _post("/v1/plans", {"goals": {"purchase": 1, "lead": 40}}),
        _post("/v1/plans", {"goals": {"wish": 1}}),
        _post("/v1/plans", {}, key="read"),
    ),
    "designs": (
        _get("/v1/experiments/design?channel=google_ads", key="read"),
        _get("/v1/experiments/design?channel=google_ads&kind=switchback&days=84&margin=0.4"),
        _get("/v1/experiments/design?channel=facebook&type=like&kind=holdout&effect=0.2"),
        _get("/v1/experiments/design?channel=google_ads&days=14"),
        _get(
            "/v1/experiments/switchback?channel=google_ads&first_day=2026-01-19&days=28", key="read"
        ),
        _get("/v1/experiments/switchback?channel=google_ads&first_day=2026-08-03"),
        _get("/v1/experiments/switchback?channel=google_ads&first_day=2026-01-05&days=14"),
        _get("/v1/experiments/switchback?channel=google_ads"),
        _get("/v1/experiments/design"),
        _get("/v1/experiments/design?channel=wish"),
        _get("/v1/experiments/design?channel=google_ads&kind=geo"),
        _get("/v1/experiments/design?channel=google_ads&kind=switchback&people=100"),
        _get("/v1/experiments/design?channel=google_ads&days=0"),
        _post(
            "/v1/experiments/design",
            {"channel": "google_ads", "kind": "holdout", "people": 400_000, "rate": 0.05},
            key="read",
        ),
        _post(
            "/v1/experiments/design",
            {"channel": "google_ads", "days": 10, "series": _geo_test()["series"]},
        ),
        _post("/v1/experiments/design", {"kind": "geo", "csv": "day,region\n"}),
    ),
    "virality": (
        *_answers("/v1/virality", "from=2026-02-01&to=2026-02-28"),
        _post("/v1/virality/people", {"user_ids": ["person-1", "person-2", "nobody"]}),
        _post("/v1/virality/people", {"user_ids": ["person-1"]}, key="read"),
        _post("/v1/virality/people", {"user_ids": []}),
        _post("/v1/virality/people", {"user_ids": ["person-1", " "]}),
        _post("/v1/virality/people", {"users": ["person-1"]}),
    ),
    "search-effects": _answers(
        "/v1/search-effects",
        "channel=youtube",
        "only_through_search=youtube/view&rounding=0.1",
        "channel=youtube&format=csv",
        "only_through_search=myspace/like",
        "rounding=0.3",
    ),
    "decomposition": _answers("/v1/decomposition", days="from=2026-02-27&to=2026-03-04"),
    "attribution": _answers(
        "/v1/attribution", "model=last,markov", "model=shapley&format=csv", "model=best"
    ),
}
TALKED = "/v1/dialogue?from=2026-02-15&to=2026-03-14&as_of=2026-03-14"
_TALK = make_talk(FIRST_DAY, DAYS, per_day=6, storm=57)
DIALOGUE = (
    *(
        Ask("POST", "/v1/events", _TALK[start : start + EVENTS_AT_ONCE], brief=True)
        for start in range(0, len(_TALK), EVENTS_AT_ONCE)
    ),
    Work("totals"),
    _get(f"{TALKED}&hours=mon-fri/09:00-17:00/Europe/Berlin", key="read"),
    _get(f"{TALKED}&format=csv", key="read"),
    _get(f"{TALKED}&channel=facebook&criticism=-0.5&rounding=0.5&false_alarms=12", brief=True),
    _get("/v1/dialogue", brief=True),
    _get("/v1/dialogue?from=2026-02-15&to=2026-02-15&channel=myspace"),
    _get("/v1/dialogue?hours=always&criticism=0.5&false_alarms=100"),
    _get("/v1/dialogue?from=2026-02-15&to=2026-02-14"),
    _get("/v1/dialogue?from=2026-02-15&before_to=2026-02-15"),
    _get("/v1/dialogue?as_of=yesterday"),
    _get("/v1/dialogue?criticism=low"),
    _get("/v1/dialogue/sample?n=6&from=2026-02-15&to=2026-03-14&as_of=2026-03-14", key="read"),
    _get("/v1/dialogue/sample?n=3&from=2026-03-01&to=2026-03-14&format=csv", key="read"),
    _get("/v1/dialogue/sample?n=0"),
    _get("/v1/dialogue/sample?hours=always"),
)
LINKED = "/v1/roi?goal=purchase&format=csv"
LINKS = (
    _post(
        "/v1/links",
        {"path": "/v1/roi", "query": {"goal": "purchase", "format": "csv"}},
        keep={"link_id": "id", "link": r"link=([\w.-]+)"},
    ),
    _post(
        "/v1/links",
        {"path": "/v1/coverage", "expires_in_days": 1},
        keep={"link_2_id": "id", "link_2": r"link=([\w.-]+)"},
    ),
    _post("/v1/links", {"path": "/v1/keys"}),
    _post("/v1/links", {"path": "/v1/roi", "query": {"goal": 1}}),
    _post("/v1/links", {"path": "/v1/roi", "query": {"typo": "1"}}),
    _post("/v1/links", {"path": "/v1/roi", "expires_in_days": 0}),
    _post("/v1/links", {}),
    _get(f"{LINKED}&link={{link}}", key=""),
    _get("/v1/roi?link=lwl_demo.x.y", key=""),
    _get(f"{LINKED}&link={{link}}&channel=facebook", key=""),
    _get("/v1/links"),
    _get("/v1/links?format=csv"),
    _get("/v1/links?limit=1"),
    _get("/v1/links/{link_id}"),
    _get(f"/v1/links/{NO_ID}"),
    Ask("DELETE", "/v1/links/{link_id}"),
    _get(f"{LINKED}&link={{link}}", key=""),
    _get("/v1/links/{link_id}"),
    Ask("DELETE", f"/v1/links/{NO_ID}"),
)
ERASURES = (
    Ask("DELETE", "/v1/users/person-1", keep={"receipt": "id"}),
    Ask("DELETE", "/v1/users/person%20nobody", keep={"receipt_2": "id"}),
    Ask("DELETE", "/v1/users/%20"),
    Ask("DELETE", "/v1/users/%FF"),
    _get("/v1/erasures"),
    _get("/v1/erasures?format=csv"),
    _get("/v1/erasures?limit=1"),
    _get("/v1/erasures/{receipt}"),
    _get(f"/v1/erasures/{NO_ID}"),
    _get("/v1/erasures/no-id"),
)
PAGES = (
    _get("/", key="", keep={"script": r'module" src="dashboard/([\w.-]+\.js)"'}),
    _get("/dashboard/{script}", key=""),
    _get("/dashboard/old.js", key=""),
    _get("/docs", key=""),
    _get("/docs/errors", key=""),
    _get("/docs/nothing", key=""),
    _get("/docs/assets/plain.css", key=""),
    Ask("HEAD", "/openapi.json", key=""),
    _get("/openapi.json", key="", headers={"if-none-match": "*"}),
    _get("/v1/codes", key=""),
    _get("/v1/codes?language=fr", key=""),
    _get("/v1/codes?format=csv", key=""),
)

THEMES = (
    Theme("keys", _clock(1), KEYS),
    Theme("gateway", _clock(2), GATEWAY),
    Theme("events", _clock(3), EVENTS),
    Theme("settings", _clock(4), SETTINGS),
    Theme("mappings", _clock(5), MAPPINGS),
    Theme("imports", _clock(6), IMPORTS),
    Theme("timeseries", _clock(7), TIMESERIES),
    Theme("coverage", _clock(8), COVERAGE),
    Theme("experiments", _clock(9), EXPERIMENTS, fitted=True),
    Theme("fits", _clock(10), FITS, fitted=True),
    *(Theme(name, _clock(11), steps, fitted=True) for name, steps in ANSWERS.items()),
    Theme("links", _clock(12), LINKS, fitted=True),
    Theme("erasures", _clock(13), ERASURES),
    Theme("dialogue", _clock(14), DIALOGUE, fitted=True),
    Theme("pages", _clock(14), PAGES),
)


def access(routes: Mapping[str, list[str]]) -> Theme:
    """Every call with every role; an unknown parameter keeps those that may from doing it."""
    steps = [
        Ask(method, f"{_path(route)}?unknown=1", key=role, brief=role not in ("", "admin"))
        for route, served in routes.items()
        for method in served
        if method not in ("HEAD", "OPTIONS")
        for role in ROLES
    ]
    return Theme("access", _clock(15), tuple(steps))


def methods(routes: Mapping[str, list[str]]) -> Theme:
    """OPTIONS of every path, its HEAD, and a method that it does not have."""
    steps = [
        Ask(method, _path(route), key="")
        for route, served in routes.items()
        for method in (
            "OPTIONS",
            *(["HEAD"] if "GET" in served else []),
            "PATCH" if "PATCH" not in served else "PUT",
        )
    ]
    return Theme("methods", _clock(16), tuple(steps))


def _path(route: str) -> str:
    return route.replace("{page}", "errors").replace("{", "").replace("}", "")
