"""The doors, and the only place that sees everything."""
