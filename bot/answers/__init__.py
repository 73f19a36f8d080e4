"""One module a command: a question in, an answer out. The only place where the other rooms meet."""
