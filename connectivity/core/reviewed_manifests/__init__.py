"""From the objects of a cluster to reviews of its workloads, what they ask for, and patches."""
