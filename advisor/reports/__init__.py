"""The weekly report: made once, mailed once to each address that wants it. The domain writes it."""
