"""Drawing labels by hand: a page of the Dataset tab."""

from deepdesk.ui.tabs.dataset.labelling.door import LabellingDoor

__all__ = ["LabellingDoor"]
