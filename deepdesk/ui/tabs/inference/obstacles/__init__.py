"""Watching a zone of the picture for obstacles, with an alarm whose reaction time is measured."""
