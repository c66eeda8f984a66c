"""Rewrite the tables of ``docs/accuracy.md`` from the results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from tests.worlds.audience import AUDIENCE_WORLDS
from tests.worlds.audience_judge import AudienceVerdict, audience_table
from tests.worlds.budget_judge import BudgetVerdict, budget_table
from tests.worlds.budgets import BUDGET_WORLDS
from tests.worlds.cascade_verdicts import TABLES, CascadeVerdict
from tests.worlds.dialogue_judge import DIALOGUE_TABLES, DialogueVerdict, dialogue_table
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.people import CLASSIC, INGREDIENTS, UNIDENTIFIED, VARIED
from tests.worlds.regions import REGIONS_WORLDS
from tests.worlds.search import SEARCH_WORLDS
from tests.worlds.search_judge import SearchVerdict, search_table
from tests.worlds.star_judge import StarVerdict, star_table
from tests.worlds.stars import STAR_WORLDS
from tests.worlds.table import HEADER, summarise
from tests.worlds.totals import TOTALS_WORLDS
from tests.worlds.verdicts import Verdict

PEOPLE = (*(name for name in CLASSIC if name not in UNIDENTIFIED), VARIED)
TOTALS = tuple(name for name, world in TOTALS_WORLDS.items() if not world.twins)
HARD = tuple(world.name for world in HARD_TOTALS.values())
BY_REGION = tuple(REGIONS_WORLDS)
FOLLOWERS = tuple(AUDIENCE_WORLDS)
BUDGETS = tuple(BUDGET_WORLDS)
UNCERTAIN = (*UNIDENTIFIED, "collinear")
AnyVerdict = (
    Verdict
    | AudienceVerdict
    | CascadeVerdict
    | DialogueVerdict
    | SearchVerdict
    | StarVerdict
    | BudgetVerdict
)
SUSPICIONS = ("intent_confounding_suspected", "placebo_failed", "collinear_with:")


def rewrite(page: Path, verdicts: Sequence[AnyVerdict]) -> None:
    """Put the tables of `verdicts` between the page's markers; tables without results stay.

    Raises
    ------
    ValueError
        If a marker is missing.
    """
    text = page.read_text(encoding="utf-8")
    of_types = [one for one in verdicts if isinstance(one, Verdict)]
    cascades = [one for one in verdicts if isinstance(one, CascadeVerdict)]
    plans = [one for one in verdicts if isinstance(one, BudgetVerdict)]
    of_followers = [one for one in verdicts if isinstance(one, AudienceVerdict)]
    dialogue = [one for one in verdicts if isinstance(one, DialogueVerdict)]
    of_search = [one for one in verdicts if isinstance(one, SearchVerdict)]
    of_stars = [one for one in verdicts if isinstance(one, StarVerdict)]
    tables: tuple[tuple[str, tuple[str, ...], Callable[[tuple[str, ...]], str]], ...] = (
        ("people", PEOPLE, lambda worlds: accuracy_table(of_types, worlds)),
        ("totals", TOTALS, lambda worlds: accuracy_table(of_types, worlds)),
        ("unidentified", UNCERTAIN, lambda worlds: suspicion_table(of_types, worlds)),
        ("assumptions", INGREDIENTS, lambda worlds: accuracy_table(of_types, worlds)),
        ("assumptions of totals", HARD, lambda worlds: accuracy_table(of_types, worlds)),
        ("regions", BY_REGION, lambda worlds: accuracy_table(of_types, worlds)),
        ("followers", FOLLOWERS, lambda worlds: audience_table(of_followers, worlds)),
        ("search", tuple(SEARCH_WORLDS), lambda worlds: search_table(of_search, worlds)),
        ("stars", tuple(STAR_WORLDS), lambda worlds: star_table(of_stars, worlds)),
        ("budgets", BUDGETS, lambda worlds: budget_table(plans, worlds)),
        *(
            (name, tuple(worlds), lambda worlds, table_of=table_of: table_of(cascades, worlds))
            for name, worlds, table_of in TABLES
        ),
        *(
            (name, tuple(worlds), lambda worlds: dialogue_table(dialogue, worlds))
            for name, worlds in DIALOGUE_TABLES
        ),
    )
    for name, worlds, table_of in tables:
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if marked.search(text) is None:
            raise ValueError(f"{page} has no place for the table {name!r}")
        if not any(one.world in worlds for one in verdicts):
            continue
        table = table_of(worlds)
        text, found = marked.subn(lambda m, table=table: f"{m[1]}{table}\n{m[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"{page} has several places for the table {name!r}")
    page.write_text(text, encoding="utf-8")


def accuracy_table(verdicts: Iterable[Verdict], worlds: tuple[str, ...]) -> str:
    """A line per world with results, and one for all together."""
    rows = [v for v in verdicts if v.world in worlds]
    names = [name for name in worlds if any(v.world == name for v in rows)]
    lines = [summarise(name, [v for v in rows if v.world == name]) for name in names]
    return "\n".join([HEADER, *lines, summarise("together", rows)])


def suspicion_table(verdicts: Iterable[Verdict], worlds: tuple[str, ...] = UNCERTAIN) -> str:
    """How often types of `worlds` are flagged as unidentified, and how often others are."""
    rows = list(verdicts)
    lines = ["| world | seeds | flagged | wrongly flagged |", "|---|---|---|---|"]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        guilty = [v for v in mine if _is_unknowable(v)]
        others = [v for v in mine if not _is_unknowable(v)]
        seeds = len({v.seed for v in mine})
        lines.append(f"| {name} | {seeds} | {_share(guilty)} | {_share(others)} |")
    for title, names in (("all other worlds of people", PEOPLE), ("all other totals", TOTALS)):
        mine = [v for v in rows if v.world in names]
        seeds = len({(v.world, v.seed) for v in mine})
        lines.append(f"| {title} | {seeds} | – | {_share(mine)} |")
    return "\n".join(lines)


def _is_unknowable(verdict: Verdict) -> bool:
    """Paid clicks of people who want to buy anyway, and the two types that move together."""
    if verdict.world in UNIDENTIFIED:
        return verdict.kind == "google_ads/click"
    return verdict.kind in ("facebook/like", "twitter/share")


def _share(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "–"
    flagged = [any(flag.startswith(SUSPICIONS) for flag in v.flags.split("; ")) for v in verdicts]
    return f"{100 * np.mean(flagged):.1f} %"
