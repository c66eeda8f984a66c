"""Generated pages of docs/: each setting, command, endpoint and field has its meaning."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import app
from chalicelib.cli import build_parser
from chalicelib.settings import PREFIX, Settings
from infra.pages import examples
from infra.pages.answer_pages import shown_calls
from infra.pages.examples import Example, NoExample, of_call, of_route, recorded
from infra.pages.setting_pages import setting_meanings

DOCS = Path(__file__).parents[2] / "docs"
OF_CLIENTS_AND_BUILDS = {"LIKEWORTH_URL", "LIKEWORTH_KEY", "LIKEWORTH_PACKAGE_PYTHON"}
OF_TESTS = {"LIKEWORTH_DYNAMODB_ENDPOINT"}


def text_of(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def rows_of(page: str) -> dict[str, list[str]]:
    """Cells of each row of the page's tables, by the first code in the row."""
    found = re.findall(r"^\| `([^`]+)` \|(.*)\|$", page, re.MULTILINE)
    return {name: [cell.strip() for cell in re.split(r"(?<!\\)\|", rest)] for name, rest in found}


@pytest.mark.parametrize("setting", [one.name for one in fields(Settings)])
def test_every_setting_is_documented(setting: str) -> None:
    default, meaning = rows_of(text_of("settings"))[PREFIX + setting.upper()]
    assert default
    assert meaning == setting_meanings()[setting]
    assert meaning.endswith(".")


def test_variables_of_clients_and_builds_are_documented() -> None:
    assert rows_of(text_of("settings")).keys() >= OF_CLIENTS_AND_BUILDS


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {PREFIX + one.name.upper() for one in fields(Settings)}
    known |= OF_CLIENTS_AND_BUILDS | OF_TESTS
    for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md"):
        named = set(re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= known, page.name


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Every command with each of its options."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from arguments_of(command)
        elif not isinstance(action, (argparse._HelpAction, argparse._VersionAction)):
            yield (
                parser.prog.removeprefix("python -m chalicelib "),
                (action.option_strings[-1] if action.option_strings else str(action.metavar)),
            )


def test_every_command_and_option_is_documented() -> None:
    page = text_of("commands")
    sections = dict(re.findall(r"^##+ ([\w -]+)\n(.*?)(?=^##+ |\Z)", page, re.M | re.S))
    arguments = list(arguments_of(build_parser()))
    assert len(arguments) > 30
    for command, option in arguments:
        assert re.search(rf"^\| `(--[\w-]+, )?{re.escape(option)}\b", sections[command], re.M), (
            command,
            option,
        )


def test_every_endpoint_is_documented_with_an_example() -> None:
    page = text_of("endpoints")
    sections = dict(re.findall(r"^### ([A-Z]+ /\S*)\n(.*?)(?=^##+ |\Z)", page, re.M | re.S))
    assert set(sections) == {f"{one.method} {one.path}" for one in app.app.declared.values()}
    for route in app.app.declared.values():
        name = f"{route.method} {route.path}"
        if route.answer is not None:
            shown = "```json" in sections[name].partition("Example:")[2]
            assert shown or (name in shown_calls() and "answers.md" in sections[name]), name


def test_every_answer_of_the_reading_role_is_explained_and_the_roi_is_first() -> None:
    assert shown_calls()[0] == "GET /v1/roi"
    answers = {
        f"{one.method} {one.path}"
        for one in app.app.declared.values()
        if one.tag.name in ("answers", "coverage") and "read" in one.roles
    }
    assert answers <= set(shown_calls())


@pytest.mark.parametrize("name", ["events", "commands", "settings"])
def test_no_table_has_a_row_without_a_meaning(name: str) -> None:
    rows = rows_of(text_of(name))
    assert rows
    assert [field for field, cells in rows.items() if not cells[-1]] == []


# --- examples ---------------------------------------------------------------------------------


def test_examples_are_answers_that_the_service_gave() -> None:
    example = of_call("GET /v1/roi?channel=facebook")
    assert example.status == 200
    assert {one["channel"] for one in example.body["channels"]} == {"facebook"}
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", example.body["fit"]["id"])


def test_an_id_is_the_same_in_all_examples() -> None:
    one, other = of_call("GET /v1/roi"), of_call("GET /v1/engagements")
    assert one.body["fit"]["id"] == other.body["fit"]["id"]


def test_a_call_that_was_not_recorded_has_no_example() -> None:
    with pytest.raises(NoExample):
        of_call("GET /v1/roi?channel=nothing")
    with pytest.raises(NoExample):
        of_route("GET", "/v1/nothing")


def test_the_example_of_a_route_is_the_largest_readable_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = {"small": 10, "large": 2_000, "unreadable": 9_000}
    made = tuple(Example("GET /v1/x", None, 200, {name: "x" * n}) for name, n in sizes.items())
    monkeypatch.setattr(examples, "recorded", lambda: made)
    assert "large" in of_route("GET", "/v1/x").body
    monkeypatch.setattr(examples, "recorded", lambda: made[2:])
    assert "unreadable" in of_route("GET", "/v1/x").body


def test_a_shortened_answer_keeps_its_codes_and_the_first_objects() -> None:
    value = {"rows": [{"a": [1, 2, 3]}, {"a": []}, {"a": []}], "codes": ["x", "y", "z"]}
    assert examples.shortened(value, 1) == {"rows": [{"a": [1, 2, 3]}], "codes": ["x", "y", "z"]}


def test_no_example_contains_a_placeholder_of_an_id() -> None:
    for example in recorded():
        assert not re.search(r"\{\w*_?id\}", example.call)
