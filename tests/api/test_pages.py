"""GET /: the dashboard."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib import dashboard, wiring
from chalicelib.model.codes.code_languages import LANGUAGES, NO_ACTION, Language
from chalicelib.services.code_answers import list_codes
from tests.api.conftest import rejected
from tests.conftest import BUCKET, Cloud

LIBRARIES = dashboard.manifest()
MODULES = sorted(dashboard.FOLDER.glob("*.js"))
SINKS = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc"),
    *("eval(", "Function(", "DOMParser", "createContextualFragment", "javascript:"),
)
"""Ways to turn a text into HTML or script."""


def get(path: str) -> HTTPResponse:
    with Client(app.app) as client:
        return client.http.get(path)


def policy() -> dict[str, str]:
    told = get("/").headers["Content-Security-Policy"]
    return {name: value for name, _, value in (one.partition(" ") for one in told.split("; "))}


def scripts_of(page: str) -> list[str]:
    """The paths of the library and of the page's own script, in the order in which they run."""
    return [
        f"/{one}" for one in re.findall(r'<script (?:defer|type="module") src="([^"]+)">', page)
    ]


def sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_page_needs_no_key_and_can_run_only_its_own_scripts() -> None:
    answer = get("/")

    page = answer.body.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert policy()["default-src"] == "'none'"
    assert policy()["script-src"] == "'self'"
    assert policy()["require-trusted-types-for"] == "'script'"
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy()["trusted-types"] == "'none'"
    allowed = [sha256(style), *(one["style_sha256"] for one in LIBRARIES if "style_sha256" in one)]
    assert policy()["style-src"] == " ".join(f"'sha256-{one}'" for one in allowed)
    assert page.count("<script") == len(scripts_of(page)) == 2


def test_the_scripts_are_cached_and_the_page_is_not() -> None:
    page = get("/")

    library, script = map(get, scripts_of(page.body.decode()))

    for answer in (library, script):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert "immutable" in answer.headers["Cache-Control"]
    assert "no-cache" in page.headers["Cache-Control"]
    assert library.body.decode() == dashboard.library()
    assert script.body.decode() == dashboard.script()


def test_a_first_visit_transfers_less_than_400_kilobytes() -> None:
    page = get("/").body
    texts = [page, *(get(path).body for path in scripts_of(page.decode()))]

    assert sum(len(gzip.compress(text, 6)) for text in texts) < 400_000


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda one: one["name"])
def test_a_library_is_the_pinned_file_with_its_source_and_licence(library: dict[str, Any]) -> None:
    content = (dashboard.LIBRARIES / library["file"]).read_bytes()
    licences = (dashboard.LIBRARIES / "LICENSES.txt").read_text("utf-8")

    assert hashlib.sha256(content).hexdigest() == library["sha256"]
    assert library["version"] in content[:200].decode()
    assert library["source"] == f"npm:{library['name']}@{library['version']}"
    assert library["integrity"].startswith("sha512-")
    assert library["licence"] in {"ISC", "MIT", "Apache-2.0", "BSD-3-Clause"}
    assert f"== {library['name']} {library['version']} ({library['file']}) ==" in licences


def test_every_library_file_is_in_the_manifest() -> None:
    files = {one.name for one in dashboard.LIBRARIES.glob("*.js")}
    assert files == {one["file"] for one in LIBRARIES}


@pytest.mark.parametrize("name", ["main.js", "0123456789abcdef.js", "..%2findex.html"])
def test_a_script_of_another_version_is_a_problem(name: str) -> None:
    assert rejected(get(f"/dashboard/{name}")) == (404, "not_found")


def test_the_page_inserts_data_as_text_only() -> None:
    page = get("/").body.decode()

    for sink in SINKS:
        assert sink not in page
        assert sink not in dashboard.script()
    assert not re.search(r"\s(on[a-z]+|style)=", page)


def test_the_page_can_upload_only_to_the_bucket(cloud: Cloud) -> None:
    store = wiring.store("acme")
    key = "imports/acme/20260314T000000Z-00000001/x.csv"

    address = urlsplit(store.objects.upload_url(key, expires_seconds=60))

    own, allowed = policy()["connect-src"].split()
    assert own == "'self'"
    assert f"{address.scheme}://{address.netloc}{address.path}".startswith(allowed)
    assert allowed.endswith(f"/{BUCKET}/")


def test_every_module_follows_its_imports_in_the_script() -> None:
    script = dashboard.script()

    assert not re.search("^(import|export) ", script, re.MULTILINE)
    places = {one.name: script.index(one.read_text("utf-8").splitlines()[0]) for one in MODULES}
    for module in MODULES:
        for other in re.findall(r'from "\./([a-z_]+\.js)"', module.read_text("utf-8")):
            assert places[other] < places[module.name]


