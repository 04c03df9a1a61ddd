"""Mortise: measures, stages, decides and explains the rehabilitation of a stiff, painful ankle."""

__version__ = "0.1.0"
