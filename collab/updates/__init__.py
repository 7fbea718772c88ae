"""What a Yjs update says about itself, read from its bytes alone: no update that was not read here
reaches the engine or a peer.
"""
