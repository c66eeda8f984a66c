"""The dashboard in Chromium: a tenant without data, uploads and the results of imports."""

from __future__ import annotations

import datetime as dt
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import (
    Visits,
    key_of,
    loaded,
    need_a_browser,
    screenshot,
    written,
)
from tests.browser.test_views import violations
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = (dt.datetime.now(dt.UTC) - dt.timedelta(days=9)).date()
HEAD = "Day,Campaign,Currency code,Impressions,Clicks,Cost"
HOSTILE = "<img src=x onerror=document.title='x'>"
NO_FIT = ("404", "403")
"""Chromium reports these answers as errors: the tenant has no fit, the key may not see a part."""


def row(number: int, *, campaign: str = "Spring", impressions: object = 900) -> str:
    return f"{DAY + dt.timedelta(days=number)},{campaign},EUR,{impressions},30,18.00"


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that is empty at first: the tests here import files into it."""
    need_a_browser()
    served = Served(tmp_path_factory.mktemp("data"))
    yield served
    served.end(signal.SIGTERM)


@pytest.fixture
def page(visits: Visits, empty_service: Served) -> Page:
    """The view Data."""
    visits.expected += NO_FIT
    return loaded(visits.open(empty_service, "#/data"), "Data")


def import_file(page: Page, file: Path) -> None:
    """Upload a file with the keyboard and wait for the page of its import."""
    page.set_input_files("#files", file)
    page.focus("#send")
    page.keyboard.press("Enter")
    wait_for_import(page, file.name)


def wait_for_import(page: Page, name: str) -> None:
    page.locator("#view-title", has_text=name).wait_for()
    page.locator("#import-body > *").first.wait_for()


def test_a_tenant_without_data_sees_what_to_do_first(visits: Visits, empty_service: Served) -> None:
    visits.expected += NO_FIT
    page = loaded(visits.open(empty_service), "No answers yet")
    screenshot(page, "empty")

    assert "Import your data" in page.inner_text("#view")
    assert violations(page) == []
    page.click("text=Go to Data")
    loaded(page, "Data")
    assert "There are no data yet" in page.inner_text("#view .answer")
    page.click("#request-fit")
    page.get_by_text("Fit: Failed").wait_for()
    assert "neither engagements nor conversions" in page.inner_text("#view")


def test_the_result_of_an_upload_is_shown(page: Page, tmp_path: Path) -> None:
    import_file(page, written(tmp_path, "good.csv", HEAD, row(0), row(1)))

    assert "Imported\n" in page.inner_text("#import-state")
    assert "Events stored\n4" in page.inner_text("#import-body")
    assert page.evaluate("document.activeElement.id") == "view-title"
    page.click("text=All imports")
    loaded(page, "Data")
    assert "good.csv" in page.inner_text("#list")
    assert "Google Ads" in page.inner_text("#list")


def test_an_import_can_be_undone_after_a_confirmation(page: Page, tmp_path: Path) -> None:
    import_file(page, written(tmp_path, "wrong.csv", HEAD, row(4)))

    page.click("#remove")
    page.click("text=Cancel")
    page.click("#remove")
    page.click("text=Remove its events for good")

    page.locator("#import-state", has_text="The events of this import were removed").wait_for()
    page.get_by_text("2 events were removed").wait_for()


def test_a_column_that_looks_like_a_metric_is_shown_with_its_sum(
    page: Page, tmp_path: Path
) -> None:
    import_file(page, written(tmp_path, "m.csv", f"{HEAD},Video plays,Label", f"{row(0)},1234,a"))

    assert "Imported, with warnings" in page.inner_text("#import-state")
    text = page.inner_text("#import-body")
    assert "Video plays\t1,234\tYes" in text
    assert "Label" in text


def test_rejected_rows_are_grouped_by_reason_with_instructions(page: Page, tmp_path: Path) -> None:
    bad = [row(n, impressions="nine") for n in range(5)]
    import_file(page, written(tmp_path, "bad.csv", HEAD, row(6), *bad, f"soon{row(7)[10:]}"))
    page.locator("#import-body .raw").first.wait_for()
    screenshot(page, "import-rejected")

    text = page.inner_text("#import-body")
    assert "Rejected rows: 6" in text
    assert text.index("Invalid number: 5 rows") < text.index("Invalid date: 1 row")
    assert "The first 3 of 5 rows" in text
    assert "Correct the cell" in text
    assert page.locator("#import-body .raw").count() == 4
    assert violations(page) == []


def test_an_unknown_file_shows_the_reason_and_instructions(page: Page, tmp_path: Path) -> None:
    import_file(page, written(tmp_path, "soup.csv", "Dish,Minutes", "Soup,30"))

    text = page.inner_text("#import-state")
    assert "Not imported: File not recognised" in text
    assert "What to do:" in text
    assert "unknown_platform" not in text


def test_a_weekly_file_can_be_read_again_with_spread_rows(page: Page, tmp_path: Path) -> None:
    monday = DAY - dt.timedelta(days=DAY.weekday() + 7)
    line = f"{monday},Spring,EUR,700,70,35.00"
    import_file(page, written(tmp_path, "weeks.csv", HEAD.replace("Day", "Week"), line))
    assert "Rows cover several days" in page.inner_text("#import-state")

    page.click("#replay button")

    page.locator("#import-state", has_text="Imported").wait_for()
    page.locator("#import-body", has_text="spread evenly over their days").wait_for()


def test_names_and_headings_from_a_file_never_become_elements(page: Page, tmp_path: Path) -> None:
    columns = f"{HEAD},{HOSTILE} clicks"
    bad = row(1, campaign=HOSTILE, impressions=HOSTILE)
    import_file(page, written(tmp_path, f"{HOSTILE}.csv", columns, f"{row(0)},5", f"{bad},5"))
    page.locator("#import-body .raw").first.wait_for()

    assert HOSTILE in page.inner_text("#view-title")
    assert page.inner_text("#import-body").count(HOSTILE) >= 2
    assert page.locator("img").count() == 0
    assert page.title() == "Data – Likeworth"


def test_a_file_can_be_dropped(page: Page) -> None:
    text = "\n".join([HEAD, row(3), ""])
    page.evaluate(
        f"""() => {{ const moved = new DataTransfer();
        moved.items.add(new File([{json.dumps(text)}], "dropped.csv"));
        document.getElementById("drop").dispatchEvent(
          new DragEvent("drop", {{ dataTransfer: moved, bubbles: true, cancelable: true }})); }}"""
    )

    assert page.evaluate("document.activeElement.id") == "send"
    page.keyboard.press("Enter")
    wait_for_import(page, "dropped.csv")


def test_several_files_are_listed_with_their_results(page: Page, tmp_path: Path) -> None:
    good = written(tmp_path, "one.csv", HEAD, row(0))
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    page.set_input_files("#files", [good, empty])
    page.click("text=Import 2 files")
    page.locator("#uploads li").nth(1).wait_for()
    page.locator("#uploads progress").wait_for(state="detached")

    assert "2 events stored" in page.inner_text("#uploads")
    assert "The file is empty." in page.inner_text("#uploads")


def test_older_imports_are_on_further_pages(page: Page, empty_service: Served) -> None:
    for number in range(26):
        body = {"filename": f"never uploaded {number}.csv"}
        empty_service.call("POST", "/v1/imports", empty_service.key, body, status=201)
    names = page.locator("#list tbody a")
    page.reload()
    loaded(page, "Data")
    newest = names.all_inner_texts()

    page.click(".pages a")
    page.get_by_role("link", name="Newest").wait_for()
    older = names.all_inner_texts()

    announced = {f"never uploaded {number}.csv" for number in range(26)}
    assert len(newest) == 25
    assert announced <= {*newest, *older}
    assert not announced & set(newest) & set(older)


def test_a_read_key_shows_which_role_is_needed_for_uploads_and_rejected_rows(
    visits: Visits, empty_service: Served, page: Page, tmp_path: Path
) -> None:
    file = written(tmp_path, "theirs.csv", HEAD, row(0), row(1, impressions="nine"))
    import_file(page, file)
    key = str(key_of(empty_service, "read")["key"])
    reader = visits.open(empty_service, page.evaluate("location.hash"), key=key)
    wait_for_import(reader, "theirs.csv")
    reader.locator("#import-body .error", has_text="rejected rows").wait_for()

    text = reader.inner_text("#import-body")
    assert "Invalid number: 1 row" in text
    assert "Use a key with the role ingest or admin" in text
    assert "nine" not in text
    reader.click("text=All imports")
    loaded(reader, "Data")
    reader.set_input_files("#files", file)
    reader.click("#send")
    reader.locator("#uploads .error").wait_for()
    assert "Use a key with the role ingest or admin" in reader.inner_text("#uploads")


def test_an_ingest_key_shows_imports_and_which_role_is_needed_for_answers(
    visits: Visits, empty_service: Served
) -> None:
    visits.expected += NO_FIT
    key = str(key_of(empty_service, "ingest")["key"])
    sender = visits.open(empty_service, key=key)
    sender.locator("#problem").wait_for()
    assert "Use a key with the role read or admin" in sender.inner_text("#problem")

    sender.click("#tabs a:has-text('Data')")
    loaded(sender, "Data")
    assert sender.locator("#list table, #list p").count() >= 1
    assert "Use a key with the role read or admin" in sender.inner_text("#view")


@pytest.mark.parametrize("dark", [False, True])
def test_a_narrow_screen_shows_an_import_without_scrolling_sideways(
    visits: Visits, empty_service: Served, page: Page, tmp_path: Path, dark: bool
) -> None:
    name = f"{'a_very_long_name_' * 8}.csv"
    bad = row(1, campaign="W" * 300, impressions="nine")
    import_file(page, written(tmp_path, name, f"{HEAD},Video plays", f"{row(0)},5", f"{bad},5"))
    address = page.evaluate("location.hash")
    narrow = visits.open(empty_service, address, width=360, dark=dark)
    wait_for_import(narrow, name)
    narrow.locator("#import-body .raw").first.wait_for()

    assert narrow.evaluate("document.documentElement.scrollWidth") == 360
    assert violations(narrow) == []
    paper = narrow.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(17, 22, 28)" if dark else "rgb(255, 255, 255)")
