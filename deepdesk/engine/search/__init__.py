"""Searching for good settings: trials are ordinary runs, Optuna only proposes and prunes."""
