"""`make cost`: what an installation costs: a million events, and a month of tenants of three sizes.

    python -m infra.cost [--page docs/cost.md]

Units and seconds are measured in this run (`infra.metering`), prices are data (`prices.json`), and
what is neither stands in `Assumptions`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from chalicelib.settings import Settings
from chalicelib.telemetry import METRICS
from chalicelib.workers.totals_worker import CHANGES
from infra.metering import PER_REQUEST, Measured, Work, measure
from infra.prices import PriceTable, read_prices
from infra.stack import resources

TEMPLATE = Path(__file__).parents[1] / "docs" / "templates" / "cost.md"
REGIONS = ("us-east-1", "eu-central-1")
MILLION = 1_000_000
GB = 2**30
DAYS = 30
SECONDS = DAYS * 86_400

Use = dict[str, float]
"""Units by meter of `prices.json`."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is neither measured nor in the price table.

    Attributes
    ----------
    core_mb : int
        Memory at which Lambda gives a function a whole core; below, its share is in proportion.
    call_seconds : float
        How long a call of DynamoDB is waited for, which Lambda bills too.
    item_overhead_bytes : int
        That DynamoDB adds to every stored item.
    log_bytes : int
        Of CloudWatch's lines for an invocation.
    pollers : int
        Of Lambda on each queue, each asking every `poll_seconds`.
    poll_seconds : int
    stream_shards : int
        Of the table's stream, each of which invokes on its own.
    imported_share : float
        Of a tenant's events; the rest comes by HTTP in full batches.
    file_events : int
        Of an imported file.
    upload_days : int
        How long uploads are kept.
    calls_of_secret : int
        A month, one for each new process.
    """

    core_mb: int = 1769
    call_seconds: float = 0.010
    item_overhead_bytes: int = 100
    log_bytes: int = 600
    pollers: int = 5
    poll_seconds: int = 20
    stream_shards: int = 4
    imported_share: float = 0.2
    file_events: int = 10_000
    upload_days: int = 90
    calls_of_secret: int = 10_000


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant by size.

    Attributes
    ----------
    events : int
        A month.
    answers : int
        A month, of dashboards and spreadsheets, half of them ``/v1/roi``, half series.
    """

    events: int
    answers: int


TENANTS = (Tenant(100_000, 3_000), Tenant(10_000_000, 30_000), Tenant(300_000_000, 300_000))


@dataclass(frozen=True, slots=True)
class Functions:
    """Of the template.

    Attributes
    ----------
    mb : mapping of str to int
        Memory by function.
    fit_seconds : int
        How long a fit may take.
    alarms, secrets, queues, keys, dashboards : int
    """

    mb: Mapping[str, int]
    fit_seconds: int
    alarms: int
    secrets: int
    queues: int
    keys: int
    dashboards: int


def read_functions() -> Functions:
    """What the template deploys, in the stage `prod`."""
    template = resources()
    found, mapping = template["Resources"], template["Mappings"]["Stages"]["prod"]

    def megabytes(size: Any) -> int:
        return int(mapping[size["Fn::FindInMap"][-1]] if isinstance(size, dict) else size)

    mb = {
        n: megabytes(r["Properties"]["MemorySize"]) for n, r in found.items() if n[-7:] == "Handler"
    }

    def count(kind: str) -> int:
        return sum(resource.get("Type") == kind for resource in found.values())

    return Functions(
        mb,
        found["FitHandler"]["Properties"]["Timeout"],
        count("AWS::CloudWatch::Alarm"),
        count("AWS::SecretsManager::Secret"),
        sum("RedrivePolicy" in r.get("Properties", {}) for r in found.values()),
        count("AWS::KMS::Key"),
        count("AWS::CloudWatch::Dashboard"),
    )


