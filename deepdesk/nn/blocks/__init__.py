"""The blocks of the catalogue, one module per family of them. None imports torch when listed."""
