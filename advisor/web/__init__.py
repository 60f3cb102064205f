"""The pages: translate HTTP, make one call into the domain, render."""
