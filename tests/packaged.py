"""The template that `chalice package` makes of this application."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from infra.packaging.template import merged_template

ROOT = Path(__file__).parents[1]
FUNCTIONS = frozenset(
    {
        "APIHandler",
        "ImportHandler",
        "FitHandler",
        "FitPartHandler",
        "FitMergeHandler",
        "TotalsHandler",
        "AggregateHandler",
        "ScheduleHandler",
    }
)


@functools.cache
def template() -> dict[str, Any]:
    """The whole template, without any code; nobody may change it."""
    return merged_template("dev")
