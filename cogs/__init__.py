"""One thin file a command: declare it, build the question, send the answer."""
