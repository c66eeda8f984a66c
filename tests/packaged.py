"""The template that `chalice package` makes of this application."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from infra.packaging.template import merged_template
from infra.stack.lambdas import FUNCTIONS as DECLARED

ROOT = Path(__file__).parents[1]
FUNCTIONS = frozenset(f"{function.name}Handler" for function in DECLARED)


def stages() -> list[str]:
    """The stages that Chalice knows."""
    return list(json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"])


@functools.cache
def template(stage: str = "dev") -> dict[str, Any]:
    """The whole template, without any code; nobody may change it."""
    return merged_template(stage)
