"""What the blocks of the catalogue become: plain `torch.nn` modules."""
