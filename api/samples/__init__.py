"""Menus that come with the server."""
