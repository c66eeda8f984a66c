"""Public holidays as columns."""

from __future__ import annotations

import datetime as dt
from datetime import date
from typing import Any

import pytest

from chalicelib.model.countries import COUNTRIES
from chalicelib.model.events import parse_event
from chalicelib.services import answers
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.holidays import UnknownCountry, public_holidays
from chalicelib.services.fitting.surroundings import Surroundings
from tests.factories import make_annotation, make_conversion, make_event


def test_holidays_have_their_days_and_local_names() -> None:
    assert public_holidays("de", date(2024, 12, 1), 40) == [
        (date(2024, 12, 25), "Erster Weihnachtstag"),
        (date(2024, 12, 26), "Zweiter Weihnachtstag"),
        (date(2025, 1, 1), "Neujahr"),
    ]


def test_same_holiday_of_two_years_has_the_same_name() -> None:
    days = [day for day, name in public_holidays("DE", date(2023, 1, 1), 730) if "Ostermo" in name]

    assert days == [date(2023, 4, 10), date(2024, 4, 1)]


def test_a_window_without_holidays_has_none() -> None:
    assert public_holidays("DE", date(2024, 2, 1), 10) == []


def test_country_without_a_calendar_raises_an_error_that_names_it() -> None:
    with pytest.raises(UnknownCountry, match="XX"):
        public_holidays("XX", date(2024, 1, 1), 10)


def test_the_countries_are_those_that_have_a_calendar() -> None:
    import holidays

    assert set(holidays.list_supported_countries(include_aliases=False)) == COUNTRIES


def test_holidays_are_annotations_unless_the_sender_annotated_them() -> None:
    first = date(2026, 4, 1)
    days = {"first": "2026-04-06", "last": "2026-04-06"}
    surroundings = Surroundings()
    surroundings.add(
        parse_event(make_annotation(name="Ostermontag", category="holiday", **days)), 0
    )

    found = surroundings.with_holidays(public_holidays("DE", first, 10))

    shown = found.shown_annotations(first, date(2026, 4, 10))
    assert [(one["name"], one["from"]) for one in shown] == [
        ("Karfreitag", "2026-04-03"),
        ("Ostermontag", "2026-04-06"),
    ]
    context = found.context(first, 10)
    assert context.holidays == {"Karfreitag", "Ostermontag"}
    assert context.columns is not None
    assert context.columns.sum(axis=0).tolist() == [1.0, 1.0]
    assert len(surroundings.annotations) == 1


FIRST = date(2026, 1, 1)


def fitted(*more: dict[str, Any], closed: bool = True, **over: Any) -> dict[str, Any]:
    """A fit of 180 days of totals; the shop sells nothing on German holidays if it is closed."""
    holidays = {day for day, _ in public_holidays("DE", FIRST, 180)} if closed else set()
    raws: list[dict[str, Any]] = [*more]
    for offset in range(180):
        day = FIRST + dt.timedelta(days=offset)
        likes = 60 + offset * 37 % 41
        sold = 0 if day in holidays else 30 + likes // 10 + offset * 29 % 7
        raws.append(make_event(occurred_at=f"{day}T00:00:00Z", count=likes))
        if sold:
            raws.append(make_conversion(occurred_at=f"{day}T00:00:00Z", count=sold))
    return fit_events(
        map(parse_event, raws),
        window=(FIRST, FIRST + dt.timedelta(days=179)),
        currency="EUR",
        as_of=dt.datetime(2026, 8, 1, tzinfo=dt.UTC),
        fit_id="f",
        **over,
    )


def warnings_of(document: dict[str, Any]) -> list[str]:
    (estimate,) = document["goals"]["purchase"]["estimates"]
    assert estimate["method"] == "time_series"
    found: list[str] = estimate["warnings"]
    return found


def test_fit_with_a_country_uses_and_lists_its_holidays() -> None:
    document = fitted(country="DE")

    assert "holidays_used" in warnings_of(document)
    assert "annotations_used" not in warnings_of(document)
    names = {one["name"]: one["category"] for one in document["annotations"]}
    assert names["Karfreitag"] == "holiday"
    days = answers.decomposition(document)["days"]
    lost = {day["date"]: day["context"] for day in days}
    assert lost["2026-04-03"] < -20
    assert lost["2026-04-02"] == 0


def test_a_fit_without_a_country_has_no_holidays() -> None:
    document = fitted()

    assert document["annotations"] == []
    assert not {"holidays_used", "annotations_used"} & set(warnings_of(document))


@pytest.mark.parametrize(("year", "used"), [(2026, {"annotations_used"}), (2025, set())])
def test_only_annotations_inside_the_window_are_named_as_used(year: int, used: set[str]) -> None:
    sale = make_annotation(first=f"{year}-02-10", last=f"{year}-02-14")

    document = fitted(sale, closed=False)

    assert {"annotations_used", "holidays_used"} & set(warnings_of(document)) == used
