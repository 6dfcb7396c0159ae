"""What a training will take on this machine, in time and memory, before it is started."""
