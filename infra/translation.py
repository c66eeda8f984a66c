"""The template as SAM translates it, which is what CloudFormation gets: for `make lint-template`.

``python infra/translation.py PACKAGED TRANSLATED``; run with what requirements-lint.txt installs,
which knows nothing of the rest of the house.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

CODE = "s3://bucket/deployment.zip"
"""Stands for the package, which is uploaded before AWS translates."""


class _NoPolicies:
    """Of AWS's managed policies none is named to SAM."""

    def load(self) -> dict[str, str]:
        return {}


def translated(template: dict[str, Any]) -> dict[str, Any]:
    """What the transform makes of a template.

    Raises
    ------
    InvalidDocumentException
        If SAM refuses it.
    """
    from samtranslator.translator.transform import transform

    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    made: dict[str, Any] = transform(template, {}, _NoPolicies())
    return made


def main(packaged: str, written: str) -> None:
    """Translate a file; ends with 1 where there is a stage that nobody asked for."""
    made = translated(json.loads(Path(packaged).read_text(encoding="utf-8")))
    Path(written).write_text(json.dumps(made, indent=1), encoding="utf-8")
    resources = made["Resources"].values()
    stages = [one for one in resources if one["Type"] == "AWS::ApiGateway::Stage"]
    by_the_way = [
        one["Properties"]["StageName"]
        for one in resources
        if one["Type"] == "AWS::ApiGateway::Deployment" and "StageName" in one["Properties"]
    ]
    if len(stages) != 1 or by_the_way:
        sys.exit(f"{len(stages)} stages, and besides {by_the_way}")


if __name__ == "__main__":
    main(*sys.argv[1:])
