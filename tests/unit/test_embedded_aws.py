"""The embedded AWS as boto3 sees it."""

from __future__ import annotations

import json
import logging
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.embedded import resources as make
from chalicelib.embedded.aws import Call, EmbeddedAws, EmbeddedAwsBusyError

ENDPOINT = "http://127.0.0.1:8765"


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    aws = EmbeddedAws(s3_endpoint=ENDPOINT)
    yield aws
    aws.close()


@pytest.fixture
def made(aws: EmbeddedAws) -> make.Resources:
    make.create_table(aws.session)
    return make.create_resources(aws.session, root_secret="x" * 16, redelivery_seconds=1)


def _receive(aws: EmbeddedAws, url: str) -> list[dict[str, Any]]:
    sqs = aws.session.client("sqs")
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def _put_presigned(aws: EmbeddedAws, url: str, body: bytes) -> int:
    parts = urllib.parse.urlsplit(url)
    query = urllib.parse.parse_qs(parts.query)
    path = urllib.parse.unquote(parts.path)
    return aws.answer(Call("s3", "PUT", path, {"host": parts.netloc}, body, query))[0]


def _put_item(aws: EmbeddedAws, partition: str, sort: str) -> None:
    item = {"pk": {"S": partition}, "sk": {"S": sort}}
    aws.session.client("dynamodb").put_item(TableName=make.TABLE, Item=item)


def test_a_file_under_imports_is_announced_when_it_is_there(
    aws: EmbeddedAws, made: make.Resources
) -> None:
    _receive(aws, made.imports.url)  # S3's test message
    s3 = make.s3_client(aws.session)
    s3.put_object(Bucket=made.bucket, Key="imports/acme/my report.csv", Body=b"a")
    s3.put_object(Bucket=made.bucket, Key="elsewhere.csv", Body=b"b")
    (message,) = _receive(aws, made.imports.url)
    (record,) = message["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["object"]["key"] == "imports/acme/my+report.csv"


def test_a_presigned_url_points_to_the_endpoint_and_is_checked(
    aws: EmbeddedAws, made: make.Resources
) -> None:
    s3 = make.s3_client(aws.session)
    where = {"Bucket": made.bucket, "Key": "imports/acme/ü 1.csv"}
    url = s3.generate_presigned_url("put_object", Params=where)
    forged = url[:-4] + ("0000" if url[-4:] != "0000" else "1111")
    other = url.replace("/imports/acme/", "/imports/other/")
    assert url.startswith(f"{ENDPOINT}/{made.bucket}/imports/acme/")
    assert _put_presigned(aws, forged, b"x") == 403
    assert _put_presigned(aws, other, b"x") == 403
    assert _put_presigned(aws, url, b"hello") == 200
    assert s3.get_object(**where)["Body"].read() == b"hello"


def test_only_this_installations_own_key_presigns(aws: EmbeddedAws) -> None:
    def query(url: str) -> dict[str, list[str]]:
        return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)

    where = {"Bucket": "b", "Key": "k"}
    ours = make.s3_client(aws.session).generate_presigned_url("put_object", Params=where)
    well_known = dict(query(ours)) | {"X-Amz-Credential": ["test/20260101/us-east-1/s3/x"]}
    assert aws.is_presigned_by_us(query(ours))
    assert not aws.is_presigned_by_us(well_known)
    assert not aws.is_presigned_by_us({})


def test_read_stream_records_are_forgotten_and_reading_goes_on(aws: EmbeddedAws) -> None:
    make.create_table(aws.session)
    arn = make.start_stream(aws.session)
    streams = aws.session.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]

    def start() -> str:
        answer = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )
        iterator: str = answer["ShardIterator"]
        return iterator

    def sorts(page: dict[str, Any]) -> list[str]:
        return [record["dynamodb"]["Keys"]["sk"]["S"] for record in page["Records"]]

    for number in range(4):
        _put_item(aws, "p", str(number))
    first = streams.get_records(ShardIterator=start(), Limit=3)
    aws.drop_read_records(make.TABLE, first["Records"][-1]["dynamodb"]["SequenceNumber"])
    following = streams.get_records(ShardIterator=first["NextShardIterator"])
    assert sorts(first) == ["0", "1", "2"]
    assert sorts(following) == ["3"]
    assert sorts(streams.get_records(ShardIterator=start())) == ["2", "3"]


def test_the_observer_sees_what_succeeded_and_nothing_else(aws: EmbeddedAws) -> None:
    make.create_table(aws.session)
    seen: list[str] = []
    aws.observer = lambda call: seen.append(call.action)
    client = aws.session.client("dynamodb")
    _put_item(aws, "p", "s")
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(
            TableName=make.TABLE,
            Item={"pk": {"S": "p"}, "sk": {"S": "s"}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    assert seen == ["PutItem"]


def test_a_service_that_is_not_there_is_refused_rather_than_called(aws: EmbeddedAws) -> None:
    with pytest.raises(ConnectionRefusedError, match="sts"):
        aws.session.client("sts").get_caller_identity()


def test_there_is_one_at_a_time_and_the_next_starts_empty() -> None:
    first = EmbeddedAws(s3_endpoint=ENDPOINT)
    make.create_table(first.session)
    with pytest.raises(EmbeddedAwsBusyError):
        EmbeddedAws(s3_endpoint=ENDPOINT)
    first.close()
    second = EmbeddedAws(s3_endpoint=ENDPOINT)
    tables = second.session.client("dynamodb").list_tables()["TableNames"]
    second.close()
    assert tables == []


def test_logging_is_left_as_it_was() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    EmbeddedAws(s3_endpoint=ENDPOINT).close()
    assert (root.handlers[:], root.level) == before


def test_objects_are_kept_in_the_directory_and_found_there_again(tmp_path: Path) -> None:
    for expected in (None, b"kept"):
        aws = EmbeddedAws(s3_endpoint=ENDPOINT)
        made = make.create_resources(aws.session, root_secret="x" * 16, redelivery_seconds=1)
        aws.keep_objects(tmp_path)
        s3 = make.s3_client(aws.session)
        if expected is None:
            s3.put_object(Bucket=made.bucket, Key="imports/acme/a b.csv", Body=b"kept")
        else:
            answer = s3.get_object(Bucket=made.bucket, Key="imports/acme/a b.csv")
            assert answer["Body"].read() == expected
        aws.close()
