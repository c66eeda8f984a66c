"""Markov chains and Shapley values on a million journeys, compared with published libraries.

    OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m benchmarks.classical

All libraries read the same file, one journey per line (``path,bought,gone``). *Reading* ends with
the text of the file in memory in the form that the library needs: bytes for ours, a table with a
text column for the others. *Model* is everything from there to the credit per channel, including
splitting the paths. Each measurement runs in a separate process, which starts the clock after its
imports. The libraries take turns, and the table shows medians. Peak memory is that of the process.

ChannelAttribution (C++) simulates journeys through its chain, with its defaults; ours and
marketing-attribution-models (Polars) solve the chain. ChannelAttribution has no Shapley values.
marketing-attribution-models computes the same values as we do after its limit of four channels per
journey is removed, but omits sets of channels without a converting journey. Only the steps to the
credit per channel are run, not the reports of these libraries.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.attribution.paths.journeys import Paths, build_paths

CHUNK_BYTES = 4_000_000
MEAN_LENGTH, LONGEST = 4, 30
CONVERSION_RATE = 0.1
Credit = dict[str, float]
Read = Callable[[Path], Any]
Model = Callable[[Any], Credit]


@dataclass(frozen=True)
class Measured:
    """One run of one library: seconds, peak memory in MB, credit per channel."""

    reading: float
    model: float
    peak: float
    credit: Credit


def write_journeys(path: Path, n_journeys: int, n_channels: int) -> None:
    """Simulate journeys with four touchpoints on average; a tenth end in a conversion."""
    rng = np.random.default_rng(1)
    length = np.minimum(rng.geometric(1 / MEAN_LENGTH, n_journeys), LONGEST)
    popularity = rng.dirichlet(np.full(n_channels, 3.0))
    kind = rng.choice(n_channels, length.sum(), p=popularity)
    names = np.array([f"channel_{number}" for number in range(n_channels)])[kind].tolist()
    ends = np.cumsum(length).tolist()
    bought = (rng.random(n_journeys) < CONVERSION_RATE).astype(int).tolist()
    with path.open("w", encoding="utf-8") as file:
        file.write("path,bought,gone\n")
        begin = 0
        for end, sold in zip(ends, bought, strict=True):
            file.write(f"{' > '.join(names[begin:end])},{sold},{1 - sold}\n")
            begin = end


class Codes(dict[bytes, int]):
    """Numbers words in the order of their first use, after the two numbers of the file."""

    def __missing__(self, word: bytes) -> int:
        self[word] = len(self)
        return self[word]


def take_apart(data: bytes) -> tuple[Paths, list[str]]:
    """Parse the text of a file; return the journeys and the names of the channels."""
    blanks = bytes.maketrans(b">,\n", b"   ")
    codes = Codes({b"0": 0, b"1": 1})
    pieces = []
    begin = data.index(b"\n") + 1
    while begin < len(data):
        end = data.find(b"\n", min(begin + CHUNK_BYTES, len(data)))
        end = len(data) if end < 0 else end + 1
        words = data[begin:end].translate(blanks).split()
        pieces.append(np.fromiter(map(codes.__getitem__, words), dtype=np.int32, count=len(words)))
        begin = end
    code = np.concatenate(pieces)
    numbers = np.flatnonzero(code < 2)[::2]  # the first of the two numbers of each line
    bought = code[numbers].astype(np.float64)
    kind = (code[code >= 2] - 2).astype(np.int64)
    paths = Paths(
        n_kinds=len(codes) - 2,
        kind=kind,
        start=np.append(0, numbers - 2 * np.arange(numbers.size)).astype(np.int64),
        time=np.arange(kind.size, dtype=np.float64),
        converted=bought,
        value=bought,
        weight=np.ones(bought.size),
        ended=np.where(bought > 0, float(kind.size), np.nan),
        uncredited=0.0,
        uncredited_value=0.0,
    )
    return paths, [word.decode() for word in codes][2:]


def ours(order: int | None) -> tuple[Read, Model]:
    """Our Markov chain of this order; Shapley values if None."""
    from chalicelib.attribution.paths.markov import credit_markov
    from chalicelib.attribution.paths.shapley import credit_shapley

    def model(data: bytes) -> Credit:
        paths, names = take_apart(data)
        credit = credit_shapley(paths) if order is None else credit_markov(paths, order=order)
        return dict(zip(names, credit.conversions.tolist(), strict=True))

    return Path.read_bytes, model


def ours_from_events() -> tuple[Read, Model]:
    """Our chain as the service runs it: from single events, which it sorts and splits.

    Reading also simulates the events here, so only the model's time is comparable.
    """
    from chalicelib.attribution.paths.markov import credit_markov

    def read(path: Path) -> tuple[Any, ...]:
        paths, names = take_apart(path.read_bytes())
        person = np.repeat(np.arange(paths.length.size), paths.length)
        when = (np.arange(person.size) - np.repeat(paths.start[:-1], paths.length)) / 100.0
        shuffled = np.random.default_rng(2).permutation(person.size)
        buyers = np.flatnonzero(paths.converted)
        events = (person[shuffled], when[shuffled], paths.kind[shuffled])
        return (*events, buyers, np.ones(buyers.size), names)

    def model(columns: tuple[Any, ...]) -> Credit:
        person, when, kind, buyers, ones, names = columns
        paths = build_paths(
            person,
            when,
            kind,
            buyers,
            ones,
            ones,
            ones,
            n_kinds=len(names),
            lookback_days=30,
        )
        return dict(zip(names, credit_markov(paths).conversions.tolist(), strict=True))

    return read, model


def channel_attribution() -> tuple[Read, Model]:
    """ChannelAttribution's chain of order 1 with its defaults."""
    import ChannelAttribution
    import pandas as pd

    def model(table: Any) -> Credit:
        found = ChannelAttribution.markov_model(
            table, "path", "bought", var_null="gone", order=1, verbose=False, flg_pro=False
        )
        return {
            str(name): float(credit)
            for name, credit in zip(found["channel_name"], found["total_conversions"], strict=True)
        }

    return pd.read_csv, model


