"""Orders and what is sold out: pure rules. See collab/orders/settling.py for the way of a batch."""
