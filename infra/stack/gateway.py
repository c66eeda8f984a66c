"""API Gateway: throttles, the access log, and the answers that it gives by itself."""

from __future__ import annotations

import json

from chalicelib.model.problem_details import PROBLEM_TYPE, problem_details
from infra.stack.lambdas import log_group
from infra.stack.template_terms import (
    Json,
    assumed_by,
    attribute,
    by_stage,
    ref,
    resource,
    skipping,
    sub,
)

PUBLIC_PATHS = ("/", "/openapi.json", "/dashboard/{name}", "/docs", "/docs/{page}", "/v1/codes")
"""Paths that anybody may read without a key: they get a lower limit of their own."""

ACCESS_LINE = {
    "requestId": "requestId",
    "at": "requestTimeEpoch",
    "method": "httpMethod",
    "route": "resourcePath",
    "status": "status",
    "milliseconds": "responseLatency",
    "integrationMilliseconds": "integrationLatency",
    "bytes": "responseLength",
    "refusedBy": "error.responseType",
}
"""A line of the access log: the template of the path, but no query, no address, no person."""

REFUSALS: dict[str, tuple[str, int | None, str]] = {
    "MISSING_AUTHENTICATION_TOKEN": ("not_found", 404, "there is no such path"),
    "RESOURCE_NOT_FOUND": ("not_found", 404, "there is no such path"),
    "BAD_REQUEST_BODY": ("invalid_request", 400, "the body cannot be read"),
    "BAD_REQUEST_PARAMETERS": ("invalid_request", 400, "the parameters cannot be read"),
    "REQUEST_TOO_LARGE": ("body_too_large", 413, "the body is above the limit"),
    "UNSUPPORTED_MEDIA_TYPE": (
        "unsupported_media_type",
        415,
        "the body is not compressed as its Content-Encoding says, or not by gzip",
    ),
    "ACCESS_DENIED": ("forbidden", 403, "this installation lets nobody in from there"),
    "WAF_FILTERED": ("forbidden", 403, "the firewall of this installation refused the request"),
    "THROTTLED": (
        "rate_limited",
        429,
        "this installation gets more requests than it takes at a time",
    ),
    "QUOTA_EXCEEDED": (
        "rate_limited",
        429,
        "all requests that this installation allows have been made",
    ),
    "INTEGRATION_TIMEOUT": (
        "store_unavailable",
        503,
        "no answer in time; nothing of this call may be relied on",
    ),
    "INTEGRATION_FAILURE": (
        "store_unavailable",
        503,
        "no answer; nothing of this call may be relied on",
    ),
    "DEFAULT_4XX": ("invalid_request", None, "the gateway refused the request"),
    "DEFAULT_5XX": ("internal_error", 500, "something went wrong on our side"),
}
"""Code, status (None: the gateway's own) and detail of what the gateway answers by itself."""

RETRY_AFTER_SECONDS = {
    "THROTTLED": 1,
    "QUOTA_EXCEEDED": 60,
    "INTEGRATION_TIMEOUT": 5,
    "INTEGRATION_FAILURE": 5,
}


def gateway() -> dict[str, Json]:
    """The API, its usage plan, its access log, and the role that writes it."""
    shared = {
        "Condition": "SetsUpGatewayLogs",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
    }
    push_logs = "arn:${AWS::Partition}:iam::aws:policy/service-role/"
    return {
        "AccessLog": log_group(
            "Encrypted by CloudWatch's own key; a line has the template of a route and nobody's "
            "name."
        ),
        "GatewayLogRole": resource(
            "IAM::Role",
            {
                "AssumeRolePolicyDocument": assumed_by("apigateway"),
                "ManagedPolicyArns": [sub(push_logs + "AmazonAPIGatewayPushToCloudWatchLogs")],
            },
            **shared,
            Metadata={
                "why": "One role for all APIs of the account and region, so it outlives this "
                "stack; the policy is the one that API Gateway asks for before it takes a role."
            },
        ),
        "GatewayAccount": resource(
            "ApiGateway::Account",
            {"CloudWatchRoleArn": attribute("Arn", "GatewayLogRole")},
            **shared,
        ),
        "RestAPI": _rest_api(),
        "UsagePlan": resource(
            "ApiGateway::UsagePlan",
            {
                "Description": "What a caller with a key of API Gateway may ask for, no more than "
                "the stage takes.",
                "ApiStages": [{"ApiId": ref("RestAPI"), "Stage": ref("RestAPI.Stage")}],
                "Throttle": {
                    "RateLimit": by_stage("RequestsPerSecond"),
                    "BurstLimit": by_stage("RequestsAtOnce"),
                },
            },
            Metadata={
                "why": "For keys of API Gateway, should the operator put such in front (ADR 31): "
                "whoever calls without one is limited by the stage's throttle, and each key of "
                "the service by the application (ADR 25)."
            },
        ),
    }


def _rest_api() -> Json:
    waits = {"Fn::If": ["SetsUpGatewayLogs", ref("GatewayAccount"), "set up elsewhere"]}
    line = {name: f"$context.{value}" for name, value in ACCESS_LINE.items()}
    return {
        "Metadata": {
            "why": "The tag makes the stage wait for GatewayAccount where this stack has one: "
            "DependsOn knows no condition.",
            **skipping(
                AWS_73="A segment of the stage would hold the path, and a path may hold a person; "
                "functions are traced.",
                AWS_120="An answer is one tenant's: a cache would have to be told keys apart by a "
                "header. Answers have an ETag.",
            ),
        },
        "Properties": {
            "MethodSettings": [
                _throttle("*", "/*", "RequestsPerSecond", "RequestsAtOnce"),
                *(
                    _throttle("GET", path, "PublicRequestsPerSecond", "PublicRequestsPerSecond")
                    for path in map(_resource_path, PUBLIC_PATHS)
                ),
            ],
            "AccessLogSetting": {
                "DestinationArn": attribute("Arn", "AccessLog"),
                "Format": json.dumps(line, separators=(",", ":")),
            },
            "Tags": {"gateway-logs": waits},
            "GatewayResponses": {name: _refusal(name) for name in REFUSALS},
            "DefinitionBody": {
                "info": {"title": sub("likeworth-${Stage}")},
                "x-amazon-apigateway-binary-media-types": ["*/*"],
            },
            "MinimumCompressionSize": 1024,
        },
    }


def _resource_path(path: str) -> str:
    """A path as CloudFormation writes it in method settings: ``/~1docs~1{page}``."""
    return path if path == "/" else "/" + path.replace("/", "~1")


def _throttle(method: str, path: str, rate: str, burst: str) -> Json:
    return {
        "HttpMethod": method,
        "ResourcePath": path,
        "ThrottlingRateLimit": by_stage(rate),
        "ThrottlingBurstLimit": by_stage(burst),
    }


def _refusal(name: str) -> Json:
    code, status, detail = REFUSALS[name]
    body = problem_details(code, status or 0, detail)
    headers = {
        "Content-Type": f"'{PROBLEM_TYPE}'",
        "Access-Control-Allow-Origin": "'*'",
        "X-Content-Type-Options": "'nosniff'",
    }
    if name in RETRY_AFTER_SECONDS:
        headers["Retry-After"] = f"'{RETRY_AFTER_SECONDS[name]}'"
    if status == 429:
        headers["Access-Control-Expose-Headers"] = "'Retry-After'"
    if status is None:
        del body["status"]
    return {
        **({"StatusCode": str(status)} if status else {}),
        "ResponseParameters": {"Headers": headers},
        "ResponseTemplates": {"application/json": json.dumps(body)},
    }
