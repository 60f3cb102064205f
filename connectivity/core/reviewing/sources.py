"""Where the figures and words of reviews were read."""

VPC_NAT = "docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"
VPC_NAT_TROUBLE = "docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"
VPC_QUOTAS = "docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
VPC_DNS_QUOTAS = "docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html"
NLB_TIMEOUT = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html"
    "#connection-idle-timeout"
)
NLB_TROUBLE = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html"
)
NLB_TARGETS = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/network/"
    "edit-target-group-attributes.html#client-ip-preservation"
)
ALB_TARGETS = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "edit-target-group-attributes.html#deregistration-delay"
)
EC2_TRACKING = "docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html"
EC2_TRACKING_API = (
    "docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ConnectionTrackingConfiguration.html"
)
EC2_BANDWIDTH = "docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-network-bandwidth.html"
EC2_TYPES = "docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html"
ENA = "docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-network-performance-ena.html"
EBS_TYPES = "docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"
EBS_GENERAL = "docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html"
EBS_PROVISIONED = "docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html"
EBS_IO = "docs.aws.amazon.com/ebs/latest/userguide/ebs-io-characteristics.html"
EBS_PRICES = "aws.amazon.com/ebs/pricing"
ACCELERATOR = (
    "docs.aws.amazon.com/global-accelerator/latest/dg/"
    "about-endpoints.avoid-connection-collisions.html"
)
EKS_PODS = "docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html"
EKS_PREFIXES = "docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html"
EKS_SNAT = "docs.aws.amazon.com/eks/latest/userguide/external-snat.html"
IP_SYSCTL = "docs.kernel.org/networking/ip-sysctl.html"
CONNTRACK_SYSCTL = "docs.kernel.org/networking/nf_conntrack-sysctl.html"
CONNTRACK_CODE = "Linux 6.x, net/netfilter/nf_conntrack_core.c"
ACCEPT_QUEUE = "Linux 6.x, include/net/sock.h, sk_acceptq_is_full; measured on 6.18"
TCP_MAN = "man7.org/linux/man-pages/man7/tcp.7.html"
KUBE_PROXY = "github.com/kubernetes/kubernetes, pkg/proxy/conntrack/sysctls.go, 008b365"
K8S_DNS = "kubernetes.io/docs/concepts/services-networking/dns-pod-service"
K8S_NODE_LOCAL = "kubernetes.io/docs/tasks/administer-cluster/nodelocaldns"
K8S_PODS = "kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle"
K8S_BUDGET = "kubernetes.io/docs/tasks/run-application/configure-pdb"
K8S_SPREAD = "kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints"
K8S_SYSCTLS = "kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster"
K8S_STORAGE = "kubernetes.io/docs/concepts/storage/storage-classes"
GRPC = "github.com/grpc/grpc, doc/keepalive.md"
NEL = "w3.org/TR/network-error-logging"
NGINX_PROXY = "nginx.org/en/docs/http/ngx_http_proxy_module.html"
NGINX_CORE = "nginx.org/en/docs/http/ngx_http_core_module.html"
ENVOY_BUFFER = "envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter"
EDNS = "rfc-editor.org/rfc/rfc6891"
NOTES = "public notes on running backend services; not confirmed by measurements of our own"
OURS = "our own default"
USERS = "measured by users, not stated by AWS; weak"
