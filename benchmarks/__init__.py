"""Measurements: ratios side by side in one run, and CPU per delivered message."""
