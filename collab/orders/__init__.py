"""Orders and what is sold out: pure rules.

What a client may write: forms. Who may do what: table_of_rights. How lines move: transitions.
What a command means: deciding, and the rules it calls. What an event makes of an order: applying.
Who hears of it: telling. How a batch goes through all of that: settling.
"""
