"""Changing a menu from the server: small changes, planned against the menu as it stands.

What is wanted: named_edits, patching, merging (imports), diffing. How it becomes changes: planning,
targets, shaping, draft. How changes become one edit: writing.
"""
