"""Durable state: the update log, sessions, tickets, backups, and the database under them.

Rule 1: `storage` knows `collab` and nothing else of the project.
Rule 2: what a method reports as saved is on disk (fsync done) before it returns.
Rule 3: driver errors leave this package as `StoreError` only.
"""
