"""GET /v1/codes returns the whole registry without a key; goldens hold its fields."""

from __future__ import annotations

from chalice.test import Client

from chalicelib.model import codes
from tests.api.conftest import Caller
from tests.api.test_forms import rows_of

PROBLEMS = [*codes.PROBLEMS, *codes.BACKGROUND_ERRORS, *codes.EXPERIMENT_ERRORS]


def test_codes_rejections_and_problems_need_no_key(client: Client) -> None:
    found = Caller("", client).get("/v1/codes", x_api_key=None).json_body

    assert [one["code"] for one in found["codes"]] == list(codes.CODES)
    assert [one["code"] for one in found["rejections"]] == list(codes.REJECTIONS)
    assert [one["code"] for one in found["problems"]] == PROBLEMS


def test_codes_are_available_as_csv(client: Client) -> None:
    header, *rows = rows_of(Caller("", client).get("/v1/codes?format=csv", x_api_key=None))

    assert header[:3] == ["code", "used_as", "subject"]
    assert [row[0] for row in rows] == [*codes.CODES, *codes.REJECTIONS, *PROBLEMS]


def test_codes_are_available_in_german(client: Client) -> None:
    caller = Caller("", client)
    english = caller.get("/v1/codes", x_api_key=None).json_body

    german = caller.get("/v1/codes?language=de", x_api_key=None).json_body

    assert (english["language"], german["language"]) == ("en", "de")
    for part in ("codes", "rejections", "problems"):
        assert [one["code"] for one in german[part]] == [one["code"] for one in english[part]]
        texts = {"title", "meaning", "help"}
        for one, other in zip(german[part], english[part], strict=True):
            assert {k: v for k, v in one.items() if k not in texts} == {
                k: v for k, v in other.items() if k not in texts
            }
            assert one["meaning"] != other["meaning"]
    by_code = {one["code"]: one for one in german["codes"]}
    assert by_code["too_early"]["title"] == "Noch zu früh"


def test_an_unknown_language_is_an_error_that_lists_the_languages(client: Client) -> None:
    answer = Caller("", client).get("/v1/codes?language=fr", x_api_key=None)

    assert answer.status_code == 400
    assert answer.json_body["errors"][0]["message"] == "one of en, de"
