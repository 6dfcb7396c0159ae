"""All runs as a table: sorted, filtered, grouped by seed, and compared two by two."""
