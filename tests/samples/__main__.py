"""``python -m tests.samples --write`` renews the expectations of the samples.

Without ``--write``, it prints the samples whose outcome differs. For a new sample, add its options
to the expectation by hand, e.g. ``"options": {"currency": "EUR"}``; they are kept.
"""

from __future__ import annotations

import argparse
import sys

from tests.samples import ENDING, FOLDER, SAMPLES
from tests.samples.reading import SampleReading, written


def main() -> int:
    """Compare or renew; the exit status is 1 if a sample differs and was not renewed."""
    parser = argparse.ArgumentParser(prog="python -m tests.samples", description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the expectations that differ")
    parser.add_argument("names", nargs="*", metavar="NAME", help="e.g. etsy or etsy/orders.csv")
    arguments = parser.parse_args()
    wanted = tuple(arguments.names)
    differ = 0
    for name, sample in SAMPLES.items():
        if wanted and not name.startswith(wanted):
            continue
        now = written(SampleReading(sample.data, sample.options).expectation)
        path = sample.expectation
        if not path.exists() or path.read_text(encoding="utf-8") != now:
            differ += 1
            sys.stdout.write(f"{name}\n")
            if arguments.write:
                path.write_text(now, encoding="utf-8")
    for path in sorted(FOLDER.glob(f"*/*{ENDING}")):
        if path.relative_to(FOLDER).as_posix().removesuffix(ENDING) not in SAMPLES:
            differ += 1
            sys.stdout.write(f"{path.name}: no such sample\n")
            if arguments.write:
                path.unlink()
    return int(differ > 0 and not arguments.write)


if __name__ == "__main__":
    raise SystemExit(main())
