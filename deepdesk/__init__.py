"""DeepDesk: train deep networks on your own files, on your own machine."""

__version__ = "0.1.0"
