"""Live state and fan-out: a room owns a document and the seats around it."""
