"""The role that an account's owner makes for us: exactly the permissions that are used."""

import json
from collections.abc import Iterable
from typing import Any

from connectivity.core.health.kinds import KINDS

ALWAYS = ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics")
ROLE = "ConnectivityAdvisorReader"


def actions() -> list[str]:
    """Every permission that the collection uses, sorted.

    >>> "cloudwatch:GetMetricData" in actions()
    True
    """
    described = (call.action for kind in KINDS.values() for call in kind.calls)
    return sorted({*ALWAYS, *described})


def statement(allowed: Iterable[str]) -> dict[str, Any]:
    """The statement of a policy that allows these; AWS takes no narrower resource for them."""
    return {"Effect": "Allow", "Action": sorted(allowed), "Resource": "*"}


def trust(principal: str, external_id: str) -> dict[str, Any]:
    """Who may take the role: our identity, with this account's external ID."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
            }
        ],
    }


def cloudformation(principal: str, external_id: str) -> str:
    """A template that makes the role, in JSON, which CloudFormation takes as it takes YAML."""
    policy = {"Version": "2012-10-17", "Statement": [statement(actions())]}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": ROLE,
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": trust(principal, external_id),
            "Policies": [{"PolicyName": "Read", "PolicyDocument": policy}],
        },
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lets Connectivity Advisor read metrics and network configuration.",
        "Resources": {"Reader": role},
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["Reader", "Arn"]}}},
    }
    return json.dumps(template, indent=2) + "\n"


def terraform(principal: str, external_id: str) -> str:
    """The same role for Terraform."""
    policy = {"Version": "2012-10-17", "Statement": [statement(actions())]}
    return f"""\
resource "aws_iam_role" "connectivity_advisor" {{
  name                 = "{ROLE}"
  max_session_duration = 3600
  assume_role_policy   = jsonencode({_indented(trust(principal, external_id))})
}}

resource "aws_iam_role_policy" "connectivity_advisor" {{
  name   = "Read"
  role   = aws_iam_role.connectivity_advisor.id
  policy = jsonencode({_indented(policy)})
}}

output "connectivity_advisor_role_arn" {{
  value = aws_iam_role.connectivity_advisor.arn
}}
"""


def _indented(value: dict[str, Any]) -> str:
    """JSON inside an HCL expression; its strings hold nothing that HCL would replace."""
    text = json.dumps(value, indent=2).replace("${", "$${").replace("%{", "%%{")
    return text.replace("\n", "\n  ")
