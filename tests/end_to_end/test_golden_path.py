"""The whole path in one process: export bytes into S3 -> events -> totals -> fit -> answers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import app
from chalicelib.local.installation import Installation
from chalicelib.local.service import LocalService

DAYS = 70
TENANT = "acme"


class Brand:
    """Seventy days of ads, videos and orders; a click brings 0.2 orders on the days after it."""

    def __init__(self) -> None:
        rng = np.random.default_rng(12)
        yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
        self.days = [yesterday - dt.timedelta(days=n) for n in reversed(range(DAYS))]
        self.clicks = rng.poisson(120 * np.exp(0.5 * rng.standard_normal(DAYS)))
        self.views = rng.poisson(300 * np.exp(0.4 * rng.standard_normal(DAYS)))
        stock, orders = 0.0, []
        for clicks in self.clicks:
            stock = 0.5 * stock + clicks
            orders.append(rng.poisson(5 + 0.1 * stock))
        self.orders = np.array(orders)
        self.cost_cents = self.clicks * 85

    def google_ads(self) -> bytes:
        """A daily campaign report, English, with its totals rows."""
        first, last = self.days[0], self.days[-1]
        rows = [
            f"Campaign report\n{first:%-d %B %Y} - {last:%-d %B %Y}\n"
            "Campaign,Day,Currency code,Cost,Clicks,Impr.\n"
        ]
        for day, clicks, cents in zip(self.days, self.clicks, self.cost_cents, strict=True):
            rows.append(f"Brand,{day},EUR,{cents / 100:.2f},{clicks},{clicks * 20}\n")
        total = f"{self.cost_cents.sum() / 100:.2f},{self.clicks.sum()},{self.clicks.sum() * 20}"
        rows.append(f"Total: Campaigns, --,EUR,{total}\nTotal: Account, --,EUR,{total}\n")
        return "".join(rows).encode("utf-16")

    def youtube(self) -> bytes:
        """The totals file of YouTube Studio, German, with soft hyphens."""
        lines = ["Da\u00adtum,Auf\u00adru\u00adfe"]
        lines += [f"{day},{views}" for day, views in zip(self.days, self.views, strict=True)]
        return "\n".join(lines).encode()

    def shopify(self) -> bytes:
        """Orders of 50 EUR, every second one with a second line item."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns = ["Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Total"]
        columns += ["Created at", "Lineitem quantity", "Lineitem name", "Refunded Amount", "Id"]
        writer.writerow(columns)
        number = 1000
        for day, orders in zip(self.days, self.orders, strict=True):
            for n in range(orders):
                number += 1
                when = f"{day} {8 + n % 12:02d}:{n % 60:02d}:00 +0000"
                head = [f"#{number}", f"canary{number}@example.com"]
                paid = ["paid", when, "EUR", "45.00", "50.00", when, "1", "Cup", "0.00", number]
                writer.writerow(head + paid)
                if number % 2:
                    writer.writerow([*head, "", "", "", "", "", when, "1", "Saucer", "", ""])
        return out.getvalue().encode()


