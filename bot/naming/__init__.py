"""Free text → records of the catalog: a match, a question back, or "not known". Never a silent swap."""
