"""The requests that spreadsheets, dashboards, databases and assistants make."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.integrations.conftest import Service

FOLDER = Path(__file__).parents[2] / "integrations"
FROM, TO = "1771200000000", "1773000000000"
"""Milliseconds since 1970, as Grafana writes its time range."""


def fetch(url: str, **headers: str) -> str:
    """Return what a program without further knowledge of the API receives."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with urlopen(Request(url, headers=sent), timeout=30) as answer:
        assert answer.status == 200
        text: str = answer.read().decode()
    return text


def header_of(service: Service, path: str) -> list[str]:
    text = fetch(f"{service.url}{path}", x_api_key=service.key, Accept="text/csv")
    return next(csv.reader(io.StringIO(text)))


def grafana() -> dict[str, Any]:
    board: dict[str, Any] = json.loads((FOLDER / "grafana/likeworth.json").read_text("utf-8"))
    return board


def test_every_panel_of_grafana_finds_its_columns(service: Service) -> None:
    values = {"${__from}": FROM, "${__to}": TO, "${goal}": "purchase"}
    for panel in grafana()["panels"]:
        (target,) = panel["targets"]
        url = re.sub(r"\$\{\w+\}", lambda name: values[name[0]], target["url"])
        found = header_of(service, url)
        assert {one["selector"] for one in target["columns"]} <= set(found), panel["title"]


def test_every_estimate_in_grafana_has_its_interval_and_warnings() -> None:
    for panel in grafana()["panels"]:
        names = {one["selector"] for one in panel["targets"][0]["columns"]}
        for name in names & {"roi", "incremental_conversions", "value_per_engagement", "baseline"}:
            assert {f"{name}_ci_low", f"{name}_ci_high"} <= names
        if names & {"roi", "value_per_engagement"}:
            assert {"verdict", "reasons", "warnings"} <= names


def test_a_reader_makes_a_link_for_google_sheets(service: Service) -> None:
    query = {"goal": "purchase", "format": "csv"}
    link = service.client().send("POST", "/v1/links", {"path": "/v1/engagements", "query": query})
    text = fetch(link["url"], User_Agent="Mozilla/5.0 (compatible; GoogleDocs; apps-spreadsheets)")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {one["channel"] for one in rows} == {"facebook", "google_ads"}
    assert all(re.fullmatch(r"-?\d+(\.\d+)?|", one["value_per_engagement"]) for one in rows)


def test_power_query_names_texts_that_exist_and_follows_pages(service: Service) -> None:
    code = (FOLDER / "power_query/likeworth.pq").read_text("utf-8")
    (texts,) = re.findall(r"Texts = \{(.*?)\}", code)
    named = set(re.findall(r'"(\w+)"', texts))
    found = header_of(service, "/v1/engagements?goal=purchase&format=csv")
    assert named <= set(found)
    numbers = [name for name in found if name not in named]
    rows = service.client().rows("/v1/engagements", goal="purchase")
    for row in rows:
        for name in numbers:
            assert row[name] == "" or float(row[name]) is not None
    assert 'Query = if cursor = null then [limit = "200"]' in code
    assert "next" in service.client().get("/v1/imports", limit=200)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_looker_studio_connector_asks_and_reads_as_the_api_answers(
    service: Service, tmp_path: Path
) -> None:
    shutil.copy(FOLDER / "looker_studio/Code.gs", tmp_path / "code.cjs")
    program = """
    const made = require("./code.cjs");
    const [step, text] = [process.argv[2], process.argv[3]];
    const range = {startDate: "2026-02-20", endDate: "2026-03-01"};
    const names = made.FIELDS.map((field) => ({name: field[0]}));
    console.log(JSON.stringify(step === "address"
      ? made.addressOf({url: text, goal: "purchase"}, range)
      : made.tableOf(JSON.parse(text), names)));
    """
    (tmp_path / "run.cjs").write_text(program, encoding="utf-8")

    def run(step: str, text: str) -> Any:
        done = subprocess.run(
            ["node", "run.cjs", step, text], cwd=tmp_path, check=True, capture_output=True
        )
        return json.loads(done.stdout)

    address = run("address", service.url + "/")
    cells = list(csv.reader(io.StringIO(fetch(address, x_api_key=service.key))))
    table = run("table", json.dumps(cells))
    assert {name["name"] for name in table["schema"]} <= set(cells[0])
    assert len(table["rows"]) == len(cells) - 1
    summed = [one["name"] for one in table["schema"] if one["semantics"].get("isReaggregatable")]
    assert summed == ["count"]


def test_the_queries_of_duckdb_name_existing_columns(service: Service) -> None:
    code = (FOLDER / "duckdb/likeworth.sql").read_text("utf-8")
    for path in re.findall(r"\|\| '(/v1/[^']*)'", code):
        assert header_of(service, path)
    found = set(header_of(service, "/v1/engagements?format=csv"))
    chosen = code[code.index("SELECT channel") :]
    assert set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", chosen)) <= found


def test_the_notebook_runs(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKEWORTH_URL", service.url)
    monkeypatch.setenv("LIKEWORTH_KEY", service.key)
    book = json.loads((FOLDER / "notebook/likeworth.ipynb").read_text("utf-8"))
    names: dict[str, Any] = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook
    assert len(names["rows"]) == 2


def test_an_assistant_sees_the_warnings_with_every_number(service: Service) -> None:
    mcp = pytest.importorskip("mcp")
    from chalicelib.client.mcp_server import build_server, codes_in

    async def ask() -> tuple[Any, Any, Any, Any]:
        async with mcp.Client(build_server(service.client())) as client:
            listed = await client.list_tools()
            answered = await client.call_tool("engagements", {"goal": "purchase"})
            rejected = await client.call_tool("roi", {"goal": "wish"})
            planned = await client.call_tool("plan", {"days": 14})
            designed = await client.call_tool("design", {"channel": "google_ads", "days": 28})
            return listed, answered, rejected, (planned, designed)

    listed, answered, rejected, asked = asyncio.run(ask())
    assert all(tool.annotations.read_only_hint for tool in listed.tools)
    assert {"roi", "equivalence", "equivalences", "engagements", "coverage", "codes"} | {
        *("audiences", "virality", "dialogue", "search_effects"),
        *("response_curves", "plan", "design", "switchback"),
    } <= {tool.name for tool in listed.tools}
    answer = json.loads(answered.content[0].text)
    used = {code.partition(":")[0] for code in codes_in(answer["engagements"])}
    assert used
    assert {one["code"] for one in answer["explained"]} >= used
    assert all(one["title"] and one["help"] for one in answer["explained"])
    for one in asked:
        body = json.loads(one.content[0].text)
        assert body["days"] in {14, 28}
        assert {code["code"] for code in body["explained"]} >= {body["verdict"]}
    assert rejected.is_error
    assert "wish" in rejected.content[0].text