def attribution_models(what: str) -> tuple[Read, Model]:
    """marketing-attribution-models: ``markov`` or ``shapley``."""
    import polars as pl
    from mam import MAM
    from mam.models.markov import MarkovModel
    from mam.models.shapley import ShapleyModel

    def model(table: Any) -> Credit:
        table = table.with_columns(pl.lit(1).alias("times"), (pl.col("bought") > 0).alias("sold"))
        journeys = MAM(table, "format_3", "path", "sold", occurrences_colname="times").unified_df
        if what == "shapley":
            found = ShapleyModel(max_size=None).get_aggregated_results(journeys)
            return {str(name): float(credit) for name, credit in found.iter_rows()}
        chain = MarkovModel()
        chain.calculate(journeys)
        effects = chain.removal_effect_df["removal_effect"]
        shares = effects / effects.sum() * float(table["bought"].sum())
        return {str(name): float(credit) for name, credit in shares.items()}

    return pl.read_csv, model


CONTESTANTS: dict[str, Callable[[], tuple[Read, Model]]] = {
    "markov: ours": lambda: ours(1),
    "markov: ours, from single events": ours_from_events,
    "markov: ChannelAttribution": channel_attribution,
    "markov: marketing-attribution-models": lambda: attribution_models("markov"),
    "shapley: ours": lambda: ours(None),
    "shapley: marketing-attribution-models": lambda: attribution_models("shapley"),
}


def measure(contestant: str, path: Path) -> Measured:
    """Run one library in this process."""
    read, model = CONTESTANTS[contestant]()
    started = time.perf_counter()
    data = read(path)
    done = time.perf_counter()
    credit = model(data)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(done - started, ended - done, peak, credit)


def measure_apart(contestant: str, path: Path) -> Measured:
    """Run one library in a separate process."""
    return Measured(**json.loads(_apart("--measure", contestant, "--file", path).splitlines()[-1]))


def _apart(*arguments: object) -> str:
    command = [sys.executable, "-m", "benchmarks.classical", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def report(runs: dict[str, list[Measured]]) -> str:
    """The table, with our time relative to each library and the difference of its credit."""
    lines = [
        "| model and library | reading s | model s | both s | peak MB "
        "| ours / it, model | ours / it, both | largest difference from ours |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, measured in runs.items():
        own = runs[f"{name.partition(':')[0]}: ours"]
        seconds = [_median(measured, part) for part in (_reading, _model, _both)]
        cells = [f"{second:.2f}" for second in seconds] + [f"{_median(measured, _peak):.0f}"]
        if "ours" in name:
            cells += ["", "", ""]
        else:
            credit, expected = measured[0].credit, own[0].credit
            cells += [
                f"{_median(own, _model) / seconds[1]:.2f}",
                f"{_median(own, _both) / seconds[2]:.2f}",
                f"{max(abs(credit[one] / expected[one] - 1) for one in expected):.0e}",
            ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _median(runs: list[Measured], part: Callable[[Measured], float]) -> float:
    return statistics.median(part(run) for run in runs)


def _reading(run: Measured) -> float:
    return run.reading


def _model(run: Measured) -> float:
    return run.model


def _both(run: Measured) -> float:
    return run.reading + run.model


def _peak(run: Measured) -> float:
    return run.peak


def main() -> int:
    """Simulate the journeys, measure in turns, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classical")
    parser.add_argument("--journeys", type=int, default=1_000_000)
    parser.add_argument("--channels", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--file", type=Path, default=Path("build/journeys.csv"))
    parser.add_argument("--measure", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--draw", action="store_true", help="only write the journeys")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(vars(measure(options.measure, options.file))))
        return 0
    if options.draw:
        options.file.parent.mkdir(parents=True, exist_ok=True)
        write_journeys(options.file, options.journeys, options.channels)
        return 0
    # in a separate process: a process inherits the peak memory of its parent
    size = ("--journeys", options.journeys, "--channels", options.channels)
    _apart("--draw", *size, "--file", options.file)
    runs: dict[str, list[Measured]] = {name: [] for name in CONTESTANTS}
    for number in range(options.runs):
        for name in CONTESTANTS:
            print(f"run {number + 1} of {options.runs}: {name}", file=sys.stderr)
            runs[name].append(measure_apart(name, options.file))
    print(report(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
