"""What lies on disk: safe writes, the project folder, the sample index, runs and metrics."""
