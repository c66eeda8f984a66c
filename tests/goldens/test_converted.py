"""`convert` writes what it wrote when the golden file was made."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.goldens.converted.conversions import differences, load
from tests.goldens.converted.look_alikes import BRIEFLY, FAMILIES

KEPT = load()
SHOWN = 10
RENEW = "Where this is meant, renew the file: python -m tests.goldens.converted"


def test_every_family_of_look_alikes_is_in_the_golden_file() -> None:
    assert list(KEPT) == [*FAMILIES, *BRIEFLY]


@pytest.mark.parametrize("family", [*FAMILIES, *BRIEFLY])
def test_look_alikes_are_converted_as_before(family: str) -> None:
    found = list(islice(differences(family, KEPT[family]), SHOWN))

    assert not found, "\n".join([f"(at most {SHOWN} are listed)", *found, RENEW])
