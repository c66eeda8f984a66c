"""What is handed to MiniStack is the packaged template, but for what is said of it."""

from __future__ import annotations

import copy

from infra.e2e.stack import CODE, with_code, without_what_it_cannot
from infra.packaging.targets import ARCHITECTURES, PACKAGES
from infra.packaging.template import deployable
from tests import packaged

TEMPLATE = deployable(packaged.template(), ARCHITECTURES["x86_64"])


def test_every_function_has_the_code_of_its_package() -> None:
    before = copy.deepcopy(TEMPLATE)
    made = with_code(TEMPLATE)
    for package in PACKAGES:
        for name in package.functions:
            place = made["Resources"][name]["Properties"]["CodeUri"]
            assert place == f"s3://{CODE}/{package.name}.zip"
    assert before == TEMPLATE
    for name, one in made["Resources"].items():
        if one["Type"] != "AWS::Serverless::Function":
            assert one == TEMPLATE["Resources"][name]


def test_only_alarms_on_sums_are_left_out() -> None:
    made = without_what_it_cannot(TEMPLATE)
    gone = set(TEMPLATE["Resources"]) - set(made["Resources"])
    assert gone
    for name in gone:
        one = TEMPLATE["Resources"][name]
        assert one["Type"] == "AWS::CloudWatch::Alarm"
        assert "Metrics" in one["Properties"]
    assert {**made, "Resources": 0} == {**TEMPLATE, "Resources": 0}
