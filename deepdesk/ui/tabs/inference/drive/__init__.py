"""A recorded drive, played with what the driver did and what a network would have done."""
