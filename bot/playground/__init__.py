"""A page in the browser where the real bot answers on a simulated Discord, without a token."""
