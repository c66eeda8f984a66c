"""The bucket: uploads that people bring, and documents too large for an item."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import IO, Any

from botocore.exceptions import ClientError

from chalicelib.storage.outages import code_of, outages_named

SPOOL_BYTES = 8_000_000
_READ_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of one object: what a checkpoint belongs to.

    Attributes
    ----------
    key : str
        Decoded, as in the bucket.
    etag : str
        Without quotes; empty to take whatever is there.
    version_id : str
        Empty in a bucket that keeps no versions.
    """

    key: str
    etag: str = ""
    version_id: str = ""


class ObjectGoneError(LookupError):
    """The object, or this version of it, is not there any more."""


class ObjectTooLargeError(ValueError):
    """The object is above the size that is read."""


class Objects:
    """A bucket behind an S3 client; raises `StoreUnavailable` for failures that pass by themselves.

    Parameters
    ----------
    client : botocore client
        Of ``s3``.
    bucket : str
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_url(self, key: str, *, expires_seconds: int) -> str:
        """A presigned URL to which the object can be PUT without credentials."""
        url: str = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": key},
            ExpiresIn=expires_seconds,
            HttpMethod="PUT",
        )
        return url

    def open(self, version: ObjectVersion, *, max_bytes: int) -> IO[bytes]:
        """A seekable copy of exactly this version; large ones lie in a temporary file.

        Raises
        ------
        ObjectGoneError
            It was deleted or overwritten since.
        ObjectTooLargeError
            It has more than `max_bytes` bytes.
        """
        request = {"Bucket": self._bucket, "Key": version.key}
        if version.version_id:
            request["VersionId"] = version.version_id
        elif version.etag:
            request["IfMatch"] = f'"{version.etag}"'
        try:
            with outages_named():
                answer = self._client.get_object(**request)
                if answer["ContentLength"] > max_bytes:
                    answer["Body"].close()
                    raise ObjectTooLargeError(
                        f"{answer['ContentLength']} bytes; at most {max_bytes} are read"
                    )
                return _spooled(answer["Body"])
        except ClientError as error:
            if code_of(error) in ("NoSuchKey", "NoSuchVersion", "PreconditionFailed", "404", "412"):
                raise ObjectGoneError(version.key) from error
            raise

    def put(self, key: str, body: bytes) -> None:
        """Write an object whole."""
        with outages_named():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        """Read an object whole."""
        with outages_named():
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body


def _spooled(body: Any) -> IO[bytes]:
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - the caller closes it
    while chunk := body.read(_READ_BYTES):
        spool.write(chunk)
    spool.seek(0)
    return spool
