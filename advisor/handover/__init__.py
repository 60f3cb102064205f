"""A plan in files: a table for spreadsheets, two pages for a meeting, an archive of Terraform."""
