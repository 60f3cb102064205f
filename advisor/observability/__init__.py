"""What the processes tell of themselves: logs, figures, errors, readiness."""
