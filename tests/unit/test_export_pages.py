"""The pages of exports by family: every platform is on one, and on the list of all exports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib import documentation
from chalicelib.importers.platforms import IMPORTERS
from infra.pages.export_pages import ADS, FAMILIES, OTHERS, SHOPS, family_of, family_page

DOCS = Path(__file__).parents[2] / "docs"
PLATFORMS = sorted({one.platform for one in IMPORTERS})


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_is_on_the_page_of_its_family_only(platform: str) -> None:
    pages = [one for one in FAMILIES if f"\n## {platform}\n" in family_page(one)]

    assert pages == [family_of(platform)]


def test_old_links_to_a_platform_lead_to_its_line_in_the_list() -> None:
    listed = (DOCS / "exports.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r'<a id="([a-z0-9_]+)"></a>', listed)) == PLATFORMS
    for one in IMPORTERS:
        assert one.declaration.title in listed
        assert f"]({family_of(one.platform)}.md#{one.platform})" in listed


def test_families_are_those_that_a_reader_expects() -> None:
    assert family_of("google_ads") == family_of("new_ads") == ADS
    assert family_of("shopify") == SHOPS
    assert family_of("something_new") == OTHERS


def test_the_site_shows_every_page() -> None:
    assert set(FAMILIES) <= set(documentation.PAGES)
