"""GET /v1/codes returns the whole registry without a key; goldens hold its fields."""

from __future__ import annotations

from chalice.test import Client

from chalicelib.model import codes
from tests.api.conftest import Caller
from tests.api.test_forms import rows_of


def test_codes_and_rejections_need_no_key(client: Client) -> None:
    found = Caller("", client).get("/v1/codes", x_api_key=None).json_body

    assert [one["code"] for one in found["codes"]] == list(codes.CODES)
    assert [one["code"] for one in found["rejections"]] == list(codes.REJECTIONS)


def test_codes_are_available_as_csv(client: Client) -> None:
    header, *rows = rows_of(Caller("", client).get("/v1/codes?format=csv", x_api_key=None))

    assert header[:3] == ["code", "used_as", "subject"]
    assert [row[0] for row in rows] == [*codes.CODES, *codes.REJECTIONS]
