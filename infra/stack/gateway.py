"""API Gateway: throttles, the access log, and the answers that the gateway itself sends."""

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

PUBLIC_PATHS = (
    "/",
    "/openapi.json",
    "/dashboard/{name}",
    "/docs",
    "/docs/{page}",
    "/docs/assets/{asset}",
    "/v1/codes",
)
"""Paths that need no API key; they have a lower rate limit."""

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
"""Fields of the access log: the route template, but no path, query, address or person."""

REJECTIONS: dict[str, tuple[str, int | None, str]] = {
    "MISSING_AUTHENTICATION_TOKEN": ("not_found", 404, "there is no such path"),
    "RESOURCE_NOT_FOUND": ("not_found", 404, "there is no such path"),
    "BAD_REQUEST_BODY": ("invalid_request", 400, "the body cannot be read"),
    "BAD_REQUEST_PARAMETERS": ("invalid_request", 400, "the parameters cannot be read"),
    "REQUEST_TOO_LARGE": ("body_too_large", 413, "the body exceeds the limit"),
    "UNSUPPORTED_MEDIA_TYPE": (
        "unsupported_media_type",
        415,
        "Content-Encoding is not gzip, or the body is not compressed with it",
    ),
    "ACCESS_DENIED": ("forbidden", 403, "this installation does not allow this source"),
    "WAF_FILTERED": ("forbidden", 403, "the firewall of this installation rejected the request"),
    "THROTTLED": (
        "rate_limited",
        429,
        "this installation is receiving too many requests",
    ),
    "QUOTA_EXCEEDED": (
        "rate_limited",
        429,
        "the request quota of this installation is used up",
    ),
    "INTEGRATION_TIMEOUT": (
        "store_unavailable",
        503,
        "the service did not answer in time; the request may or may not have taken effect",
    ),
    "INTEGRATION_FAILURE": (
        "store_unavailable",
        503,
        "the service did not answer; the request may or may not have taken effect",
    ),
    "DEFAULT_4XX": ("invalid_request", None, "the gateway rejected the request"),
    "DEFAULT_5XX": ("internal_error", 500, "something went wrong on our side"),
}
"""Code, status (None: that of the gateway) and detail of the gateway's own error answers."""

RETRY_AFTER_SECONDS = {
    "THROTTLED": 1,
    "QUOTA_EXCEEDED": 60,
    "INTEGRATION_TIMEOUT": 5,
    "INTEGRATION_FAILURE": 5,
}


def gateway() -> dict[str, Json]:
    """The API, its usage plan, its access log, and the role that writes the log."""
    shared = {
        "Condition": "SetsUpGatewayLogs",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
    }
    push_logs = "arn:${AWS::Partition}:iam::aws:policy/service-role/"
    return {
        "AccessLog": log_group(
            "Encrypted by CloudWatch's key; a line contains the route template and no person."
        ),
        "GatewayLogRole": resource(
            "IAM::Role",
            {
                "AssumeRolePolicyDocument": assumed_by("apigateway"),
                "ManagedPolicyArns": [sub(push_logs + "AmazonAPIGatewayPushToCloudWatchLogs")],
            },
            **shared,
            Metadata={
                "why": "All APIs of the account and region share this role, so it is retained when "
                "the stack is deleted. API Gateway requires this policy of the role."
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
                "Description": "Limits of a caller with an API Gateway key; the same as those of "
                "the stage.",
                "ApiStages": [{"ApiId": ref("RestAPI"), "Stage": ref("RestAPI.Stage")}],
                "Throttle": {
                    "RateLimit": by_stage("RequestsPerSecond"),
                    "BurstLimit": by_stage("RequestsAtOnce"),
                },
            },
            Metadata={
                "why": "For operators who add API Gateway keys (ADR 31). Callers without one are "
                "limited by the throttle of the stage, and API keys of the service by the "
                "application (ADR 25)."
            },
        ),
    }


def _rest_api() -> Json:
    waits = {"Fn::If": ["SetsUpGatewayLogs", ref("GatewayAccount"), "set up elsewhere"]}
    line = {name: f"$context.{value}" for name, value in ACCESS_LINE.items()}
    return {
        "Metadata": {
            "why": "The tag makes the stage wait for GatewayAccount if this stack has one, because "
            "DependsOn cannot be conditional.",
            **skipping(
                AWS_73="A segment of the stage would contain the path, which can contain a "
                "person's id. The functions are traced.",
                AWS_120="An answer belongs to one tenant, so a cache would have to separate API "
                "keys. Answers have an ETag.",
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
            "GatewayResponses": {name: _rejection(name) for name in REJECTIONS},
            "DefinitionBody": {
                "info": {"title": sub("likeworth-${Stage}")},
                "x-amazon-apigateway-binary-media-types": ["*/*"],
            },
            "MinimumCompressionSize": 1024,
        },
    }


def _resource_path(path: str) -> str:
    """A path in the form of method settings: ``/~1docs~1{page}``."""
    return path if path == "/" else "/" + path.replace("/", "~1")


def _throttle(method: str, path: str, rate: str, burst: str) -> Json:
    return {
        "HttpMethod": method,
        "ResourcePath": path,
        "ThrottlingRateLimit": by_stage(rate),
        "ThrottlingBurstLimit": by_stage(burst),
    }


def _rejection(name: str) -> Json:
    code, status, detail = REJECTIONS[name]
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
