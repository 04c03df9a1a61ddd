"""Charts of the look: each function takes one frozen input and returns a figure with its table as HTML."""
