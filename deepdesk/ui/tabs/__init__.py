"""The four tabs of the window; none of them knows another."""
