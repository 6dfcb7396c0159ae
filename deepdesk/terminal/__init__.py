"""What the terminal face is made of: commands, progress, the sample run."""