@dataclass(frozen=True, slots=True)
class Model:
    """From what was measured to what is used."""

    measured: Measured
    functions: Functions
    assumed: Assumptions = Assumptions()

    def by_http(self, events: float, work: Work, per_request: int) -> Use:
        """Events by HTTP, without their totals."""
        requests = events / per_request
        return self._work("APIHandler", work, requests) | {
            "lambda_requests": requests,
            "gateway_requests": requests,
            "logs_ingested_gb": requests * self.assumed.log_bytes / GB,
        }

    def by_import(self, events: float) -> Use:
        """Events of files, without their totals; a message is sent, received and deleted."""
        files = events / self.assumed.file_events
        return self._work("ImportHandler", self.measured.imported, events) | {
            "lambda_requests": files,
            "s3_writes": files,
            "s3_reads": files,
            "sqs_requests": 3 * files,
            "logs_ingested_gb": files * self.assumed.log_bytes / GB,
        }

    def totals(self, events: float, work: Work) -> Use:
        """Day totals of events: what derives them, and the stream that tells of them."""
        batches = events / CHANGES.batch_size
        derived = self._work("AggregateHandler", work, events)
        told = self._work("AggregateHandler", self.measured.record, events)
        return added(derived, told, {"lambda_requests": batches})

    def million(self, way: Use) -> Use:
        """A million events that came in some way, with their totals."""
        return added(way, self.totals(MILLION, self.measured.totals_busy))

    def kept(self, events: float) -> Use:
        """A month of keeping so many events."""
        gb = events * (self.measured.item_bytes + self.assumed.item_overhead_bytes) / GB
        return {"dynamodb_stored_gb": gb, "dynamodb_recovery_gb": gb}

    def fits(self, events: float) -> Use:
        """A fit a day of so many events."""
        own = Work(0, 0, 0, self.fit_seconds(events, reading=False))
        read = self._work("FitHandler", self.measured.read_back, events * DAYS)
        return added(read, self._work("FitHandler", own, DAYS), {"lambda_requests": DAYS})

    def fit_seconds(self, events: float, *, reading: bool = True) -> float:
        """How long a fit of so many events takes."""
        own = self.measured.fit_seconds + events * self.measured.fit_event_seconds
        one = self._seconds("FitHandler", self.measured.read_back)
        return own + events * one if reading else own

    def most_fitted(self) -> float:
        """How many events a fit can have, for all the time that its function has."""
        each = self.fit_seconds(1) - self.fit_seconds(0)
        return max(self.functions.fit_seconds - self.fit_seconds(0), 0.0) / each

    def answers(self, number: float) -> Use:
        """Answers of dashboards: half from a fit, half series."""
        measured = self.measured
        return added(
            self._work("APIHandler", measured.answer, number / 2),
            self._work("APIHandler", measured.series, number / 2),
            {
                "lambda_requests": number,
                "gateway_requests": number,
                "internet_out_gb": number * measured.answer_bytes / GB,
                "logs_ingested_gb": number * self.assumed.log_bytes / GB,
            },
        )

    def standing(self) -> Use:
        """What an installation costs without anybody: what watches it, the secret, polling."""
        polls = self.functions.queues * self.assumed.pollers * SECONDS / self.assumed.poll_seconds
        return {
            "alarms": self.functions.alarms,
            "custom_metrics": len(METRICS),
            "dashboards": self.functions.dashboards,
            "kms_keys": self.functions.keys,
            "secrets": self.functions.secrets,
            "secret_calls": self.assumed.calls_of_secret,
            "sqs_requests": polls,
        }

    def month(self, tenant: Tenant, given: Settings) -> dict[str, Use]:
        """A month of an installation with this one tenant, in its last year of retention."""
        assumed, measured = self.assumed, self.measured
        imported = tenant.events * assumed.imported_share
        sent = tenant.events - imported
        a_shard = tenant.events / DAYS / given.shards
        windows = SECONDS / CHANGES.window_seconds * assumed.stream_shards
        idle = max(windows - tenant.events / CHANGES.batch_size, 0.0)
        logs = sum(use.get("logs_ingested_gb", 0.0) for use in self._daily(tenant).values())
        uploads = imported * assumed.upload_days / DAYS * measured.imported_bytes / GB
        return {
            **self._daily(tenant),
            "day totals": added(
                self.totals(tenant.events, self._totals_of(a_shard)),
                {"lambda_requests": min(idle, tenant.events)},
            ),
            "events by HTTP": self.by_http(sent, measured.batch, PER_REQUEST),
            "keeping": added(
                self.kept(tenant.events * given.retention_days / DAYS),
                {"s3_stored_gb": uploads, "logs_stored_gb": logs},
            ),
            "fits": self.fits(tenant.events * given.fit_window_days / DAYS),
            "the installation": self.standing(),
        }

    def _daily(self, tenant: Tenant) -> dict[str, Use]:
        imported = tenant.events * self.assumed.imported_share
        sent = self.by_http(tenant.events - imported, self.measured.batch, PER_REQUEST)
        return {
            "events by HTTP": sent,
            "events by import": self.by_import(imported),
            "answers": self.answers(tenant.answers),
        }

    def _totals_of(self, events_of_a_shard: float) -> Work:
        """Small partitions are read every quarter of an hour, large ones a few times a day."""
        small = events_of_a_shard < 1_000
        return self.measured.totals_quiet if small else self.measured.totals_busy

    def _work(self, function: str, work: Work, times: float) -> Use:
        seconds = self._seconds(function, work) * times
        return {
            "dynamodb_write_units": work.writes * times,
            "dynamodb_read_units": work.reads * times,
            "lambda_gb_seconds": seconds * self.functions.mb[function] / 1024,
        }

    def _seconds(self, function: str, work: Work) -> float:
        share = min(self.functions.mb[function] / self.assumed.core_mb, 1.0)
        return work.core_seconds / share + work.calls * self.assumed.call_seconds


