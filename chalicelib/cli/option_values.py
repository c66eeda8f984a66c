"""Values of options that argparse has no type for, with messages for people."""

from __future__ import annotations

import argparse
import datetime as dt

from chalicelib.model.days import WrongDay, is_time_zone, parse_day


def day_value(text: str) -> dt.date:
    """Parse a day, YYYY-MM-DD; raises ArgumentTypeError for another text."""
    try:
        return parse_day(text)
    except WrongDay as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from None


def zone_value(text: str) -> str:
    """Return the IANA name of a time zone; raises ArgumentTypeError for another text."""
    if not is_time_zone(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the name of a time zone, such as Europe/Berlin"
        )
    return text
