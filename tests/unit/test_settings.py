"""The settings: read from the environment, checked when a process starts."""

from __future__ import annotations

import pytest

from chalicelib.model.errors import MisconfiguredService
from chalicelib.settings import read_settings


def test_settings_that_are_not_given_have_their_defaults() -> None:
    assert (read_settings({}).currency, read_settings({}).time_zone) == ("EUR", "UTC")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CURRENCY", "euro"),
        ("CURRENCY", "eur"),
        ("CURRENCY", "EUR\n"),
        ("CURRENCY", ""),
        ("TIME_ZONE", "Mars/Base"),
        ("TIME_ZONE", "../etc/passwd"),
        ("PUBLIC_URL", "likeworth.example"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("PUBLIC_URL", "https://a@b.example"),
        ("PUBLIC_URL", "https://likeworth.example/?x"),
        ("MAX_PEOPLE", "many"),
        ("MAX_PEOPLE", "５"),
        ("MAX_PEOPLE", "1_000"),
        ("SHARDS", "0"),
        ("RETENTION_DAYS", "-1"),
        ("RATE_LIMIT", "-1"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_it(name: str, value: str) -> None:
    with pytest.raises(MisconfiguredService, match=f"LIKEWORTH_{name}="):
        read_settings({f"LIKEWORTH_{name}": value})


def test_zero_means_no_limit_where_the_handbook_says_so() -> None:
    given = {f"LIKEWORTH_{name}": "0" for name in ("RATE_LIMIT", "OPEN_IMPORTS")}
    settings = read_settings(given | {"LIKEWORTH_DAILY_UPLOAD_BYTES": "0"})
    assert (settings.rate_limit, settings.open_imports, settings.daily_upload_bytes) == (0, 0, 0)
