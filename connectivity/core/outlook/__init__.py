"""What would change the answer: break-even, tipping points, sensitivity, quotas."""
