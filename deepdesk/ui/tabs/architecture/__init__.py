"""The Architecture tab: which network, what it is made of, and what it costs."""

from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

__all__ = ["ArchitectureTab"]
