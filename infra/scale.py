"""`python -m infra.scale`: a tenant of 10^9 events a year or a month: partitions, cost, time.

    python -m infra.scale [--page docs/scale.md]

Reading and writing are measured by `infra.metering`, the merge of a fit's parts by
`infra.merging`. What is neither stands in `Assumptions`, here and in `infra.cost`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from chalicelib.services.fitting.fit_parts import MAX_PARTS
from chalicelib.settings import Settings
from chalicelib.storage.table_keys import event_partition, shard_of
from infra.cost import DAYS, MILLION, REGIONS, SECONDS, Model, Tenant, Use
from infra.cost import read_functions as functions_of
from infra.merging import Merging, measure_merging
from infra.metering import Measured, Work, measure
from infra.prices import PriceTable, read_prices

TEMPLATE = Path(__file__).parents[1] / "docs" / "templates" / "scale.md"
PARTITION_WRITES, PARTITION_READS, PARTITION_BYTES = 1_000, 3_000, 10 * 10**9
TABLE_WRITES = 40_000
"""What DynamoDB gives a partition a second, how large one is, and a table before it is asked."""

TENANTS = {
    "10^9 a year": Tenant(1_000_000_000 // 12, 300_000),
    "10^9 a month": Tenant(10**9, 10**6),
}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is neither measured nor a limit of AWS.

    Attributes
    ----------
    peak : int
        The busiest second, by the mean.
    burst : int
        Events of one second, all of one day, in the drawn bursts.
    room : float
        Of a limit that may be used.
    start_seconds : float
        Until a function that is not warm begins.
    transitions : int
        Of the state machine, for each part.
    """

    peak: int = 10
    burst: int = 20_000
    room: float = 0.8
    start_seconds: float = 4.0
    transitions: int = 4


@dataclass(frozen=True, slots=True)
class Fanned:
    """A fit in parts.

    Attributes
    ----------
    parts : int
    part_seconds : float
        Of one of them.
    read_seconds : float
        Until all are there.
    followed : float
        Share of the people.
    merge_seconds, memory_bytes : float
        Of putting them together and estimating.
    kept_bytes : float
        In the bucket meanwhile.
    use : Use
    """

    parts: int
    part_seconds: float
    read_seconds: float
    followed: float
    merge_seconds: float
    memory_bytes: float
    kept_bytes: float
    use: Use

    @property
    def seconds(self) -> float:
        """From its message to its end."""
        return self.read_seconds + self.merge_seconds