def test_top_level_names_of_modules_are_unique() -> None:
    declared = r"^(?:async )?(?:function|const|let|class) ([\w$]+)"
    names = re.findall(declared, dashboard.script(), re.MULTILINE)
    lists = re.findall(r"^const (\w+) = [^;]*?, (\w+) = ", dashboard.script(), re.MULTILINE)
    below = re.findall(
        r"^const \w+ = .*,\n((?:  \w+ = .*[,;]\n)+)", dashboard.script(), re.MULTILINE
    )
    more = [name for found in below for name in re.findall(r"^  (\w+) = ", found, re.MULTILINE)]
    counted = Counter([*names, *(second for _, second in lists), *more])
    assert [name for name, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_imports_exactly_what_it_uses(module: Path) -> None:
    text = module.read_text("utf-8")
    imports = re.findall(r'^import \{([^}]*)\} from "\./[a-z_]+\.js";$', text, re.MULTILINE)
    imported = {name.strip() for names in imports for name in names.split(",") if name.strip()}
    code = re.sub(r'^import .*|^\s*//.*|"[^"\n]*"', "", text, flags=re.MULTILINE)
    exports = {
        name
        for other in MODULES
        if other != module
        for name in re.findall(r"^export [a-z ]+ ([\w$]+)", other.read_text("utf-8"), re.MULTILINE)
    }
    assert exports & set(re.findall(r"(?<![\w.$])([\w$]+)\(", code)) <= imported
    assert imported <= exports & set(re.findall(r"[\w$]+", code))


def test_every_element_that_a_module_uses_is_in_the_page() -> None:
    page = get("/").body.decode()
    ids = set(re.findall(r'\sid="([\w-]+)"', page))
    made = set(re.findall(r'\bid: "([\w-]+)"', dashboard.script()))

    assert set(re.findall(r'\$\("([\w-]+)"\)', dashboard.script())) <= ids | made
    referenced = re.findall(r'(?:for|aria-labelledby|aria-describedby)="([\w -]+)"', page)
    assert {one for found in referenced for one in found.split()} <= ids | made


def dictionary(language: str) -> dict[str, str]:
    """The texts of a language: a JavaScript object that is also JSON, but for the last comma."""
    text = (dashboard.FOLDER / f"texts_{language}.js").read_text("utf-8")
    texts: dict[str, str] = json.loads(text[text.index("{") :].rstrip().removesuffix(",\n};") + "}")
    return texts


def test_both_languages_have_the_same_texts_with_the_same_values() -> None:
    english, german = dictionary("en"), dictionary("de")

    assert list(english) == list(german)
    values = re.compile(r"\{\w+\}")
    for key, text in english.items():
        assert sorted(set(values.findall(text))) == sorted(set(values.findall(german[key]))), key
        assert text.strip(), key
        assert german[key].strip(), key


def test_every_text_that_a_module_names_is_in_the_dictionaries() -> None:
    english = dictionary("en")
    modules = [one for one in MODULES if not one.name.startswith("texts_")]
    script = "\n".join(one.read_text("utf-8") for one in modules)
    page = get("/").body.decode()

    named = set(re.findall(r'\b(?:t|withNodes)\(\s*"([\w.]+)"', script))
    named |= set(re.findall(r'data-t(?:-label)?="([\w.]+)"', page))
    counted = set(re.findall(r'\b(?:count|tn)\([^;]*?, "([a-z_]+)"', script))
    assert named <= set(english)
    assert {f"{one}_{form}" for one in counted for form in ("one", "other")} <= set(english)


def test_every_text_is_used() -> None:
    modules = [one for one in MODULES if not one.name.startswith("texts_")]
    script = "\n".join(one.read_text("utf-8") for one in modules) + get("/").body.decode()

    named = set(re.findall(r'"([a-z_]+(?:\.[a-z_0-9]+)*)"', script))
    begun = tuple(re.findall(r"`([a-z_.]+[._])\$\{", script))
    forms = re.compile(r"_(one|other)$")
    for key in dictionary("en"):
        assert key in named or forms.sub("", key) in named or key.startswith(begun), key


def test_every_severity_has_a_name_in_each_language() -> None:
    severities = {f"severity.{one['severity']}" for one in list_codes()["codes"]}
    assert severities <= set(dictionary("de"))


def test_the_page_has_the_codes_in_each_of_its_languages() -> None:
    languages = {one.stem.removeprefix("texts_") for one in MODULES if one.match("texts_*.js")}
    assert languages == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_leaves_out_the_advice_that_nothing_is_to_be_done(language: Language) -> None:
    advice = [one["help"] for one in list_codes(language)["codes"]]

    assert dictionary(language)["help.none"] == NO_ACTION[language]
    assert NO_ACTION[language] in advice
