"""What an update did to a menu, what of it may stand, and what goes into the history.

Before it is applied: structure. After it: guard, which reviews what was touched (review) against
how it stood (standing), by who may write what (rights, locks), and says what goes back (repairs).
"""
