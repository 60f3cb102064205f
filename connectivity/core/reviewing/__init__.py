"""What every review is made of: inputs, formulas, limits, findings, artefacts, and their answer."""
