"""The registry of codes: it is complete, it has no dead entries, and every code is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from chalicelib.attribution.audience import worth
from chalicelib.attribution.dialogue.bounded import ChangeVerdict, DayVerdict
from chalicelib.attribution.search.search_paths import PathVerdict
from chalicelib.attribution.virality.estimated import SpreadVerdict
from chalicelib.model import codes
from chalicelib.model.codes.code_languages import NO_ACTION, german_texts
from chalicelib.model.codes.entries import Rejected
from chalicelib.model.codes.event_rejections import EVENTS
from chalicelib.model.codes.file_rejections import FILES
from chalicelib.model.codes.reason_codes import REASONS
from chalicelib.model.codes.row_rejections import ROWS
from chalicelib.model.codes.verdict_codes import VERDICTS
from chalicelib.model.codes.warning_codes import WARNINGS
from chalicelib.model.events import EVENT_ERROR_CODES
from chalicelib.services.answers.budget_plans import PlanVerdict
from chalicelib.services.answers.channels_roi import ChannelVerdict
from chalicelib.services.answers.design_shapes import DesignVerdict
from chalicelib.services.answers.engagement_equivalence import EquivalenceVerdict
from chalicelib.services.answers.engagement_types import TypeVerdict
from chalicelib.services.answers.questions import Name
from chalicelib.services.answers.through_search import StarVerdict

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "chalicelib"
REGISTRY = PACKAGE / "model" / "codes"
EMITTERS = ("attribution", "services/answers", "services/experiments")
"""Where codes of answers come from."""

CARRIES_CODES = re.compile(r"reason|warn|verdict|reject", re.IGNORECASE)
"""Names of fields, variables and functions that hold or emit codes."""

NO_CODES = {"", "ignore", "baseline", "channel", "engagement", "experiment", "ratio_"} | {
    *EVENT_ERROR_CODES,
    *codes.EXPERIMENT_ERRORS,
}
"""What such places hold besides: names of sides and methods, the stem of the shapes of a ratio,
what to do about a warning of Python, and codes of errors (docs/errors.md)."""


def places(tree: ast.AST, around: str = "") -> Iterator[ast.AST]:
    """Expressions whose texts are codes, by the name of what they are put into."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if key is not None and CARRIES_CODES.search(ast.unparse(key)):
                        yield value
            case ast.Call(func=func, args=args) if CARRIES_CODES.search(ast.unparse(func)):
                yield from args
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AugAssign(target=target, value=value)
            ) if CARRIES_CODES.search(ast.unparse(target)):
                yield value
            case ast.For(target=target, iter=value) if CARRIES_CODES.search(ast.unparse(target)):
                yield value
            case ast.Return(value=ast.expr() as value) if CARRIES_CODES.search(around):
                yield value
        yield from places(node, node.name if isinstance(node, ast.FunctionDef) else around)


