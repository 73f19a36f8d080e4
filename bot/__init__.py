"""willitrun: does this model run on this card, how well, and what to do when it does not."""

__version__ = "0.1.0"
