"""Choosing by measuring: a few real steps decide how a run computes, before its first epoch."""