def texts(node: ast.AST) -> Iterator[str]:
    """The texts of an expression, without those that something is compared with or looked up by."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Compare() | ast.Subscript() | ast.FormattedValue():
            return
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from texts(child)


def emitted(source: str) -> set[str]:
    """Codes, by their stems, that a module puts among reasons, warnings and verdicts."""
    found = {text for place in places(ast.parse(source)) for text in texts(place)}
    return {codes.stem_of(text) for text in found if re.fullmatch(r"[a-z_]+(:.*)?", text)}


def literals() -> str:
    """The source of everything but the registry itself."""
    assert REGISTRY.is_dir()
    return "\n".join(
        file.read_text(encoding="utf-8")
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.parent != REGISTRY
    )


def test_every_emitted_code_is_registered() -> None:
    files = [file for folder in EMITTERS for file in (PACKAGE / folder).rglob("*.py")]
    unknown = {
        str(file.relative_to(PACKAGE)): emitted(file.read_text(encoding="utf-8"))
        - NO_CODES
        - set(codes.CODES)
        for file in files
    }

    assert {file: found for file, found in unknown.items() if found} == {}


def test_every_registered_code_is_emitted_or_awaited() -> None:
    source = literals()
    dead = {code for code in codes.CODES if not re.search(rf'"{code}[":]', source)}
    ratios = {code for code in dead if code.startswith("ratio_")}  # made of the set's shape
    assert dead <= ratios


@pytest.mark.parametrize(
    "line",
    [
        "draft.reject(kinds, 'brand_new')",
        "draft.warn(kinds[few], 'brand_new')",
        "draft.reasons[kind].append(f'brand_new:{name}')",
        "answer['reasons'] = ['brand_new']",
        "found['warnings'] += ['brand_new'] if more else []",
        "answer = {'verdict': 'brand_new'}",
        "def _reason_against(one):\n    return 'brand_new'",
        "for warning, flags in (('brand_new', few),):\n    pass",
    ],
)
def test_an_unregistered_code_would_be_seen(line: str) -> None:
    assert emitted(line) == {"brand_new"}


@pytest.mark.parametrize("shape", ["outside", "everything", "unbounded_above", "unbounded_below"])
def test_every_shape_of_a_ratio_has_its_reason(shape: str) -> None:
    source = (PACKAGE / "attribution" / "ratio.py").read_text(encoding="utf-8")
    assert f'"{shape}"' in source
    assert f"ratio_{shape}" in codes.CODES


def test_every_code_has_a_place_in_the_documentation() -> None:
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r'<a id="([a-z_]+)"></a>', page)) == sorted(codes.CODES)
    for one in codes.CODES.values():
        assert f'<a id="{one.code}"></a>' in page
        assert one.meaning in page


def test_every_entry_is_complete() -> None:
    for one in (*codes.CODES.values(), *codes.REJECTIONS.values()):
        assert re.fullmatch("[a-z_]+", one.code), one
        assert re.fullmatch(r"[A-Z][^|\n]*[^.|\n]", one.title), one
        assert re.fullmatch(r"[A-Z`][^|\n]+\.", one.meaning), one
        assert re.fullmatch(r"[A-Z`][^|\n]+\.", one.help), one


def test_every_code_has_german_texts_that_say_the_same_about_fields() -> None:
    registered = {
        **{("answer", code): one for code, one in codes.CODES.items()},
        **{("rejection", code): one for code, one in codes.REJECTIONS.items()},
        **{("problem", code): one for code, one in codes.PROBLEMS.items()},
        **{("problem", code): one for code, one in codes.BACKGROUND_ERRORS.items()},
        **{("problem", code): one for code, one in codes.EXPERIMENT_ERRORS.items()},
    }
    german = german_texts()

    assert list(german) == list(registered)
    fields = re.compile(r"`[^`]+`")
    for key, one in registered.items():
        text = german[key]
        assert re.fullmatch(r"[A-ZÄÖÜ`][^\n]*[^.\n]", text.title), key
        for sentence in (text.meaning, text.help):
            assert re.fullmatch(r"[A-ZÄÖÜ`][^\n]+\.", sentence), key
            assert not re.search(r"\wen Sie\b|[a-z,] (Sie|Ihr(e[mnrs]?)?|Ihnen)\b", sentence), key
        english = {*fields.findall(f"{one.title} {one.meaning} {one.help}")}
        assert english == {*fields.findall(" ".join(text))}, key
        assert (one.help == NO_ACTION["en"]) == (text.help == NO_ACTION["de"]), key


def test_every_code_has_a_severity_and_its_uses() -> None:
    for one in codes.CODES.values():
        assert one.severity in get_args(codes.Severity), one
        assert one.may_be is None or one.may_be in get_args(codes.Direction), one
        assert set(one.used_as) <= set(get_args(codes.Use)), one
        assert "verdict" not in one.used_as or one.severity == "note", one


def test_every_rejection_has_its_uses_and_is_no_code_of_an_answer() -> None:
    for one in codes.REJECTIONS.values():
        assert one.used_as, one
        assert set(one.used_as) <= set(get_args(Rejected)), one
        assert one.code not in codes.CODES, one


def test_codes_are_unique() -> None:
    assert len(codes.CODES) == len(REASONS) + len(VERDICTS) + len(WARNINGS)
    assert len(codes.REJECTIONS) == len(FILES) + len(ROWS) + len(EVENTS)


def test_every_rejection_occurs() -> None:
    source = literals()
    assert {code for code in codes.REJECTIONS if f'"{code}"' not in source} == set()


def test_a_code_with_a_subject_is_found_by_its_stem() -> None:
    assert codes.code_of("collinear_with:facebook/share") is codes.CODES["collinear_with"]
    assert codes.title_of("not_counted:x/y") == "Engagement type not counted: x/y"


def test_a_code_of_a_newer_version_is_shown_in_words() -> None:
    assert codes.title_of("something_new:x/y") == "something new: x/y"


def test_the_answers_declare_every_verdict() -> None:
    described = {
        name
        for verdicts in (ChannelVerdict, TypeVerdict, EquivalenceVerdict)
        for name in get_args(verdicts)
    }
    registered = {code for code, one in codes.CODES.items() if "verdict" in one.used_as}
    assert described == set(get_args(Name))
    others = {
        *get_args(worth.Verdict),
        *get_args(SpreadVerdict),
        *get_args(ChangeVerdict),
        *get_args(DayVerdict),
        *get_args(PathVerdict),
        *get_args(StarVerdict),
        *get_args(PlanVerdict),
        *get_args(DesignVerdict),
        "undecided",
    }
    assert described | others == registered
