"""A look inside a trained network: what its blocks hold, say and learn. No Qt."""
