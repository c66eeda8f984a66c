"""Terms of CloudFormation templates: references, values by stage, policies, notes for checkov."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
NO_VALUE: Json = {"Ref": "AWS::NoValue"}
OWN_ACCOUNT: Json = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
"""Condition: a service of AWS acts for this account."""


def ref(name: str) -> Json:
    """A reference to a parameter or a resource."""
    return {"Ref": name}


def attribute(name: str, of: str) -> Json:
    """An attribute `name` of the resource `of`."""
    return {"Fn::GetAtt": [of, name]}


def arn(of: str) -> Json:
    """The ARN of a resource."""
    return attribute("Arn", of)


def sub(text: str) -> Json:
    """A text with ``${Name}``, which CloudFormation replaces."""
    return {"Fn::Sub": text}


def by_stage(name: str) -> Json:
    """A value of the mapping ``Stages``."""
    return {"Fn::FindInMap": ["Stages", ref("Stage"), name]}


def in_prod(value: object, otherwise: object) -> Json:
    """One value in `prod`, which reserves concurrency, and another in `dev`."""
    return {"Fn::If": ["ReservesConcurrency", value, otherwise]}


def resource(kind: str, properties: Json, **more: Any) -> Json:
    """A resource of a type, e.g. ``SQS::Queue``."""
    return {"Type": f"AWS::{kind}", **more, "Properties": properties}


def skipping(**reasons: str) -> Json:
    """Metadata that exempts a resource from checkov checks: ``AWS_27="reason"``."""
    skip = [{"id": f"CKV_{check}", "comment": reason} for check, reason in reasons.items()]
    return {"checkov": {"skip": skip}}


KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
"""The resource is retained when the stack is deleted, unless the first deployment fails."""


def policy(*statements: Json) -> Json:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], on: object, *, sid: str = "", **more: Any) -> Json:
    """A statement that allows actions on one or several resources."""
    named = {"Sid": sid} if sid else {}
    return {**named, "Effect": "Allow", "Action": action, "Resource": on, **more}


def deny_without_tls(action: str, on: object) -> Json:
    """A statement that denies unencrypted requests."""
    return {
        "Sid": "NothingWithoutTLS",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": on,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def assumed_by(service: str, **more: Any) -> Json:
    """The policy that lets a service of AWS assume a role."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return policy(
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more},
    )
