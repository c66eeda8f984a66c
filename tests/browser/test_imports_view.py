"""The dashboard in Chromium: uploads and the results of imports."""

from __future__ import annotations

import datetime as dt
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, Page, chromium_path
from tests.served import Served

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="Chromium is not installed")

DAY = (dt.datetime.now(dt.UTC) - dt.timedelta(days=9)).date()
HEAD = "Day,Campaign,Currency code,Impressions,Clicks,Cost"
HOSTILE = "<img src=x onerror=document.title='x'>"


def row(number: int, *, campaign: str = "Spring", impressions: object = 900) -> str:
    return f"{DAY + dt.timedelta(days=number)},{campaign},EUR,{impressions},30,18.00"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("data"))
    yield served
    served.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def page(browser: Chromium, service: Served) -> Iterator[Page]:
    """The list of imports, opened with the keyboard."""
    opened = browser.page()
    sign_in(opened, service, service.key)
    opened.wait("document.querySelector('#list').childElementCount")
    yield opened
    assert opened.errors() == []


def sign_in(page: Page, service: Served, key: str, view: str = "#/imports") -> None:
    page.open(f"{service.url}/{view}")
    page.press("Tab")
    page.write(key)
    page.press("Enter")


def key_of(service: Served, role: str) -> str:
    created = service.call("POST", "/v1/keys", service.key, {"role": role}, status=201)
    return str(created["key"])


def import_file(page: Page, folder: Path, name: str, *lines: str) -> None:
    """Upload a file and wait for the page of its import."""
    file = folder / name
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    page.choose("#files", file)
    page.wait("!document.getElementById('send').disabled")
    page.run("document.getElementById('send').focus()")
    page.press("Enter")
    wait_for_import(page, name)


def wait_for_import(page: Page, name: str) -> None:
    page.wait(
        f"document.getElementById('import-title').textContent === {json.dumps(name)}"
        " && document.getElementById('import-body').childElementCount"
    )


def test_the_result_of_an_upload_is_shown(page: Page, tmp_path: Path) -> None:
    import_file(page, tmp_path, "good.csv", HEAD, row(0), row(1))

    assert "Imported\n" in page.text("#import-state")
    assert "Events stored\n4" in page.text("#import-body")
    assert page.run("document.activeElement.id") == "import-title"
    page.run("document.querySelector('a[href=\"#/imports\"]').click()")
    page.wait("document.querySelector('#list table')")
    assert "good.csv" in page.text("#list")
    assert "Google Ads" in page.text("#list")


def test_a_column_that_looks_like_a_metric_is_shown_with_its_sum(
    page: Page, tmp_path: Path
) -> None:
    import_file(page, tmp_path, "m.csv", f"{HEAD},Video plays,Label", f"{row(0)},1234,a")

    assert "Imported, with warnings" in page.text("#import-state")
    text = page.text("#import-body")
    assert "Video plays\t1,234\tYes" in text
    assert "Label" in text


def test_rejected_rows_are_grouped_by_reason_with_instructions(page: Page, tmp_path: Path) -> None:
    bad = [row(n, impressions="nine") for n in range(5)]
    import_file(page, tmp_path, "bad.csv", HEAD, row(6), *bad, f"soon{row(7)[10:]}")
    page.wait("document.querySelectorAll('#import-body .raw').length")

    text = page.text("#import-body")
    assert "Rejected rows: 6" in text
    assert text.index("Not a number: 5 rows") < text.index("Not a date: 1 row")
    assert "The first 3 of 5 rows" in text
    assert "Correct the cell" in text
    assert page.run("document.querySelectorAll('#import-body .raw').length") == 4


def test_an_unknown_file_shows_the_reason_and_instructions(page: Page, tmp_path: Path) -> None:
    import_file(page, tmp_path, "soup.csv", "Dish,Minutes", "Soup,30")

    text = page.text("#import-state")
    assert "Not imported: File not recognised" in text
    assert "What to do:" in text
    assert "unknown_platform" in text


def test_a_weekly_file_can_be_read_again_with_spread_rows(page: Page, tmp_path: Path) -> None:
    monday = DAY - dt.timedelta(days=DAY.weekday() + 7)
    line = f"{monday},Spring,EUR,700,70,35.00"
    import_file(page, tmp_path, "weeks.csv", HEAD.replace("Day", "Week"), line)
    assert "Rows cover several days" in page.text("#import-state")

    page.run("document.querySelector('#import-body details[open] button').click()")
    page.wait("document.getElementById('import-state').textContent.startsWith('Imported')")
    page.wait("document.querySelector('#import-body dl + dl')")

    assert "spread evenly over their days" in page.text("#import-body dl + dl")


def test_names_and_headings_from_a_file_never_become_elements(page: Page, tmp_path: Path) -> None:
    name = f"{HOSTILE}.csv"
    columns = f"{HEAD},{HOSTILE} clicks"
    bad = row(1, campaign=HOSTILE, impressions=HOSTILE)
    import_file(page, tmp_path, name, columns, f"{row(0)},5", f"{bad},5")
    page.wait("document.querySelectorAll('#import-body .raw').length")

    assert HOSTILE in page.text("#import-title")
    assert page.text("#import-body").count(HOSTILE) >= 2
    assert page.run("document.querySelectorAll('img').length") == 0
    assert page.run("document.title") == "Likeworth"


