"""Where health rules were read."""

ALARMS = (
    "docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/"
    "Best_Practice_Recommended_Alarms_AWS_Services.html"
)
GUIDE = (
    "github.com/aws/aws-networking-best-practices, content/observability/service-monitoring.md, "
    "2026-07-24"
)
NAT = "docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html"
NLB = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html"
)
EBS = "docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html"
OURS = "our own default; change it where your traffic says otherwise"
