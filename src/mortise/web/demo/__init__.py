"""A fictional clinic to look at. Installed only when `MORTISE_DEMO` is set."""
