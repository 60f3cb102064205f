"""What runs in a cluster, as its manifests state it, and which input of a review a field gives."""
