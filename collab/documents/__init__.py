"""One Yjs document in memory, the engine behind it, and how it is built from stored rows."""
