"""Health pages: resources, findings, rules and what is collected."""
