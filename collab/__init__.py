"""Vocabulary and pure thought: no event loop, no clock, no logging, no input or output."""
