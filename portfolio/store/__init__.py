"""Tables, every read, and the history that writes itself. Knows SQLAlchemy, not Flask."""
