"""GET /v1/codes returns the whole registry without a key."""

from __future__ import annotations

from chalice.test import Client

from chalicelib.model import codes
from tests.api.conftest import Caller
from tests.api.test_forms import rows_of


def test_codes_need_no_key(client: Client) -> None:
    found = Caller("", client).get("/v1/codes", x_api_key=None).json_body["codes"]

    assert [one["code"] for one in found] == list(codes.CODES)
    assert next(one for one in found if one["code"] == "cost_outside_window") == {
        "code": "cost_outside_window",
        "used_as": ["warning", "reason"],
        "subject": None,
        "title": "Costs outside the window",
        "meaning": codes.CODES["cost_outside_window"].meaning,
        "severity": "caution",
        "may_be": "too_high",
        "help": codes.CODES["cost_outside_window"].help,
    }


def test_rejections_have_titles_and_help(client: Client) -> None:
    found = Caller("", client).get("/v1/codes", x_api_key=None).json_body["rejections"]

    assert [one["code"] for one in found] == list(codes.REJECTIONS)
    assert next(one for one in found if one["code"] == "aggregate_period") == {
        "code": "aggregate_period",
        "used_as": ["file", "row"],
        "title": "Rows cover several days",
        "meaning": codes.REJECTIONS["aggregate_period"].meaning,
        "help": codes.REJECTIONS["aggregate_period"].help,
    }


def test_codes_are_available_as_csv(client: Client) -> None:
    header, *rows = rows_of(Caller("", client).get("/v1/codes?format=csv", x_api_key=None))

    assert header[:3] == ["code", "used_as", "subject"]
    assert [row[0] for row in rows] == [*codes.CODES, *codes.REJECTIONS]
    assert [row[1] for row in rows if row[0] == "cost_outside_window"] == ["warning reason"]
