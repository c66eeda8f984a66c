"""Public holidays as columns."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.services.holidays import UnknownCountry, holiday_columns


def test_holidays_stand_on_their_days_under_their_own_names() -> None:
    names, columns = holiday_columns("de", date(2024, 12, 1), 40)

    assert names[:2] == ("Erster Weihnachtstag", "Zweiter Weihnachtstag")
    assert columns.shape == (40, 3)
    assert columns[24, 0] == columns[25, 1] == 1.0
    assert columns[31, 2] == 1.0
    assert columns.sum() == 3.0


def test_the_same_holiday_of_two_years_is_one_column() -> None:
    names, columns = holiday_columns("DE", date(2023, 1, 1), 730)

    easter = columns[:, names.index("Ostermontag")]
    assert easter.nonzero()[0].tolist() == [
        (date(2023, 4, 10) - date(2023, 1, 1)).days,
        (date(2024, 4, 1) - date(2023, 1, 1)).days,
    ]


def test_a_subdivision_has_holidays_of_its_own() -> None:
    whole, _ = holiday_columns("DE", date(2024, 1, 1), 366)
    bavaria, _ = holiday_columns("DE", date(2024, 1, 1), 366, "BY")

    assert set(bavaria) > set(whole)


def test_a_window_without_holidays_has_no_column() -> None:
    names, columns = holiday_columns("DE", date(2024, 2, 1), 10)

    assert names == ()
    assert columns.shape == (10, 0)


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("DE", "NOWHERE")])
def test_a_country_without_a_calendar_is_an_error_that_names_it(
    country: str, subdivision: str | None
) -> None:
    with pytest.raises(UnknownCountry, match=country):
        holiday_columns(country, date(2024, 1, 1), 10, subdivision)
