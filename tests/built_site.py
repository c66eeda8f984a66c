"""The documentation site, built once for all tests that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import documentation
from chalicelib.api.views import page_views
from infra.site.__main__ import build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site."""
    folder = tmp_path_factory.mktemp("documentation") / "site"
    build(folder)
    return folder


@pytest.fixture
def site(built: Path) -> Iterator[Path]:
    """The folder of the site, which the application serves during the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documentation, "SITES", (built,))
        forget()
        yield built
    forget()


def forget() -> None:
    """Clear the caches of files."""
    documentation.page.cache_clear()
    documentation.asset.cache_clear()
    documentation.content_security_policy.cache_clear()
    page_views._description.cache_clear()
