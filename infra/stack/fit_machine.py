"""The state machine that reads a fit in parts and merges them (ADR 33)."""

from __future__ import annotations

from chalicelib.workers.fit_worker import FIT_MERGE, FIT_PART
from infra.stack.template_terms import (
    OWN_ACCOUNT,
    Json,
    allow,
    arn,
    assumed_by,
    policy,
    ref,
    resource,
    skipping,
    sub,
)

HOURS = 3_600
PLAN = ("tenant", "fit_id", "as_of", "followed", "first", "last", "oldest")
"""Fields of the execution's input that are passed to each part."""


def fit_machine() -> dict[str, Json]:
    """The state machine, its role and its policy."""
    execution = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:"
    return {
        "FitMachineRole": resource(
            "IAM::Role",
            {"AssumeRolePolicyDocument": assumed_by("states", Condition=OWN_ACCOUNT)},
        ),
        "FitMachinePolicy": resource(
            "IAM::Policy",
            {
                "PolicyName": "likeworth-fit-machine",
                "Roles": [ref("FitMachineRole")],
                "PolicyDocument": policy(
                    allow(
                        "lambda:InvokeFunction",
                        [arn("FitPartHandler"), arn("FitMergeHandler")],
                        sid="ReadsAndMerges",
                    ),
                    allow("states:StartExecution", ref("FitMachine"), sid="StartsItsParts"),
                    allow(
                        ["states:DescribeExecution", "states:StopExecution"],
                        sub(execution + "${FitMachine.Name}:*"),
                        sid="WatchesItsParts",
                    ),
                ),
            },
        ),
        "FitMachine": resource(
            "StepFunctions::StateMachine",
            {
                "StateMachineType": "STANDARD",
                "RoleArn": arn("FitMachineRole"),
                "Definition": _definition(),
                "DefinitionSubstitutions": {
                    f"{one.name}Handler": arn(f"{one.name}Handler") for one in (FIT_PART, FIT_MERGE)
                },
            },
            Metadata=skipping(
                AWS_284="It has two steps, and its functions send traces.",
                AWS_285="Step Functions keeps the history of every execution for 90 days; a log "
                "would contain the same plans again.",
            ),
        ),
    }


def _definition() -> Json:
    give_up = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "GiveUp"}]
    read_part = _call("FitPart", FIT_PART.timeout_seconds, OutputPath="$.Payload", End=True)
    merge_seconds = FIT_MERGE.timeout_seconds
    return {
        "Comment": "Reads the parts of a fit in parallel, each with some days of a shard, and "
        "merges them. If that fails, ends the fit as failed.",
        "TimeoutSeconds": 6 * HOURS,
        "StartAt": "ReadParts",
        "States": {
            "ReadParts": {
                "Type": "Map",
                "ItemsPath": "$.parts",
                "ItemSelector": {
                    **{f"{name}.$": f"$.{name}" for name in PLAN},
                    "part.$": "$$.Map.Item.Value",
                },
                "MaxConcurrencyPath": "$.at_once",
                "ToleratedFailureCount": 0,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                    "StartAt": "ReadPart",
                    "States": {"ReadPart": read_part},
                },
                "ResultSelector": {"parts.$": "States.ArrayLength($)"},
                "ResultPath": "$.read",
                "Catch": give_up,
                "Next": "MergeParts",
            },
            "MergeParts": _call(
                "FitMerge", merge_seconds, OutputPath="$.Payload", Catch=give_up, End=True
            ),
            "GiveUp": _call("FitMerge", merge_seconds, ResultPath="$.given_up", Next="Failed"),
            "Failed": {
                "Type": "Fail",
                "Error": "UnfinishedFit",
                "Cause": "A part could not be read, or the parts could not be merged; the previous "
                "error has the reason.",
            },
        },
    }


def _call(function: str, seconds: int, **more: object) -> Json:
    """A step that calls a function; its timeout is 30 seconds above that of the function."""
    patient = {"BackoffRate": 2, "MaxDelaySeconds": 120}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": f"${{{function}Handler}}", "Payload.$": "$"},
        "TimeoutSeconds": seconds + 30,
        "Retry": [
            {"ErrorEquals": ["UnprocessableMessage"], "MaxAttempts": 0},
            _retry("Lambda.TooManyRequestsException", after=10, attempts=100, **patient),
            _retry("States.Timeout", "Sandbox.Timedout", after=5, attempts=1),
            _retry("States.ALL", after=5, attempts=6, **patient),
        ],
        **more,
    }


def _retry(*errors: str, after: int, attempts: int, **more: int) -> Json:
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": after,
        "MaxAttempts": attempts,
        "JitterStrategy": "FULL",
        **more,
    }
