"""Run the simulated worlds with many seeds, and write the tables (`make worlds`).

    python -m tests.worlds [--worlds a,b] [--seeds 20] [--command-line] [--declared]
                           [--arrays] [--workers N] [--results FILE] [--page docs/accuracy.md]

A name in `--worlds` is a world, or a group: classic, ingredients, totals, hard_totals, regions,
cascades, audience, dialogue, search, stars, budgets.

Results are appended to FILE line by line, so an interrupted run continues. Name another
file after a change of an estimator.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from tests.worlds.audience import AUDIENCE_WORLDS
from tests.worlds.audience_judge import AudienceVerdict, audience_table, judge_audience
from tests.worlds.budget_judge import BudgetVerdict, budget_table, judge_budgets
from tests.worlds.budgets import BUDGET_WORLDS
from tests.worlds.cascade_verdicts import (
    TABLES,
    CascadeVerdict,
    judge_cascades,
)
from tests.worlds.cascades import CASCADE_WORLDS
from tests.worlds.dialogue_judge import (
    DIALOGUE_TABLES,
    DIALOGUE_WORLDS,
    DialogueVerdict,
    dialogue_table,
    judge_dialogue,
)
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.judge import judge, judge_command_line
from tests.worlds.page import AnyVerdict, rewrite
from tests.worlds.people import CLASSIC, INGREDIENTS, VARIED, WORLDS, world_of
from tests.worlds.regions import REGIONS_WORLDS, RegionsWorld
from tests.worlds.search import SEARCH_WORLDS
from tests.worlds.search_judge import SearchVerdict, judge_search, search_table
from tests.worlds.star_judge import StarVerdict, judge_stars, star_table
from tests.worlds.stars import STAR_WORLDS
from tests.worlds.table import HEADER, summarise
from tests.worlds.totals import TOTALS_WORLDS, TotalsWorld
from tests.worlds.verdicts import Verdict

TOTALS: dict[str, TotalsWorld | RegionsWorld] = {
    **TOTALS_WORLDS,
    **{world.name: world for world in HARD_TOTALS.values()},
    **REGIONS_WORLDS,
}
ALL = (
    *(*WORLDS, VARIED, *TOTALS, *AUDIENCE_WORLDS, *CASCADE_WORLDS, *DIALOGUE_WORLDS),
    *(*SEARCH_WORLDS, *STAR_WORLDS, *BUDGET_WORLDS),
)
VERDICT_OF: dict[str, type[AnyVerdict]] = {
    **dict.fromkeys(AUDIENCE_WORLDS, AudienceVerdict),
    **dict.fromkeys(CASCADE_WORLDS, CascadeVerdict),
    **dict.fromkeys(DIALOGUE_WORLDS, DialogueVerdict),
    **dict.fromkeys(SEARCH_WORLDS, SearchVerdict),
    **dict.fromkeys(STAR_WORLDS, StarVerdict),
    **dict.fromkeys(BUDGET_WORLDS, BudgetVerdict),
}
GROUPS = {
    "classic": (*CLASSIC, VARIED),
    "ingredients": INGREDIENTS,
    "totals": tuple(TOTALS_WORLDS),
    "hard_totals": tuple(world.name for world in HARD_TOTALS.values()),
    "regions": tuple(REGIONS_WORLDS),
    "audience": tuple(AUDIENCE_WORLDS),
    "cascades": tuple(CASCADE_WORLDS),
    "dialogue": tuple(DIALOGUE_WORLDS),
    "search": tuple(SEARCH_WORLDS),
    "stars": tuple(STAR_WORLDS),
    "budgets": tuple(BUDGET_WORLDS),
}


def _run(name: str, seed: int, options: argparse.Namespace) -> Sequence[AnyVerdict]:
    if name in AUDIENCE_WORLDS:
        return [*judge_audience(AUDIENCE_WORLDS[name], seed)]
    if name in CASCADE_WORLDS:
        return [judge_cascades(name, seed)]
    if name in DIALOGUE_WORLDS:
        return [judge_dialogue(name, seed)]
    if name in SEARCH_WORLDS:
        return [*judge_search(SEARCH_WORLDS[name], seed)]
    if name in STAR_WORLDS:
        return [judge_stars(STAR_WORLDS[name], seed)]
    if name in BUDGET_WORLDS:
        return [judge_budgets(BUDGET_WORLDS[name], seed)]
    if options.command_line:
        return [*judge_command_line(world_of(name, seed), seed, declared=options.declared)]
    world = TOTALS[name] if name in TOTALS else world_of(name, seed)
    return [*judge(world, seed, declared=options.declared, arrays=options.arrays)]


def main() -> int:
    """Run the missing seeds, then print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds")
    parser.add_argument("--worlds", default=",".join(ALL))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--command-line", action="store_true")
    parser.add_argument(
        "--declared", action="store_true", help="declare covered days and promotions"
    )
    parser.add_argument(
        "--arrays",
        action="store_true",
        help="people: known coverage and roles, without the service's inference from events",
    )
    parser.add_argument("--workers", type=int, help="processes; default: one per processor")
    parser.add_argument("--results", type=Path, default=Path("build/worlds.ndjson"))
    parser.add_argument("--page", type=Path, help="page whose tables are replaced")
    options = parser.parse_args()
    asked = options.worlds.split(",")
    names = list(dict.fromkeys(n for name in asked for n in GROUPS.get(name, (name,))))
    known = (*WORLDS, VARIED) if options.command_line else ALL
    unknown = set(names) - set(known)
    if unknown:
        parser.error(f"unknown worlds {sorted(unknown)}; known: {', '.join([*GROUPS, *known])}")
    options.results.parent.mkdir(parents=True, exist_ok=True)
    done = _read(options.results)
    have = {(v.world, v.seed) for v in done}
    # seed by seed, so that an interrupted run has all worlds
    wanted = [(n, s) for s in range(options.seeds) for n in names if (n, s) not in have]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with (
        ProcessPoolExecutor(options.workers) as pool,
        options.results.open("a", encoding="utf-8") as file,
    ):
        running = [pool.submit(_run, n, s, options) for n, s in wanted]
        for number, future in enumerate(as_completed(running), 1):
            verdicts = future.result()
            done += verdicts
            file.write("".join(json.dumps(asdict(v)) + "\n" for v in verdicts))  # whole runs only
            file.flush()
            print(f"\r{number} of {len(running)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    asked_for = [v for v in done if v.world in names and v.seed < options.seeds]
    others = [v for v in asked_for if isinstance(v, Verdict)]
    if others:
        print(HEADER)
    for name in dict.fromkeys(v.world for v in others):
        print(summarise(name, [v for v in others if v.world == name]))
    of_followers = [v for v in asked_for if isinstance(v, AudienceVerdict)]
    if of_followers:
        print(audience_table(of_followers, [name for name in names if name in AUDIENCE_WORLDS]))
    cascades = [v for v in asked_for if isinstance(v, CascadeVerdict)]
    if cascades:
        for _, worlds, table_of in TABLES:
            print(table_of(cascades, [name for name in worlds if name in names]))
    dialogue = [v for v in asked_for if isinstance(v, DialogueVerdict)]
    for _, worlds in DIALOGUE_TABLES if dialogue else ():
        print(dialogue_table(dialogue, [name for name in worlds if name in names]))
    through_search = [v for v in asked_for if isinstance(v, SearchVerdict)]
    if through_search:
        print(search_table(through_search, [name for name in names if name in SEARCH_WORLDS]))
    of_stars = [v for v in asked_for if isinstance(v, StarVerdict)]
    if of_stars:
        print(star_table(of_stars, [name for name in names if name in STAR_WORLDS]))
    plans = [v for v in asked_for if isinstance(v, BudgetVerdict)]
    if plans:
        print(budget_table(plans, [name for name in names if name in BUDGET_WORLDS]))
    if options.page:
        rewrite(options.page, done)
    return 0


def _read(path: Path) -> list[AnyVerdict]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [VERDICT_OF.get(row["world"], Verdict)(**row) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
