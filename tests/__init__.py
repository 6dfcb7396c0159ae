"""The tests, and the benchmarks that `start.py bench` runs."""
