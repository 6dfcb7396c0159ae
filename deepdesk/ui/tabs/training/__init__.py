"""The Training tab: choose, start, watch, and look back at earlier runs."""

from deepdesk.ui.tabs.training.tab import TrainingTab

__all__ = ["TrainingTab"]
