"""Small look-alikes of platform exports, each with its expected outcome.

A sample is a file ``<platform>/<name>.<ext>``; ``<name>.<ext>.expected.json`` contains the options
for reading it and the expected outcome. The files are made up: no line is from a real export.
`tests/contract/test_samples.py` checks every sample against the contract of importers.

``python -m tests.samples --write`` renews the expectations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ENDING = ".expected.json"

_NO_SAMPLES = (".py", ".pyc", ENDING)


@dataclass(frozen=True)
class Sample:
    """A file in the folder.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @property
    def name(self) -> str:
        """The platform and the name of the file, e.g. ``etsy/orders.csv``."""
        return self.path.relative_to(FOLDER).as_posix()

    @property
    def platform(self) -> str:
        """The name of the folder."""
        return self.path.parent.name

    @cached_property
    def data(self) -> bytes:
        """The content of the file."""
        return self.path.read_bytes()

    @property
    def expectation(self) -> Path:
        """The path of the expectation."""
        return self.path.with_name(self.path.name + ENDING)

    @cached_property
    def expected(self) -> dict[str, Any]:
        """The expectation; empty if it has not been written yet."""
        if not self.expectation.exists():
            return {}
        expected: dict[str, Any] = json.loads(self.expectation.read_text(encoding="utf-8"))
        return expected

    @property
    def options(self) -> dict[str, Any]:
        """The options of `read_export` as JSON."""
        options: dict[str, Any] = self.expected.get("options", {})
        return options

    @property
    def is_rejected(self) -> bool:
        """Whether the file is expected to be rejected as a whole."""
        return "rejected_file" in self.expected

    @property
    def is_empty(self) -> bool:
        """Whether the file is accepted and has no rows."""
        has_rows = bool(self.expected.keys() & {"events", "rejected", "not_data"})
        return not (self.is_rejected or has_rows)


def find_samples() -> dict[str, Sample]:
    """Return every sample by its name, in alphabetical order."""
    files = (file for file in sorted(FOLDER.glob("*/*")) if file.is_file())
    samples = (Sample(file) for file in files if not file.name.endswith(_NO_SAMPLES))
    return {sample.name: sample for sample in samples}


SAMPLES = find_samples()
"""Name -> sample."""


def by_importer() -> dict[str, list[Sample]]:
    """Return importer's title -> samples; archives and mapped files are under their platform."""
    groups: dict[str, list[Sample]] = {}
    for sample in SAMPLES.values():
        if not sample.is_rejected:
            groups.setdefault(sample.expected.get("importer", sample.platform), []).append(sample)
    return groups
