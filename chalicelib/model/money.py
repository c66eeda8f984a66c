"""Money: a decimal amount and its currency, never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from chalicelib.model.currencies import is_currency

MAX_INTEGER_DIGITS = 15
MAX_DECIMAL_PLACES = 8
_PLAIN_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,8})?\Z", re.ASCII)


def parse_amount(value: Any) -> Decimal:
    """Parse an amount of money from a decimal string or a JSON number.

    `value`: at least zero; at most 15 digits before and 8 after the point, in ASCII. Numbers with
    more digits because of binary arithmetic (0.1 + 0.2) are rounded to 8; a number that would
    become 0 is rejected.

    Raises
    ------
    PydanticCustomError
        `invalid_amount` for anything else (booleans, NaN, exponents, negative amounts).
    """
    if isinstance(value, str):
        if _PLAIN_DECIMAL.match(value):
            return Decimal(value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        given = Decimal(str(value))
        number = _without_binary_noise(given)
        if number.is_finite() and number >= 0 and (number > 0 or given == 0):
            _, digits, exponent = number.as_tuple()
            assert isinstance(exponent, int)
            if len(digits) + exponent <= MAX_INTEGER_DIGITS and -exponent <= MAX_DECIMAL_PLACES:
                return abs(number)  # 0 and not -0
    raise PydanticCustomError(
        "invalid_amount",
        "must be a decimal of at least 0 with at most 15 digits before and 8 after the point",
    )


def _without_binary_noise(number: Decimal) -> Decimal:
    """Round a JSON number to 8 decimal places if its further digits look like binary noise."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -20 <= exponent < -MAX_DECIMAL_PLACES and number < 10**15:
        return number.quantize(Decimal(1).scaleb(-MAX_DECIMAL_PLACES)).normalize()
    return number


def parse_currency(value: Any) -> str:
    """Parse an ISO 4217 code of three capital letters; raises `invalid_currency`."""
    if isinstance(value, str) and is_currency(value):
        return value
    raise PydanticCustomError("invalid_currency", "must be three capital letters, e.g. EUR")


_AMOUNT_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "exclusiveMaximum": 10**MAX_INTEGER_DIGITS},
        {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,8})?$"},
    ]
}


class Money(BaseModel):
    """An amount (at least zero) in one currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Annotated[
        Decimal,
        PlainValidator(parse_amount),
        PlainSerializer(str, return_type=str, when_used="json"),  # else pydantic warns
        WithJsonSchema(_AMOUNT_SCHEMA),
    ]
    currency: Annotated[
        str,
        PlainValidator(parse_currency),
        WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"}),
    ]
