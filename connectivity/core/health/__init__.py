"""What the network is doing: series of metrics, when to ask for them, and what they say."""
