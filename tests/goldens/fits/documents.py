"""Fit documents of the small worlds: kept in golden files, and compared with them.

Texts, codes and whole structure are compared exactly. Numbers are kept with 5 significant digits
and may differ by `RELATIVE` of themselves plus `OF_THE_LARGEST` of the largest number in their
list, because another BLAS adds up in another order.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.cli import build_parser
from chalicelib.cli.estimate import read_experiments
from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from chalicelib.services.fitting.estimation import fit_events
from tests.goldens.fits.small_worlds import SmallWorld, small_worlds

FOLDER = Path(__file__).parent
RELATIVE = 2e-4
OF_THE_LARGEST = 1e-5
AS_OF = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)

Document = dict[str, Any]


def fit(world: SmallWorld) -> Document:
    """The document that the service would store, as `estimate` makes it."""
    with tempfile.TemporaryDirectory() as folder:
        path, experiments = Path(folder) / "events.ndjson", Path(folder) / "experiments.json"
        path.write_text("".join(json.dumps(line) + "\n" for line in world.lines), encoding="utf-8")
        experiments.write_text(json.dumps(world.experiments), encoding="utf-8")
        given = build_parser(("estimate",)).parse_args(["estimate", str(path), *world.options])
        lines = EventLines([LineFile(path)], AS_OF)
        assert not lines.rejected, lines.rejected[:3]
        return fit_events(
            lines,
            window=lines.window(given.fit_from, given.fit_to),
            currency=lines.currency or "EUR",
            as_of=AS_OF,
            fit_id="golden",
            experiments=read_experiments(experiments, AS_OF),
            max_people=given.max_people,
            roles=dict(given.roles),
            time_zone=given.time_zone,
            country=given.country,
            user_ids=given.user_ids,
        )


def golden(name: str) -> Path:
    """Where the document of a world is kept."""
    return FOLDER / f"{name.replace(',', '').replace(' ', '_')}.json"


def differences(kept: Any, now: Any, where: str = "", largest: float = 0.0) -> Iterator[str]:
    """Where a document says something else than the golden one.

    Parameters
    ----------
    largest : float
        The largest number in the list that `kept` is part of.
    """
    if isinstance(kept, dict) and isinstance(now, dict):
        for key in sorted(kept.keys() ^ now.keys()):
            yield f"{where}/{key}: only {'in the golden' if key in kept else 'now'}"
        for key in kept.keys() & now.keys():
            yield from differences(kept[key], now[key], f"{where}/{key}")
    elif isinstance(kept, list) and isinstance(now, list):
        if len(kept) != len(now):
            yield f"{where}: {len(kept)} before, {len(now)} now"
        numbers = [abs(one) for one in kept if _is_number(one)]
        scale = max([largest, *numbers])
        for at, (one, other) in enumerate(zip(kept, now, strict=False)):
            yield from differences(one, other, f"{where}/{at}", scale)
    elif _is_number(kept) and _is_number(now):
        scale = max(largest, abs(kept))
        if abs(kept - now) > RELATIVE * abs(kept) + OF_THE_LARGEST * scale:
            yield f"{where}: was {kept}; is {now}"
    elif kept != now:
        yield f"{where}: was {kept!r}; is {now!r}"


def write() -> None:
    """Renews the golden files."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, world in small_worlds().items():
        golden(name).write_text(_written(_rounded(fit(world))) + "\n", encoding="utf-8")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rounded(value: Any) -> Any:
    """The value with 5 significant digits in each number that is not whole."""
    if isinstance(value, dict):
        return {key: _rounded(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(held) for held in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _written(value: Any, depth: int = 0) -> str:
    """As JSON with each list of plain values on one line."""
    begin, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, dict) and value:
        parts = (f"{json.dumps(key)}: {_written(held, depth + 1)}" for key, held in value.items())
        return "{" + begin + f",{begin}".join(parts) + end + "}"
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return "[" + begin + f",{begin}".join(_written(one, depth + 1) for one in value) + end + "]"
    return json.dumps(value)
