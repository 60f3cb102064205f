"""What the audit log keeps: models, sign-ins, refused tokens."""
