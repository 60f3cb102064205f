"""What goes and when: old data, teams that close, people who leave."""
