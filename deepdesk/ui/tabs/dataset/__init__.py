"""The Dataset tab: samples, classes, splits, and what is wrong with them."""

from deepdesk.ui.tabs.dataset.tab import DatasetTab

__all__ = ["DatasetTab"]