def added(*uses: Use) -> Use:
    """Uses together."""
    return {
        m: sum(use.get(m, 0.0) for use in uses) for m in dict.fromkeys(k for u in uses for k in u)
    }


def page(model: Model, tables: Iterable[PriceTable], given: Settings) -> str:
    """docs/cost.md."""
    by_region = list(tables)
    first, most = by_region[0], model.most_fitted()
    window = given.fit_window_days / DAYS
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        as_of=first.as_of.isoformat(),
        compared=first.compared,
        how_to_update=first.how_to_update,
        million=_million(model, by_region),
        months="\n\n".join(_months(model, table, given) for table in by_region),
        units=_units(model.measured),
        prices=_prices(by_region),
        most_fitted=f"{most / MILLION:,.1f} million",
        most_monthly=f"{most / window / MILLION:,.1f} million",
        fit_window_days=given.fit_window_days,
        imported_percent=f"{model.assumed.imported_share:.0%}".removesuffix("%"),
        retention_days=given.retention_days,
        fit_function_seconds=model.functions.fit_seconds,
        **{name: getattr(model.assumed, name) for name in Assumptions.__slots__},
    )


def _million(model: Model, tables: list[PriceTable]) -> str:
    measured = model.measured
    ways: dict[str, Use] = {
        "by HTTP, 500 a request": model.by_http(MILLION, measured.batch, PER_REQUEST),
        "by HTTP, one a request": model.by_http(MILLION, measured.single, 1),
        "by import": model.by_import(MILLION),
    }
    services = ("DynamoDB", "Lambda", "API Gateway")
    rows = []
    for way, use in ways.items():
        for table in tables:
            sums = table.by_service(model.million(use))
            parts = [sums.get(service, 0.0) for service in services]
            rest = sum(sums.values()) - sum(parts)
            rows.append((way, table.region, *map(_dollars, (*parts, rest, sum(sums.values())))))
    return _table(("a million events", "region", *services, "rest", "**all**"), rows, text=2)


def _months(model: Model, table: PriceTable, given: Settings) -> str:
    bills = [
        {part: sum(table.bill(use).values()) for part, use in model.month(tenant, given).items()}
        for tenant in TENANTS
    ]
    head = (table.region, *(f"{tenant.events / MILLION:g} million" for tenant in TENANTS))
    rows = [(part, *(_dollars(bill[part]) for bill in bills)) for part in sorted(bills[0])]
    rows.append(("**a month**", *(f"**{_dollars(sum(bill.values()))}**" for bill in bills)))
    seconds = (model.fit_seconds(t.events * given.fit_window_days / DAYS) for t in TENANTS)
    allowed = model.functions.fit_seconds
    said = (f"{one:,.0f} s{'' if one <= allowed else ', too long'}" for one in seconds)
    rows.append(("a fit takes", *said))
    return _table(head, rows, text=1)


def _units(measured: Measured) -> str:
    rows = [
        ("a request of 500 events", measured.batch),
        ("a request of one event", measured.single),
        ("an imported event", measured.imported),
        ("totals, an event of 833 a day and shard", measured.totals_quiet),
        ("totals, an event of 11,520 a day and shard", measured.totals_busy),
        ("a record of the stream", measured.record),
        ("an event read by a fit", measured.read_back),
        ("`GET /v1/roi`", measured.answer),
        ("`GET /v1/timeseries`, 30 days", measured.series),
    ]
    cells = [
        (
            name,
            f"{w.writes:.4f}",
            f"{w.reads:.4f}",
            f"{w.calls:.4f}",
            f"{w.core_seconds * 1000:.3f}",
        )
        for name, w in rows
    ]
    return _table(("", "write units", "read units", "calls", "ms on a core"), cells, text=1)


def _prices(tables: list[PriceTable]) -> str:
    rows = []
    for price, *_ in ((table.prices[m] for table in tables) for m in tables[0].prices):
        meter = next(m for m, one in tables[0].prices.items() if one is price)
        here = [table.prices[meter] for table in tables]
        said = (
            f"{one.dollars:.10f}".rstrip("0") + ("" if one.corroborated else " ?") for one in here
        )
        rows.append((price.service, f"{price.per:,} × {price.unit}", *said, price.page))
    return _table(("service", "unit", *(t.region for t in tables), "page"), rows, text=2)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, text: int) -> str:
    marks = "|".join("---" if place < text else "--:" for place in range(len(head)))
    lines = [f"| {' | '.join(head)} |", f"|{marks}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}"


def main(measured: Callable[[], Measured] = measure) -> None:
    """Prints the page, or writes it."""
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    parser.add_argument("--page", type=Path, help="write it here")
    into = parser.parse_args().page
    tables = [read_prices(region) for region in REGIONS]
    text = page(Model(measured(), read_functions()), tables, Settings())
    if into is None:
        print(text)
    else:
        into.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