class Client:
    """A user of the API."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self._url + path,
            method=method,
            headers={"x-api-key": self._key, "content-type": "application/json"},
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.headers["RateLimit-Policy"] == '"default";q=600;w=60'
            assert answer.headers["RateLimit"].startswith('"default";r=5')
            return json.load(answer)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    made = LocalService(app, Installation(tmp_path / "state"), port=0)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def deliver(service: LocalService, brand: Brand, suffix: str = "") -> None:
    service.put_object(f"imports/{TENANT}/google ads{suffix}.csv", brand.google_ads())
    service.put_object(f"imports/{TENANT}/Gesamtwerte{suffix}.csv", brand.youtube())
    service.put_object(f"imports/{TENANT}/orders{suffix}.csv", brand.shopify())
    service.wait_until_idle(60)


def answers_of(service: LocalService, client: Client, brand: Brand) -> dict[str, Any]:
    """A new fit and what it says, without what names the fit."""
    client.call("POST", "/v1/fits", {})
    service.wait_until_idle(120)
    span = f"from={brand.days[0]}&to={brand.days[-1]}"
    roi = client.call("GET", f"/v1/roi?{span}")
    pair = "engagement=youtube/view&baseline=google_ads/click"
    equivalence = client.call("GET", f"/v1/equivalence?{pair}&{span}")
    series = client.call(
        "GET", f"/v1/timeseries?metric=engagements&group_by=type&{span}&interval=day"
    )
    for answer in (roi, equivalence):
        answer.pop("fit")
    del series["as_of"]  # when, not what: it moves on with every reading
    return {"roi": roi, "equivalence": equivalence, "timeseries": series}


def test_exports_dropped_into_the_bucket_end_as_roi_and_a_second_delivery_changes_no_number(
    service: LocalService,
) -> None:
    brand = Brand()
    client = Client(service.url, service.create_key(TENANT, "admin", currency="EUR"))

    deliver(service, brand)
    first = answers_of(service, client, brand)

    imports = client.call("GET", "/v1/imports")["imports"]
    assert sorted((i["platform"], i["state"], i["rejected"]) for i in imports) == [
        ("google_ads", "done", 0),
        ("shopify", "done", 0),
        ("youtube", "done", 0),
    ]
    channels = {channel["channel"]: channel for channel in first["roi"]["channels"]}
    ads = channels["google_ads"]
    counts = {e["type"]: e["count"] for e in ads["engagements"]}
    assert counts["click"] == brand.clicks.sum()
    assert counts["impression"] == brand.clicks.sum() * 20
    assert ads["cost"] == pytest.approx(brand.cost_cents.sum() / 100)
    click = next(e for e in ads["engagements"] if e["type"] == "click")
    assert click["method"] == "time_series"
    interval = click["conversions_per_engagement"]
    half = (interval["ci_high"] - interval["ci_low"]) / 2
    assert abs(interval["estimate"] - 0.2) < 2 * half
    assert interval["ci_low"] > 0
    # clicks on the own brand's name may be among them, and the totals cannot tell
    assert ads["roi"]["ci_low"] > 0
    assert (ads["verdict"], ads["reasons"]) == ("inconclusive", ["search_ads_not_split"])
    assert channels["youtube"]["engagements"][0]["count"] == brand.views.sum()
    assert first["equivalence"]["baseline"]["cost_per_engagement"] == pytest.approx(0.85)

    deliver(service, brand)
    deliver(service, brand, suffix=" (again)")

    assert answers_of(service, client, brand) == first


def readable(item: dict[str, Any]) -> str:
    """An item as text, compressed attributes unpacked."""
    plain = {
        name: zlib.decompress(value["B"]).decode() if "B" in value else value
        for name, value in item.items()
    }
    return json.dumps(plain)


def test_a_buyers_address_is_nowhere_in_the_service(service: LocalService) -> None:
    brand = Brand()
    client = Client(service.url, service.create_key(TENANT, "admin", currency="EUR"))

    service.put_object(f"imports/{TENANT}/orders.csv", brand.shopify())
    service.wait_until_idle(60)

    assert client.call("GET", "/v1/imports")["imports"][0]["state"] == "done"
    database = service.machine.database
    partitions = [pk for (pk,) in database.rows("SELECT pk FROM partitions")]
    items = [item for pk in partitions for item in service.machine.table.query(pk)]
    assert len(items) > brand.orders.sum()
    assert not [item for item in items if "canary" in readable(item)]


def test_the_url_of_a_link_can_be_fetched_as_it_is_told(service: LocalService) -> None:
    client = Client(service.url, service.create_key(TENANT, "admin", currency="EUR"))
    query = {"metric": "cost", "from": "2026-03-01", "to": "2026-03-02", "format": "csv"}
    link = client.call("POST", "/v1/links", {"path": "/v1/timeseries", "query": query})

    with urllib.request.urlopen(link["url"], timeout=60) as answer:
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        header, *_ = csv.reader(io.StringIO(answer.read().decode()))
    assert header == ["start", "group", "value"]
