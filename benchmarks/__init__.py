"""How exact and how fast: ``python -m benchmarks``. Separate from the tests; nothing here is asserted."""
