"""The fit document of each small world is the one that was kept."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice

import pytest

from tests.goldens.fits.documents import FOLDER, differences, fit, golden
from tests.goldens.fits.small_worlds import SmallWorld, small_worlds

SHOWN = 15
RENEW = "Where this is meant, renew the files: python -m tests.goldens.fits"
KEPT = sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def worlds() -> dict[str, SmallWorld]:
    return {golden(name).stem: world for name, world in small_worlds().items()}


def test_every_small_world_has_a_golden_document() -> None:
    assert sorted(worlds()) == KEPT


@pytest.mark.parametrize("stem", KEPT)
def test_the_fit_document_is_the_one_that_was_kept(stem: str) -> None:
    kept = json.loads((FOLDER / f"{stem}.json").read_text(encoding="utf-8"))
    now = json.loads(json.dumps(fit(worlds()[stem])))

    found = list(islice(differences(kept, now), SHOWN))

    assert not found, "\n".join([f"(at most {SHOWN} are listed)", *found, RENEW])