@dataclass(frozen=True, slots=True)
class Scale:
    """From what was measured to what a large tenant needs."""

    model: Model
    merging: Merging
    given: Settings
    part_mb: int
    merge_mb: int
    assumed: Assumptions = Assumptions()

    def fit(self, events: float, shards: int, at_once: int) -> Fanned:
        """A fit of so many events in the window, so many parts at once."""
        given, merging = self.given, self.merging
        days = given.fit_window_days
        of_a_day = events / days / shards
        part_days = max(1, math.floor(given.fit_part_events / of_a_day))
        ranges = min(math.ceil(days / part_days), max(MAX_PARTS // shards, 1))
        parts, in_a_part = ranges * shards, events / (ranges * shards)
        one = self.read_seconds(in_a_part, self.part_mb)
        one += in_a_part * merging.pack_seconds / self._share(self.part_mb)
        followed = min(1.0, given.fit_merged_events / events)
        merged = events * followed
        merge = merging.fit_seconds + merged * (merging.merge_seconds + merging.fit_event_seconds)
        merge += 2 * parts * self.model.assumed.call_seconds  # each is fetched, and removed
        reading = Work(*self._read(events), 0.0)
        seconds = parts * one * self.part_mb + merge * self.merge_mb
        kept = merged * merging.part_bytes
        use = {
            "dynamodb_read_units": reading.reads,
            "lambda_gb_seconds": seconds / 1024,
            "lambda_requests": parts + 2.0,
            "s3_writes": float(parts),
            "s3_reads": float(parts),
            "state_transitions": float(parts * self.assumed.transitions + 3),
        }
        waves = math.ceil(parts / at_once)
        return Fanned(
            parts,
            one,
            self.assumed.start_seconds + waves * one,
            followed,
            self.assumed.start_seconds + merge,
            merging.base_bytes + merged * merging.memory_bytes,
            kept,
            use,
        )

    def shards_for(self, tenant: Tenant) -> dict[str, int]:
        """How many shards each limit asks for, powers of two."""
        per_day = tenant.events / DAYS
        peak, room = tenant.events / SECONDS * self.assumed.peak, self.assumed.room
        writes = next(
            n
            for n in (4, 8, 16, 32, 64, 128, 256)
            if peak * hottest(n, self.assumed.burst) <= PARTITION_WRITES * room
        )
        return {
            "writes": writes,
            "totals": _power(per_day / self.most_of_a_day("AggregateHandler", 300) / room),
            "a part": _power(per_day / self.most_of_a_day("", 900) / room),
        }

    def most_of_a_day(self, function: str, seconds: int) -> float:
        """How many events of a day and shard a function reads in its time."""
        mb = self.model.functions.mb[function] if function else self.part_mb
        return seconds / self.read_seconds(1.0, mb)

    def read_seconds(self, events: float, mb: int) -> float:
        """How long reading so many events takes with so much memory."""
        one, assumed = self.model.measured.read_back, self.model.assumed
        each = one.core_seconds / self._share(mb) + one.calls * assumed.call_seconds
        return events * each

    def month(self, tenant: Tenant, shards: int, at_once: int) -> dict[str, Use]:
        """As `infra.cost` counts a month, with a fit in parts a day."""
        window = tenant.events * self.given.fit_window_days / DAYS
        daily = self.fit(window, shards, at_once).use
        fits = {meter: amount * DAYS for meter, amount in daily.items()}
        return self.model.month(tenant, self.given) | {"fits": fits}

    def _read(self, events: float) -> tuple[float, float, float]:
        one = self.model.measured.read_back
        return one.writes * events, one.reads * events, one.calls * events

    def _share(self, mb: int) -> float:
        return min(mb / self.model.assumed.core_mb, 1.0)


def hottest(shards: int, events: int, *, day: dt.date = dt.date(2026, 3, 14)) -> float:
    """The largest share of a burst that one partition gets, over bursts of three sorts.

    Of nobody; of people who are all about equally active; and of people of whom few do much: the
    n-th does 1 / n of what the first would, and nobody a hundredth of all.
    """
    draw = random.Random(1)  # noqa: S311 - made-up bursts  # nosec B311
    heavy = [min(1 / n, 0.05) for n in range(1, 20_001)]
    bursts: list[Iterable[str]] = [
        (f"{n:08d}-3f2a-4c1e" for n in range(events)),
        (f"hash of user {draw.randrange(8_000)}" for _ in range(events)),
        (f"hash of user {n}" for n in draw.choices(range(20_000), heavy, k=events)),
    ]
    worst = 0
    for burst in bursts:
        units = Counter(event_partition("acme", day, shard_of(one, shards)) for one in burst)
        worst = max(worst, *units.values())
    return worst / events


# --- the page -----------------------------------------------------------------------------------


def page(scale: Scale, tables: Iterable[PriceTable]) -> str:
    """docs/scale.md."""
    by_region = list(tables)
    given, merging = scale.given, scale.merging
    most = (scale.merge_mb * 2**20 - merging.base_bytes) / merging.memory_bytes
    needs = {name: scale.shards_for(tenant) for name, tenant in TENANTS.items()}
    shards = {name: max(one.values()) for name, one in needs.items()}
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        partitions=_partitions(scale, needs, shards),
        heat=_heat(scale),
        fits=_fits(scale, shards),
        months="\n\n".join(_months(scale, table, shards) for table in by_region),
        units=_units(scale),
        large_shards=max(shards.values()),
        drawn=f"{scale.assumed.burst:,}",
        most_merged=f"{most / MILLION:,.0f}",
        merged_events=f"{given.fit_merged_events / MILLION:,.0f}",
        whole_events=f"{given.fit_whole_events / MILLION:,.0f}",
        part_events=f"{given.fit_part_events / MILLION:,.0f}",
        concurrency=given.fit_concurrency,
        most_of_a_day=f"{scale.most_of_a_day('AggregateHandler', 300) / MILLION:,.1f}",
        most_of_a_part=f"{scale.most_of_a_day('', 900) / MILLION:,.1f}",
        retention_days=given.retention_days,
        window_days=given.fit_window_days,
        part_mb=scale.part_mb,
        merge_mb=f"{scale.merge_mb:,}",
        as_of=by_region[0].as_of.isoformat(),
        **{name: getattr(scale.assumed, name) for name in Assumptions.__slots__},
    )


def _partitions(scale: Scale, needs: dict[str, dict[str, int]], shards: dict[str, int]) -> str:
    measured = scale.model.measured
    size = measured.item_bytes + scale.model.assumed.item_overhead_bytes
    rows = []
    for name, tenant in TENANTS.items():
        per_day = tenant.events / DAYS
        peak = tenant.events / SECONDS * scale.assumed.peak
        one = per_day / shards[name]
        kept = tenant.events * scale.given.retention_days / DAYS
        hot = peak * hottest(shards[name], scale.assumed.burst)
        rows.append(
            (
                name,
                f"{per_day / MILLION:,.1f}",
                f"{tenant.events / SECONDS:,.0f}, {peak:,.0f}",
                ", ".join(f"{need} ({why})" for why, need in needs[name].items()),
                f"**{shards[name]}**",
                f"{hot:,.0f}",
                f"{one / MILLION:,.2f}, {one * size / 10**6:,.0f} MB",
                f"{kept / 10**9:,.0f}, {kept * size / 10**12:,.1f} TB",
                f"{math.ceil(kept * size / PARTITION_BYTES):,}",
            )
        )
    head = (
        "events",
        "million a day",
        "a second: mean, peak",
        "shards that a limit asks for",
        "shards",
        "hottest partition, writes/s",
        "a day of a shard: million events, size",
        "kept: 10^9 events, size",
        "partitions by size",
    )
    return _table(head, rows)


def _heat(scale: Scale) -> str:
    rows = []
    for shards in (4, 8, 16, 32, 64):
        share = hottest(shards, scale.assumed.burst)
        most = PARTITION_WRITES * scale.assumed.room / share
        rows.append(
            (f"{shards}", f"{1 / shards:.2%}", f"{share:.2%}", f"{min(most, TABLE_WRITES):,.0f}")
        )
    return _table(("shards", "even share", "hottest", "events a second it can take"), rows)


def _fits(scale: Scale, shards: dict[str, int]) -> str:
    rows = []
    sizes: list[tuple[str, float, int]] = [
        ("25 million in the window", 25e6, scale.given.shards),
        *(
            (name, tenant.events * scale.given.fit_window_days / DAYS, shards[name])
            for name, tenant in TENANTS.items()
        ),
    ]
    for name, events, number in sizes:
        plain = scale.model.fit_seconds(events)
        for at_once in (scale.given.fit_concurrency, 10 * scale.given.fit_concurrency):
            one = scale.fit(events, number, at_once)
            if at_once > scale.given.fit_concurrency >= one.parts:
                continue
            rows.append(
                (
                    name,
                    f"{events / MILLION:,.0f}",
                    f"{plain:,.0f}" + ("" if plain <= 900 else ", too long"),
                    f"{one.parts:,}",
                    f"{at_once}",
                    f"{one.part_seconds:,.0f}",
                    f"{one.read_seconds:,.0f}",
                    f"{one.merge_seconds:,.0f}",
                    f"**{one.seconds:,.0f}**",
                    f"{one.followed:.1%}",
                    f"{one.kept_bytes / 10**6:,.0f}",
                    f"{one.memory_bytes / 2**30:,.1f}",
                )
            )
    head = (
        "events",
        "million in the window",
        "as a whole, s",
        "parts",
        "at once",
        "a part, s",
        "all parts, s",
        "merge and estimate, s",
        "**in parts, s**",
        "people followed",
        "in the bucket, MB",
        "memory of the merge, GB",
    )
    return _table(head, rows)


def _months(scale: Scale, table: PriceTable, shards: dict[str, int]) -> str:
    bills = []
    for name, tenant in TENANTS.items():
        month = scale.month(tenant, shards[name], scale.given.fit_concurrency)
        bills.append({part: sum(table.bill(use).values()) for part, use in month.items()})
    rows = [(part, *(f"{bill[part]:,.0f}" for bill in bills)) for part in sorted(bills[0])]
    rows.append(("**a month**", *(f"**{sum(bill.values()):,.0f}**" for bill in bills)))
    return _table((table.region, *TENANTS), rows)


def _units(scale: Scale) -> str:
    merging, read = scale.merging, scale.model.measured.read_back
    rows = [
        ("read and made an event", f"{read.core_seconds * 1e6:,.1f} µs, {read.reads:.4f} reads"),
        ("put into a part", f"{merging.pack_seconds * 1e6:.2f} µs, {merging.part_bytes:.1f} bytes"),
        ("taken out and appended", f"{merging.merge_seconds * 1e6:.2f} µs"),
        (
            "estimated from",
            f"{merging.fit_event_seconds * 1e6:.2f} µs, {merging.memory_bytes:,.0f} bytes",
        ),
        (
            "a merge of none",
            f"{merging.fit_seconds:.1f} s, {merging.base_bytes / 10**6:,.0f} MB",
        ),
    ]
    return _table(("an event of a fit is", "on a core"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    marks = "|".join("---" if place < 1 else "--:" for place in range(len(head)))
    lines = [f"| {' | '.join(head)} |", f"|{marks}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _power(number: float) -> int:
    """The least power of two that is no less, and at least 4."""
    return int(max(4, 2 ** math.ceil(math.log2(max(number, 1.0)))))


def make(measured: Measured, merging: Merging, given: Settings) -> Scale:
    """With the memory that the template gives the functions."""
    functions = functions_of()
    part, merged = functions.mb["FitPartHandler"], functions.mb["FitMergeHandler"]
    return Scale(Model(measured, functions), merging, given, part, merged)


def main(
    measured: Callable[[], Measured] = measure, merging: Callable[[], Merging] = measure_merging
) -> None:
    """Prints the page, or writes it."""
    parser = argparse.ArgumentParser(prog="python -m infra.scale", description=__doc__)
    parser.add_argument("--page", type=Path, help="write it here")
    options = parser.parse_args()
    merged = merging()
    scale = make(measured(), merged, Settings())
    text = page(scale, (read_prices(region) for region in REGIONS))
    if options.page is None:
        print(text)
    else:
        options.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
