"""Work of the background that people wait for: started, run once, recovered."""
