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
EBS_IO = "docs.aws.amazon.com/ebs/latest/userguide/ebs-io-characteristics.html"
EBS_TYPES = "docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"
EBS = "docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html"
OURS = "our own default; change it where your traffic differs"
NAT_TROUBLE = "docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"
GATEWAY_ENDPOINTS = "docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"
NAT_BASICS = "docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"
NLB_TIMEOUT = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html"
    "#connection-idle-timeout"
)
NLB_TROUBLE = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html"
)
GROUP_HEALTH = "docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health.html"
ZONAL = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html"
    "#load-balancer-zonal-health"
)
ALB = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "load-balancer-cloudwatch-metrics.html"
)
ALB_ATTRIBUTES = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"
    "#connection-idle-timeout"
)
ALB_GROUP_HEALTH = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html"
)
ACCELERATOR_METRICS = "docs.aws.amazon.com/global-accelerator/latest/dg/cloudwatch-monitoring.html"
ACCELERATOR_FAILOVER = (
    "docs.aws.amazon.com/global-accelerator/latest/dg/"
    "about-endpoints-endpoint-weights.unhealthy-endpoints.html"
)
ACCELERATOR = (
    "docs.aws.amazon.com/global-accelerator/latest/dg/"
    "about-endpoints.avoid-connection-collisions.html"
)
CONSOLE = "https://{{region}}.console.aws.amazon.com/vpcconsole/home?region={{region}}#{}"
EC2_CONSOLE = "https://{{region}}.console.aws.amazon.com/ec2/home?region={{region}}#{}"
ENA = "docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-network-performance-ena.html"
CONNTRACK = "an AWS networking blog on conntrack utilisation; driver ENA 2.8.1 or newer"
NOTES = "public notes on running backend services; not confirmed by measurements of our own"
