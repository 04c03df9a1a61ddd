"""Rehearsals on fictional patients: cohorts that behave badly, policies that differ, the real engine in the loop."""
