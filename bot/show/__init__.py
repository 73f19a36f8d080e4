"""An answer as words, terminal text, JSON or a Discord layout. Never queries, never decides."""