def test_a_file_can_be_dropped(page: Page) -> None:
    text = "\n".join([HEAD, row(3), ""])
    page.run(
        f"""{{const moved = new DataTransfer();
        moved.items.add(new File([{json.dumps(text)}], "dropped.csv"));
        document.getElementById("drop").dispatchEvent(
          new DragEvent("drop", {{ dataTransfer: moved, bubbles: true, cancelable: true }})); 0}}"""
    )

    assert page.run("document.activeElement.id") == "send"
    page.press("Enter")
    wait_for_import(page, "dropped.csv")


def test_several_files_are_listed_with_their_results(page: Page, tmp_path: Path) -> None:
    good, empty = tmp_path / "one.csv", tmp_path / "empty.csv"
    good.write_text("\n".join([HEAD, row(0), ""]))
    empty.write_text("")
    page.choose("#files", good, empty)
    page.wait("document.getElementById('send').textContent === 'Import 2 files'")
    page.run("document.getElementById('send').click()")
    page.wait("document.querySelectorAll('#uploads li').length === 2")
    page.wait("!document.querySelector('#uploads progress')")

    assert "2 events stored" in page.text("#uploads")
    assert "The file is empty." in page.text("#uploads")


def test_older_imports_are_on_further_pages(service: Served, page: Page) -> None:
    for number in range(26):
        body = {"filename": f"never uploaded {number}.csv"}
        service.call("POST", "/v1/imports", service.key, body, status=201)
    names = "[...document.querySelectorAll('#list tbody a')].map((one) => one.textContent)"
    page.run("location.hash = '#/imports?again'")
    page.wait(f"{names}.length === 25 && {names}[0].startsWith('never')")
    newest = page.run(names)

    page.run("document.querySelector('.pages a').click()")
    page.wait("document.querySelector('.pages a').textContent === 'Newest'")
    older = page.run(names)
    page.run("document.querySelector('.pages a').click()")
    page.wait(f"{names}.length === 25")

    announced = {f"never uploaded {number}.csv" for number in range(26)}
    assert announced <= {*newest, *older}
    assert not announced & set(newest) & set(older)
    assert page.run(names) == newest


def test_a_read_key_shows_which_role_is_needed_for_uploads_and_rejected_rows(
    browser: Chromium, service: Served, page: Page, tmp_path: Path
) -> None:
    import_file(page, tmp_path, "theirs.csv", HEAD, row(0), row(1, impressions="nine"))
    reader = browser.page()
    sign_in(reader, service, key_of(service, "read"), page.run("location.hash"))
    wait_for_import(reader, "theirs.csv")
    reader.wait("document.querySelector('#import-body [role=alert]').textContent")

    text = reader.text("#import-body")
    assert "Not a number: 1 row" in text
    assert "Use a key with the role ingest or admin" in text
    assert "nine" not in text
    reader.run("location.hash = '#/imports'")
    reader.wait("document.querySelector('#list table')")
    reader.choose("#files", tmp_path / "theirs.csv")
    reader.run("document.getElementById('send').click()")
    reader.wait("document.querySelector('#uploads .error')")
    assert "Use a key with the role ingest or admin" in reader.text("#uploads")


def test_an_ingest_key_shows_imports_and_which_role_is_needed_for_answers(
    browser: Chromium, service: Served
) -> None:
    sender = browser.page()
    sign_in(sender, service, key_of(service, "ingest"), "#/answers")
    sender.wait("document.getElementById('problem').textContent")
    assert "Use a key with the role read or admin" in sender.text("#problem")

    sender.run("document.querySelector('nav a[href=\"#/imports\"]').click()")
    sender.wait("document.querySelector('#list').childElementCount")
    assert sender.text("#problem") == ""


@pytest.mark.parametrize("dark", [False, True])
def test_a_narrow_screen_shows_everything_without_scrolling_sideways(
    browser: Chromium, service: Served, page: Page, tmp_path: Path, dark: bool
) -> None:
    name = f"{'a_very_long_name_' * 8}.csv"
    bad = row(1, campaign="W" * 300, impressions="nine")
    import_file(page, tmp_path, name, f"{HEAD},Video plays", f"{row(0)},5", f"{bad},5")
    narrow = browser.page(width=360, height=740, dark=dark)
    sign_in(narrow, service, service.key, page.run("location.hash"))
    wait_for_import(narrow, name)
    narrow.wait("document.querySelectorAll('#import-body .raw').length")

    assert narrow.run("document.documentElement.scrollWidth") == 360
    narrow.run("location.hash = '#/imports'")
    narrow.wait("document.querySelector('#list table')")
    assert narrow.run("document.documentElement.scrollWidth") == 360
    paper = narrow.run("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 25, 31)" if dark else "rgb(255, 255, 255)")
    assert narrow.errors() == []


def test_all_controls_are_reachable_with_tab_and_have_a_name(page: Page) -> None:
    page.run("document.getElementById('key').focus()")
    reached = []
    for _ in range(12):
        page.press("Tab")
        reached.append(page.run("document.activeElement.id || document.activeElement.innerText"))

    assert reached[:5] == ["Show", "Answers", "Imports", "files", "Options"]
    nameless = page.run(
        """[...document.querySelectorAll("input, select, button, progress")].filter((one) =>
        !(one.labels && one.labels.length) && !one.getAttribute("aria-label")
        && !one.innerText).map((one) => one.outerHTML)"""
    )
    assert nameless == []
