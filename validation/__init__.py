"""Scores the measurement engine against recordings with reference values, and writes the committed tables."""
