"""From what an author wrote to what a page may show."""
