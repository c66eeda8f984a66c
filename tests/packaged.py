"""The template that `chalice package` makes of this application."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FUNCTIONS = frozenset(
    {
        "APIHandler",
        "ImportHandler",
        "FitHandler",
        "TotalsHandler",
        "AggregateHandler",
        "ScheduleHandler",
    }
)


def stages() -> list[str]:
    """The stages that Chalice knows."""
    return list(json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"])


@functools.cache
def template(stage: str = "dev") -> dict[str, Any]:
    """The whole template, without the application's dependencies; nobody may change it."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ROOT / ".chalice", project / ".chalice")
        shutil.copytree(
            ROOT / "chalicelib",
            project / "chalicelib",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        shutil.copy(ROOT / "app.py", project)
        shutil.copy(ROOT / "infra" / "resources.json", project)
        (project / "requirements.txt").touch()
        subprocess.run(
            [
                str(Path(sys.executable).parent / "chalice"),
                "package",
                "--stage",
                stage,
                "--merge-template",
                "resources.json",
                "out",
            ],
            cwd=project,
            env=os.environ | {"AWS_DEFAULT_REGION": "eu-central-1"},
            check=True,
            capture_output=True,
        )
        made: dict[str, Any] = json.loads((project / "out" / "sam.json").read_text())
    return made


if __name__ == "__main__":
    json.dump(template(), sys.stdout, indent=1)
