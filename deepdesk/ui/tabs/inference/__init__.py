"""The Inference tab: ask a trained network, and teach it where it errs."""

from deepdesk.ui.tabs.inference.tab import InferenceTab

__all__ = ["InferenceTab"]
