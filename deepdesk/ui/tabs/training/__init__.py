"""The Training tab: choose, start, watch, and look back at earlier runs."""
