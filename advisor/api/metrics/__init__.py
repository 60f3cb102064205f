"""What a Prometheus server scrapes: of a team, and of the installation."""
