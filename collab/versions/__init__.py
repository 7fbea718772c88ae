"""Versions of a menu: what is kept, what guests see, what differs, what can be brought back."""
