"""The template as SAM translates it for CloudFormation, for `make lint-template`.

``python infra/translation.py PACKAGED TRANSLATED`` runs with what requirements-lint.txt installs,
so this module imports nothing from this repository.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

CODE = "s3://bucket/deployment.zip"
"""Location of the package; in AWS it is uploaded before the template is translated."""


class _NoPolicies:
    """Gives SAM an empty list of managed policies."""

    def load(self) -> dict[str, str]:
        return {}


def translated(template: dict[str, Any]) -> dict[str, Any]:
    """A template after the transform of SAM.

    Raises
    ------
    InvalidDocumentException
        If SAM rejects it.
    """
    from samtranslator.translator.transform import transform

    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    made: dict[str, Any] = transform(template, {}, _NoPolicies())
    return made


def main(packaged: str, written: str) -> None:
    """Translate a file; exits with 1 if the result has an unexpected stage."""
    made = translated(json.loads(Path(packaged).read_text(encoding="utf-8")))
    Path(written).write_text(json.dumps(made, indent=1), encoding="utf-8")
    resources = made["Resources"].values()
    stages = [one for one in resources if one["Type"] == "AWS::ApiGateway::Stage"]
    in_deployments = [
        one["Properties"]["StageName"]
        for one in resources
        if one["Type"] == "AWS::ApiGateway::Deployment" and "StageName" in one["Properties"]
    ]
    if len(stages) != 1 or in_deployments:
        sys.exit(f"expected one stage; found {len(stages)}, and in deployments: {in_deployments}")


if __name__ == "__main__":
    main(*sys.argv[1:])
