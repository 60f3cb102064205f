"""Measured latencies: histograms, their aggregation, lookup, and the bound by distance."""
