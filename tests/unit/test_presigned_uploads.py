"""A presigned upload URL allows one PUT of one object, and nothing beside what it signs.

moto checks no signature. `verified` does what S3 documents for presigned URLs of signature version
4: every ``x-amz-`` header must be signed, and the signature is worked out again, by botocore's own
signer, from the request that came.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from chalicelib.aws import make_client
from chalicelib.storage.s3_objects import S3Objects
from tests.conftest import BUCKET, REGION

CREDENTIALS = Credentials("AKIDTEST", "a secret for tests only", "a token")
KEY = "imports/acme/20260314T000000Z-00000001/x.csv"
SIZE = 1234


def presigned(size: int | None = SIZE) -> str:
    session = boto3.Session(
        CREDENTIALS.access_key, CREDENTIALS.secret_key, CREDENTIALS.token, region_name=REGION
    )
    objects = S3Objects(make_client(session, "s3"), BUCKET, "acme")
    return objects.upload_url(KEY, expires_seconds=3600, size=size)


def verified(method: str, url: str, headers: dict[str, str]) -> bool:
    """Whether S3 would take a request for authentic."""
    parts = urlsplit(url)
    sent = {"host": parts.netloc} | {name.lower(): value for name, value in headers.items()}
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if query.get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256":
        return False
    signed = query["X-Amz-SignedHeaders"].split(";")
    if "host" not in signed or not set(signed) <= sent.keys():
        return False
    if any(name.startswith("x-amz-") and name not in signed for name in sent):
        return False  # HeadersNotSigned
    began = dt.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
    if dt.datetime.now(dt.UTC) - began > dt.timedelta(seconds=int(query["X-Amz-Expires"])):
        return False
    told = query.pop("X-Amz-Signature")
    bare = f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(query, quote_via=quote)}"
    request = AWSRequest(method, bare, headers={name: sent[name] for name in signed})
    request.context["timestamp"] = query["X-Amz-Date"]
    signer = S3SigV4QueryAuth(CREDENTIALS, "s3", REGION)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return hmac.compare_digest(signer.signature(text, request), told)


def length(size: int = SIZE) -> dict[str, str]:
    return {"Content-Length": str(size)}


def test_the_put_that_was_announced_is_authentic() -> None:
    assert verified("PUT", presigned(), length())
    assert verified("PUT", presigned(), length() | {"Content-Type": "text/csv"})


def test_a_file_of_another_size_than_announced_is_rejected() -> None:
    url = presigned()
    for size in (0, SIZE - 1, SIZE + 1, 5_000_000_000):
        assert not verified("PUT", url, length(size))
    assert not verified("PUT", url, {"Transfer-Encoding": "chunked"})


def test_a_url_without_an_announced_size_takes_any_size() -> None:
    assert verified("PUT", presigned(None), length(1))
    assert verified("PUT", presigned(None), length(2))


@pytest.mark.parametrize("size", [SIZE, None])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
def test_another_method_is_rejected(method: str, size: int | None) -> None:
    assert not verified(method, presigned(size), length())


@pytest.mark.parametrize("size", [SIZE, None])
@pytest.mark.parametrize(
    "name",
    [
        *("copy-source", "acl", "tagging", "storage-class", "website-redirect-location"),
        *("meta-note", "server-side-encryption-customer-key", "decoded-content-length"),
    ],
)
def test_a_header_of_s3_that_is_not_signed_is_rejected(name: str, size: int | None) -> None:
    header = {f"x-amz-{name}": "/other/imports/other/x.csv"}
    assert not verified("PUT", presigned(size), length() | header)


@pytest.mark.parametrize("size", [SIZE, None])
@pytest.mark.parametrize(
    "more",
    [
        *("notification", "acl", "policy", "tagging", "uploads"),
        *("partNumber=1&uploadId=x", "versionId=1"),
    ],
)
def test_a_parameter_that_is_not_signed_is_rejected(more: str, size: int | None) -> None:
    url = presigned(size)
    assert not verified("PUT", f"{url}&{more}", length())
    assert not verified("PUT", url.replace("?", f"?{more}&"), length())


@pytest.mark.parametrize("size", [SIZE, None])
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("/acme/", "/other/"),
        ("00000001", "00000002"),
        ("x.csv", "y.csv"),
        (f"{BUCKET}/", f"{BUCKET}-2/"),
        ("imports/", "documents/"),
    ],
)
def test_another_key_or_bucket_is_rejected(mine: str, theirs: str, size: int | None) -> None:
    url = presigned(size)
    assert mine in url
    assert not verified("PUT", url.replace(mine, theirs), length())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Amz-Expires", "604800"),
        ("X-Amz-Date", "20990101T000000Z"),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-SignedHeaders", "content-length;host;x-amz-copy-source"),
        ("X-Amz-Signature", "00"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA1"),
        ("X-Amz-Security-Token", "another"),
    ],
)
def test_a_changed_parameter_is_rejected(name: str, value: str) -> None:
    parts = urlsplit(presigned())
    query: dict[str, Any] = dict(parse_qsl(parts.query)) | {name: value}
    changed = parts._replace(query=urlencode(query, quote_via=quote)).geturl()
    headers = length() | ({"x-amz-copy-source": "/b/k"} if "copy" in value else {})
    assert not verified("PUT", changed, headers)
