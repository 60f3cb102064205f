"""A design to hand over: the Terraform that builds it."""
