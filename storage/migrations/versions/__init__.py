"""One file per revision, named by its number; a revision that was released never changes."""
