"""What a rule is, AWS's quotas, and the rules that every option shares."""
