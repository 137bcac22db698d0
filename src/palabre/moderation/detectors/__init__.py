"""What can be found in a comment: one detector a file."""
