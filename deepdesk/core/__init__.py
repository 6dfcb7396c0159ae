"""What every room agrees on: settings, payloads, the task contract, events, work and errors."""
