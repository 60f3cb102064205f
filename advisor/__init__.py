"""Every door to the product: pages, API, commands, tasks; users, teams and jobs."""
