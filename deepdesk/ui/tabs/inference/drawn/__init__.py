"""Answers that are drawn over a picture: what counts of them, their lists, and their files."""
