"""What is said of resources: rules as a team wants them, and what each has not seen yet."""
