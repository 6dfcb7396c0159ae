"""What differs between runs, and whether the difference is more than chance. No torch, no Qt."""
