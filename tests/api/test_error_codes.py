"""docs/errors.md lists every code, with the status that is sent, and no other code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.api.problems import SERVER_CODES, STATUS, problem_response
from chalicelib.importers import ROW_REJECTIONS
from chalicelib.model import codes, errors
from chalicelib.model.errors import EXPORT_REJECTIONS, ExportRejected, LikeworthError
from chalicelib.model.events import EVENT_ERROR_CODES
from chalicelib.model.events.event_parsing import _CODES, _OWN
from chalicelib.services.experiments.experiment_bodies import _CODES as EXPERIMENT_CODES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
NEVER_SENT = {"gave_up", "unfinished_fit", "unprocessable_message"}


def classes(root: type[LikeworthError] = LikeworthError) -> list[type[LikeworthError]]:
    found = [root]
    for one in root.__subclasses__():
        found += classes(one)
    return found


CLASSES = [one for one in classes() if one.__module__ == errors.__name__]
CODES = {one.code for one in CLASSES if one is not ExportRejected}


def test_the_page_lists_every_code_and_no_other() -> None:
    documented = re.findall(r'<a id="([a-z_]+)"></a>`([a-z_]+)`', DOCUMENT)
    assert all(anchor == code for anchor, code in documented)
    assert len(documented) == len(set(documented))
    known = CODES | set(SERVER_CODES) | set(EVENT_ERROR_CODES)
    known |= set(EXPORT_REJECTIONS) | set(ROW_REJECTIONS) | set(codes.EXPERIMENT_ERRORS)
    assert {code for code, _ in documented} == known


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_the_documented_status_is_the_status_sent(kind: type[LikeworthError]) -> None:
    status = next(STATUS[one] for one in kind.__mro__ if one in STATUS)
    row = re.search(rf'<a id="{kind.code}"></a>`{kind.code}` \| (\d\d\d) \|', DOCUMENT)
    if kind.code in NEVER_SENT or kind is ExportRejected:
        return
    assert row is not None
    assert int(row[1]) == status


def test_the_registry_has_a_title_for_every_error_and_no_other_entry() -> None:
    assert codes.PROBLEMS.keys() | codes.BACKGROUND_ERRORS.keys() == (CODES | set(SERVER_CODES)) - {
        "gave_up"
    }
    assert codes.error_title_of("gave_up") == "Failed several times"


def test_every_code_of_a_rejected_event_is_in_the_closed_list() -> None:
    assert (set(_CODES.values()) | _OWN | {"wrong_type"}) <= set(EVENT_ERROR_CODES)


def test_every_code_of_a_rejected_experiment_is_documented() -> None:
    assert set(EXPERIMENT_CODES.values()) <= set(EVENT_ERROR_CODES)


def test_a_server_error_does_not_reveal_its_detail() -> None:
    response = problem_response(errors.MisconfiguredService("the secret is hunter2"))
    assert "hunter2" not in str(response.to_dict())
