"""``demo``: the service with a made-up brand in it, whose truth is known."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE
from chalicelib.cli.progress import step
from chalicelib.cli.serve import PORT, interrupts_set, open_service, parse_port

if TYPE_CHECKING:
    from chalicelib.local.service import LocalService

FAILED = 1
SEED = 1
TENANT = "demo"


def add_parser(subparsers: Any) -> None:
    """Add ``demo``."""
    parser = subparsers.add_parser(
        "demo",
        help="the service with a made-up brand, its fit done and the answers printed",
        description=(
            "Simulate a brand of 4,000 people and 90 days whose truth is known, load it through "
            "the API and as files, fit it, print the answers beside the truth, and stay up."
        ),
    )
    parser.add_argument("--once", action="store_true", help="end after the answers")
    parser.add_argument(
        "--port", type=parse_port, help=f"default: {PORT}; with --once any that is free"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of the simulation")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the brand; serve it until interrupted unless ``--once``."""
    from chalicelib.demo.tour import TourFailedError

    default = 0 if arguments.once else PORT
    port = default if arguments.port is None else arguments.port
    stop = threading.Event()
    with interrupts_set(stop):
        service = open_service(port, None)
        if service is None:
            return UNUSABLE
        try:
            key = service.create_key(TENANT, "admin", currency="EUR")  # before others are adopted
            service.start()
            told = _tour(service, key, arguments.seed)
            if not arguments.once:
                _invite(service.url, key)
                stop.wait()
        except TourFailedError as error:
            print(f"the demo failed: {error}", file=sys.stderr)
            return FAILED
        finally:
            service.stop()
    return 0 if told else FAILED


def _tour(service: LocalService, key: str, seed: int) -> bool:
    """Load, fit, ask, print; False if the answer that the demo is about could not be given."""
    from chalicelib.demo import tour
    from chalicelib.demo.brand import BRAND, simulate
    from chalicelib.demo.truth import truth_of

    began = time.monotonic()
    history = simulate(BRAND, seed, today=tour.today_utc(dt.datetime.now(dt.UTC)))
    truth = truth_of(history)
    api = tour.Api(service.url, key)
    try:
        with step("sending events") as progress:
            tour.declare_people(api)
            events = tour.load_events(api, history, progress)
        files = tour.drop_files(service, TENANT, history)
        with step("importing files, summing up days") as progress:
            tour.wait_for_imports(service, api, files, progress)
        loaded = time.monotonic()
        with step("fitting") as progress:
            tour.fit(api, history, progress)
        answers = tour.ask(api)
    finally:
        api.close()
    print(
        f"A made-up brand: {BRAND.n_people:,} people, {BRAND.n_days} days to yesterday, "
        f"{events:,} events and {files} platform exports, loaded in {loaded - began:.0f} s, "
        f"fitted in {time.monotonic() - loaded:.0f} s.\n"
    )
    print(_table(tour.roi_rows(answers, truth)))
    print(
        "\nROI = (revenue the channel brought - its cost) / its cost; in brackets 95 % intervals, "
        f"which should hold the\ntruth 19 times out of 20. {tour.held_sentence(answers, truth)}\n"
    )
    print(tour.equivalence_sentence(answers, truth), flush=True)
    return answers.equivalence["ratio"]["estimate"] is not None


def _table(rows: list[tuple[str, ...]]) -> str:
    """Rows in columns; text to the left, everything else to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = {0, rows[0].index("verdict")}
    lines = [
        "  ".join(
            cell.ljust(width) if column in text else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _invite(url: str, key: str) -> None:
    print(
        f"""
The service stays at {url} (open it in a browser and enter the key). Ctrl-C stops it.
Try:

  export KEY={key}
  curl -s {url}/v1/roi -H "x-api-key: $KEY"
  curl -s "{url}/v1/equivalence?engagement=xing/like&baseline=google_ads/click" \\
    -H "x-api-key: $KEY"
  curl -s "{url}/v1/roi?format=csv" -H "x-api-key: $KEY"
""",
        flush=True,
    )
