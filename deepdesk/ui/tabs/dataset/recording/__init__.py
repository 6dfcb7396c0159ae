"""Recording new samples, as a page of the Dataset tab."""

from deepdesk.ui.tabs.dataset.recording.door import RecordingDoor

__all__ = ["RecordingDoor"]
