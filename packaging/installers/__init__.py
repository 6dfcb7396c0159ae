"""Makes the installers: one payload for all systems, wrapped in what each system expects."""
