"""Create `channelattribution.json`: 2,000 journeys and their credit by ChannelAttribution.

In a separate environment, from the repository's root:

    pip install ChannelAttribution==2.2.5 matplotlib
    python tests/reference/make_channelattribution.py

The journeys depend on the last two types, so orders 1 and 2 differ; about a third of them
repeat a type immediately. The file contains them because random streams change between versions.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import ChannelAttribution
import numpy as np
import pandas as pd

KINDS = "ABCDE"
JOURNEYS = 2_000


def draw_journeys() -> tuple[Counter[str], Counter[str]]:
    """Journeys with and without a conversion, with their numbers."""
    rng = np.random.default_rng(20)
    following = rng.dirichlet(np.full(5, 0.8), size=(6, 5))
    rate = rng.uniform(0.02, 0.4, size=(6, 5))
    bought: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for _ in range(JOURNEYS):
        journey = [int(rng.integers(5))]
        while True:
            before = journey[-2] if len(journey) > 1 else 5
            if rng.random() < 0.35:
                break
            journey.append(int(rng.choice(5, p=following[before, journey[-1]])))
        before = journey[-2] if len(journey) > 1 else 5
        text = "".join(KINDS[kind] for kind in journey)
        (bought if rng.random() < rate[before, journey[-1]] else gone)[text] += 1
    return bought, gone


def main() -> None:
    bought, gone = draw_journeys()
    journeys = sorted(bought | gone)
    table = pd.DataFrame(
        {
            "path": [">".join(journey) for journey in journeys],
            "bought": [bought[journey] for journey in journeys],
            "gone": [gone[journey] for journey in journeys],
        }
    )
    document: dict[str, object] = {
        "version": "ChannelAttribution 2.2.5",
        "journeys": [[j, bought[j], gone[j]] for j in journeys],
    }
    for order in (1, 2):
        answer = ChannelAttribution.markov_model(
            table,
            "path",
            "bought",
            var_null="gone",
            order=order,
            nsim_start=3e8,
            max_step=1_000_000,
            conv_par=0.1,
            seed=1,
            out_more=True,
            verbose=False,
            flg_pro=False,
        )
        effects = answer["removal_effects"].set_index("channel_name")["removal_effect"]
        credits = answer["result"].set_index("channel_name")["total_conversions"]
        document[f"markov_{order}"] = {
            "removal_effects": [round(float(effects[kind]), 6) for kind in KINDS],
            "conversions": [round(float(credits[kind]), 6) for kind in KINDS],
        }
    heuristic = ChannelAttribution.heuristic_models(table, "path", "bought", flg_pro=False)
    heuristic = heuristic.set_index("channel_name")
    for rule in ("first", "last", "linear"):
        credits = heuristic[f"{rule}_touch"]
        document[rule] = [round(float(credits[kind]), 6) for kind in KINDS]
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in document.items())
    Path(__file__).with_name("channelattribution.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
