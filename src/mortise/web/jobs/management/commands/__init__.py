"""Commands of the care room."""
