"""What we know: records, the files they are kept in, and the SQLite file they are read from."""
