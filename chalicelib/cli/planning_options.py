"""Options of plans and tests that several commands have."""

from __future__ import annotations

import argparse


def add_engagement_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--type``, and ``--paid`` or ``--no-paid`` (None if neither is given)."""
    parser.add_argument(
        "--type", metavar="TYPE", help="type of engagement; default: what the cost buys"
    )
    parser.add_argument(
        "--paid",
        action=argparse.BooleanOptionalAction,
        help="whether the engagements are paid; default: as in the data",
    )


def add_margin_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--margin``."""
    parser.add_argument(
        "--margin", type=float, metavar="SHARE", help="contribution margin, e.g. 0.4"
    )
