"""Sockets that speak somebody's protocol and turn bytes into room calls."""
