"""What the outside sees is what the goldens hold; ``python -m tests.goldens`` renews them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.goldens.demo_requests import THEMES
from tests.goldens.recorder import HOME, ROOT, TOLERANCE, differences, differing, rounded

FITTED = {theme.name for theme in THEMES if theme.fitted}
HTTP = sorted((HOME / "http").glob("*.json"))


def test_answers_description_and_template_equal_their_goldens(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.goldens", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    recorded = {file.relative_to(tmp_path) for file in tmp_path.rglob("*.json")}
    kept = {file.relative_to(HOME) for file in (*HOME.glob("*.json"), *HTTP)}
    lines = [f"{file} is no longer recorded" for file in sorted(kept - recorded)]
    for file in sorted(recorded):
        lines += differing(HOME / file, tmp_path / file, fitted=file.stem in FITTED)
    if lines:
        lines.append("If this is intended: python -m tests.goldens")
        pytest.fail("\n".join(lines), pytrace=False)


def test_every_operation_has_a_golden_of_its_success() -> None:
    document = json.loads((HOME / "openapi.json").read_text(encoding="utf-8"))
    operations = {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "head", "post", "put", "patch", "delete", "options")
    }
    missing = {one for one in operations if not _succeeds(*one)}
    assert missing == {("GET", "/openapi.json")}  # a golden file of its own


def _succeeds(method: str, path: str) -> bool:
    segments = path.split("/")
    return any(
        called == method
        and len(segments) == len(parts := target.partition("?")[0].split("/"))
        and all("{" in a or a == b for a, b in zip(segments, parts, strict=True))
        for called, target in _successes()
    )


def _successes() -> set[tuple[str, str]]:
    return {
        tuple(exchange["request"]["call"].split(" ", 1))
        for file in HTTP
        for exchange in json.loads(file.read_text(encoding="utf-8"))
        if exchange["answer"]["status"] < 300
    }


@pytest.mark.parametrize(
    ("golden", "found", "line"),
    [
        ({"a": [1]}, {"a": [1.0]}, "/a/0: 1.0, was 1"),
        ({"a": True}, {"a": 1}, "/a: 1, was true"),
        ({"a": 1}, {}, "/a: missing, was 1"),
        ({}, {"a": 1}, "/a: new, 1"),
        ([1, 2], [1], ": 1 elements, were 2"),
        ({"a": 1.0}, {"a": 1.0 + 1e-9}, "/a: 1.000000001, was 1.0"),
    ],
)
def test_a_difference_names_its_path_and_both_values(
    golden: object, found: object, line: str
) -> None:
    assert list(differences(golden, found, fitted=False)) == [line]


def test_fitted_fractions_may_differ_by_the_tolerance_and_nothing_else_may() -> None:
    golden = {"a": 2.5, "row": "x,0.125,3,1e-05"}
    near = {"a": 2.5 * (1 + TOLERANCE / 2), "row": "x,0.12500001,3,1e-05"}
    far = {"a": 2.5 * (1 + TOLERANCE * 2), "row": "x,0.125,4,1e-05"}
    assert list(differences(golden, near, fitted=True)) == []
    assert len(list(differences(golden, far, fitted=True))) == 2


def test_rounding_keeps_six_significant_digits_and_whole_numbers() -> None:
    value = {"a": 1234.56789, "b": [1234567, 1e-12], "row": "2026-01-02,0.123456789,12"}
    assert rounded(value) == {
        "a": 1234.57,
        "b": [1234567, 0.0],
        "row": "2026-01-02,0.123457,12",
    }
