"""``demo``: the service with the data of a simulated brand, whose true effects are known."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE, program
from chalicelib.cli.interrupts import running, stop_on_terminate, wait_for
from chalicelib.cli.progress import step
from chalicelib.cli.serve import PORT, open_service, parse_port

if TYPE_CHECKING:
    from chalicelib.local.service import LocalService

FAILED = 1
SEED = 1
TENANT = "demo"


def add_parser(subparsers: Any) -> None:
    """Add ``demo``."""
    parser = subparsers.add_parser(
        "demo",
        help="run the service with a simulated brand and print its estimates",
        description=(
            "Simulate 90 days of a brand with 4,000 customers, send its events through the API "
            "and as platform exports, fit them, and print the estimates next to the simulated "
            "truth. Then serve the answers until you press Ctrl-C."
        ),
    )
    parser.add_argument("--once", action="store_true", help="exit after printing the estimates")
    parser.add_argument(
        "--port", type=parse_port, help=f"default: {PORT}; with --once, any free port"
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="seed of the simulation (default %(default)s)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the estimates of the brand, then serve it until interrupted, unless ``--once``."""
    from chalicelib.demo.tour import TourFailedError

    default = 0 if arguments.once else PORT
    port = default if arguments.port is None else arguments.port
    with stop_on_terminate() as stop:
        service = open_service(port, None)
        if service is None:
            return UNUSABLE
        try:
            with running(service):
                key = service.create_key(
                    TENANT, "admin", currency="EUR"
                )  # before the service adopts the installation's keys
                service.start()
                has_ratio = _tour(service, key, arguments.seed)
                if not arguments.once:
                    _print_examples(service.url, key)
                    wait_for(stop)
        except TourFailedError as error:
            print(f"the demo failed: {error}", file=sys.stderr)
            return FAILED
    return 0 if has_ratio else FAILED


def _tour(service: LocalService, key: str, seed: int) -> bool:
    """Load the data, fit, and print the estimates; return whether there is an equivalence."""
    from chalicelib.demo import tour
    from chalicelib.demo.brand import BRAND, simulate
    from chalicelib.demo.truth import truth_of
    from chalicelib.report.plain_tables import text_table

    began = time.monotonic()
    history = simulate(BRAND, seed, today=tour.today_utc(dt.datetime.now(dt.UTC)))
    truth = truth_of(history)
    api = tour.Api(service.url, key)
    try:
        with step("sending events") as progress:
            tour.declare_people(api)
            events = tour.load_events(api, history, progress)
        files = tour.drop_files(service, TENANT, history)
        with step("importing files and deriving day totals") as progress:
            tour.wait_for_imports(service, api, files, progress)
        loaded = time.monotonic()
        with step("fitting") as progress:
            tour.fit(api, progress)
        answers = tour.fetch_answers(api)
    finally:
        api.close()
    print(
        f"A simulated brand: {BRAND.n_people:,} people, {BRAND.n_days} days up to yesterday, "
        f"{events:,} events and {files} platform exports.\n"
        f"Loading took {loaded - began:.0f} s, the fit {time.monotonic() - loaded:.0f} s.\n"
    )
    rows = tour.roi_rows(answers, truth)
    print(text_table(rows, left=(0, rows[0].index("verdict"))))
    print(
        "\nROI = (incremental revenue - cost) / cost. Brackets show 95 % intervals, which should "
        "contain the true value\n19 times out of 20. "
        f"{tour.accuracy_sentence(answers, truth)}\n"
    )
    print(tour.equivalence_sentence(answers, truth))
    print(f"\n{tour.follower_sentences(answers, truth)}")
    print(f"\n{tour.spread_sentence(answers, truth)}")
    print(f"\n{tour.search_sentences(answers, truth)}")
    print(f"\n{tour.dialogue_sentence(answers, truth)}")
    print(
        "\nWith your own files: "
        f"{' '.join(program())} estimate google.csv shop.csv posts.xlsx --out report.html",
        flush=True,
    )
    return answers.equivalence["ratio"]["estimate"] is not None


def _print_examples(url: str, key: str) -> None:
    print(
        f"""
The service runs at {url}. Open this address in a browser and enter the key below.
Press Ctrl-C to stop it. Example requests:

  export KEY={key}
  curl -s {url}/v1/roi -H "x-api-key: $KEY"
  curl -s "{url}/v1/equivalence?engagement=xing/like&baseline=google_ads/click" \\
    -H "x-api-key: $KEY"
  curl -s "{url}/v1/roi?format=csv" -H "x-api-key: $KEY"
""",
        flush=True,
    )
