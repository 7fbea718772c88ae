"""Protocols on the wire: bytes and texts of clients to frozen values and back. No engine."""
