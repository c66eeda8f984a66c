"""Which finished switchback a caller wants to be read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from chalicelib.attribution.experiments.switchback import MIN_BLOCKS
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.answers.design_questions import DEFAULT_BLOCK, DEFAULT_DAYS, LIMITS


@dataclass(frozen=True, slots=True)
class SwitchbackAsked:
    """A switchback as it was designed: with these numbers its schedule is drawn again.

    Raises
    ------
    InvalidFields
        If a value is outside its limits, or there are too few blocks.
    """

    channel: str
    first_day: dt.date
    days: int = DEFAULT_DAYS["switchback"]
    block: int = DEFAULT_BLOCK
    type: str | None = None
    paid: bool | None = None
    margin: float | None = None

    def __post_init__(self) -> None:
        """Check the limits."""
        wrong = []
        for name in ("days", "block", "margin"):
            value, (least, most) = getattr(self, name), LIMITS[name]
            if value is not None and not least <= value <= most:
                message = f"must be from {least:g} to {most:g}"
                wrong.append(FieldError(f"/{name}", "out_of_range", message))
        if not wrong and self.days // self.block < MIN_BLOCKS:
            message = f"a switchback has at least {MIN_BLOCKS} blocks of {self.block} days"
            wrong.append(FieldError("/days", "out_of_range", message))
        if wrong:
            text = "; ".join(f"{one.pointer.lstrip('/')}: {one.message}" for one in wrong)
            raise InvalidFields(f"the switchback is invalid: {text}", tuple(wrong))

    @property
    def last_day(self) -> dt.date:
        """The last day of the test."""
        return self.first_day + dt.timedelta(days=self.days - 1)
