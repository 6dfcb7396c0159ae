"""Answers that run along with what a microphone hears; other sources are one class more."""
