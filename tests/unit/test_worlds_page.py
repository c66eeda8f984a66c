"""The tables of docs/accuracy.md equal the results."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.cascade_verdicts import judge_cascades
from tests.worlds.dialogue_judge import judge_dialogue
from tests.worlds.judge import Verdict
from tests.worlds.page import rewrite, suspicion_table

CLICK, LIKE = "google_ads/click", "facebook/like"
PAGE = """before
<!-- people -->
old
<!-- /people -->
<!-- totals -->
<!-- /totals -->
<!-- unidentified -->
<!-- /unidentified -->
<!-- assumptions -->
<!-- /assumptions -->
<!-- assumptions of totals -->
<!-- /assumptions of totals -->
<!-- regions -->
<!-- /regions -->
<!-- followers -->
<!-- /followers -->
<!-- budgets -->
<!-- /budgets -->
<!-- cascades -->
<!-- /cascades -->
<!-- cascades with missing parents -->
<!-- /cascades with missing parents -->
<!-- cascades that are rejected -->
<!-- /cascades that are rejected -->
<!-- multipliers -->
<!-- /multipliers -->
<!-- final sizes -->
<!-- /final sizes -->
<!-- search -->
<!-- /search -->
<!-- stars -->
<!-- /stars -->
<!-- mood -->
<!-- /mood -->
<!-- change of mood -->
<!-- /change of mood -->
<!-- response time -->
<!-- /response time -->
<!-- alarms -->
<!-- /alarms -->
<!-- share of voice -->
<!-- /share of voice -->
after
"""


def verdict(world: str, kind: str = LIKE, *, held: bool = True, flags: str = "") -> Verdict:
    return Verdict(world, 0, kind, 1.0, 1.0, 0.5 if held else 1.5, 2.0, flags=flags)


def test_tables_replace_the_text_between_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text(PAGE, encoding="utf-8")

    rewrite(
        page,
        [
            verdict("loyalty"),
            verdict("loyalty", held=False),
            verdict("calm"),
            verdict("churn"),
            verdict("totals_fifty"),
            verdict("regions_hidden"),
        ],
    )

    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| loyalty | 1 | 50.0 % |" in text
    assert "| calm | 1 | 100.0 % |" in text
    assert "| churn | 1 | 100.0 % |" in text
    assert "| totals_fifty | 1 | 100.0 % |" in text
    assert "| regions_hidden | 1 | 100.0 % |" in text
    assert text.count("| together |") == 5


def test_results_of_cascades_have_tables_of_their_own(tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text(PAGE, encoding="utf-8")

    rewrite(page, [verdict("loyalty"), judge_cascades("tiny", 0), judge_cascades("luck", 0)])

    text = page.read_text(encoding="utf-8")
    assert "| tiny | 1 |" in text.partition("<!-- cascades -->")[2].partition("<!--")[0]
    assert "| luck | 1 | 0 % |" in text.partition("<!-- multipliers -->")[2].partition("<!--")[0]


def test_results_about_the_dialogue_have_tables_of_their_own(tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text(PAGE, encoding="utf-8")

    rewrite(page, [verdict("loyalty"), judge_dialogue("voice_memory", 0)])

    text = page.read_text(encoding="utf-8")
    assert "| voice_memory | 1 |" in text.partition("<!-- share of voice -->")[2]
    assert "| loyalty | 1 | 100.0 % |" in text


def test_page_without_a_marker_is_not_changed(tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text("nothing here", encoding="utf-8")

    with pytest.raises(ValueError, match="people"):
        rewrite(page, [verdict("loyalty")])

    assert page.read_text(encoding="utf-8") == "nothing here"


def test_suspicion_table_counts_justified_and_wrong_flags() -> None:
    rows = [
        verdict("intent", CLICK, flags="decay_unknown; intent_confounding_suspected"),
        verdict("intent", LIKE, flags="placebo_failed"),
        verdict("collinear", LIKE, flags="collinear_with:twitter/share"),
        verdict("loyalty", LIKE, flags="weak_overlap"),
    ]

    table = suspicion_table(rows).splitlines()

    assert "| intent | 1 | 100.0 % | 100.0 % |" in table
    assert "| collinear | 1 | 100.0 % | – |" in table
    assert "| all other worlds of people | 1 | – | 0.0 % |" in table


def test_a_table_without_results_stays(tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text(PAGE, encoding="utf-8")
    rewrite(page, [verdict("loyalty")])
    before = page.read_text(encoding="utf-8")

    rewrite(page, [verdict("calm")])

    text = page.read_text(encoding="utf-8")
    assert "| calm | 1 | 100.0 % |" in text
    assert "| loyalty | 1 | 100.0 % |" in text
    assert text.count("| together |") == before.count("| together |") + 1
