"""Request bodies: media type, compression, size and fields."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from chalice.app import Request

from chalicelib.api.routes import Body
from chalicelib.model.errors import (
    BodyTooLarge,
    FieldError,
    InvalidFields,
    InvalidRequest,
    MalformedJson,
    UnsupportedMediaType,
)
from chalicelib.model.strict_json import parse_json

MAX_BODY_BYTES = 1_000_000
MAX_FIELD_ERRORS = 20

_GZIP_HEADER = zlib.MAX_WBITS | 16
_GZIP_MAGIC = b"\x1f\x8b"


def read_body(request: Request, accepted: Sequence[str]) -> tuple[str, bytes]:
    """Return the media type and the unpacked bytes of a body.

    Raises
    ------
    UnsupportedMediaType
        If the Content-Type is missing or not one of `accepted`, the charset is not UTF-8, or the
        body is compressed with something other than gzip.
    BodyTooLarge
        Above one million bytes, as sent or unpacked.
    InvalidRequest
        If the gzip data are invalid.
    MalformedJson
        If the text is not UTF-8.
    """
    content_type = request.headers.get("content-type", "")
    media_type, *params = (part.strip().lower() for part in content_type.split(";"))
    if media_type not in accepted:
        raise UnsupportedMediaType(f"the Content-Type must be {' or '.join(accepted)}")
    for param in params:
        if param.startswith("charset=") and param[8:].strip('"') not in ("utf-8", "utf8"):
            raise UnsupportedMediaType("the charset must be utf-8")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise UnsupportedMediaType("the body must be uncompressed or compressed once with gzip")
    body = _bytes_of(request)
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the body has {len(body)} bytes; the limit is {MAX_BODY_BYTES}")
    # a gateway may have unpacked the body and kept the header
    if encoding != "identity" and body.startswith(_GZIP_MAGIC):
        body = _unpacked(body)
    return media_type, body


def _bytes_of(request: Request) -> bytes:
    try:
        return bytes(request.raw_body or b"")  # type: ignore[arg-type]  # it is never text
    except ValueError as error:  # half of a surrogate pair, or invalid base64
        raise MalformedJson("the body is not UTF-8") from error


def _unpacked(body: bytes) -> bytes:
    """Unpack a gzip file with one member; never unpacks beyond the limit."""
    reader = zlib.decompressobj(_GZIP_HEADER)
    try:
        content = reader.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise InvalidRequest("the body is not valid gzip, as Content-Encoding declares") from error
    if len(content) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the unpacked body has more than {MAX_BODY_BYTES} bytes")
    if not reader.eof or reader.unused_data:
        raise InvalidRequest("the body must be exactly one complete gzip file")
    return content


def read_object(request: Request, declared: Body) -> dict[str, Any]:
    """Parse the JSON object in a body and check its fields.

    Raises
    ------
    InvalidFields
        If the value is not an object, or has missing or unknown fields. `read_body` raises
        further errors.
    """
    if declared.may_be_absent and not _bytes_of(request):
        return {}
    _, body = read_body(request, declared.media_types)
    return check_object(parse_json(body), declared)


def check_object(value: Any, declared: Body) -> dict[str, Any]:
    """Check that a value is an object with the declared fields.

    Raises
    ------
    InvalidFields
        With at most 20 errors.
    """
    if not isinstance(value, dict):
        raise InvalidFields(
            "the body must be a JSON object", (FieldError("", "wrong_type", "not an object"),)
        )
    wrong = [
        FieldError(f"/{name}", "missing_field", "required")
        for name in declared.required
        if name not in value
    ]
    known = (*declared.required, *declared.optional)
    wrong += [
        FieldError(
            "/" + name.replace("~", "~0").replace("/", "~1"),
            "unknown_field",
            f"allowed fields: {', '.join(known)}" if known else "no fields are allowed",
        )
        for name in value
        if name not in known
    ]
    if wrong:
        raise InvalidFields(
            f"{len(wrong)} fields of the body are invalid", tuple(wrong[:MAX_FIELD_ERRORS])
        )
    return value


def field_of_type(body: dict[str, Any], name: str, kind: type, default: Any = None) -> Any:
    """Return a field of exactly this JSON type, or the default if it is absent or null.

    Raises
    ------
    InvalidFields
        If the type is different.
    """
    value = body.get(name)
    if value is None:
        return default
    if type(value) is not kind:
        words = {str: "text", bool: "true or false", int: "a whole number", list: "a list"}
        raise InvalidFields(
            f"{name} must be {words.get(kind, 'an object')}",
            (FieldError(f"/{name}", "wrong_type", f"must be {words.get(kind, 'an object')}"),),
        )
    return value
