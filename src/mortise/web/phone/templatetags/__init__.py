"""Tags of the phone."""
