"""Curves and matrices drawn from buffers that stay cheap however long a run gets."""
