"""Terraform as values: resources of accounts, what they refer to, and their text."""
