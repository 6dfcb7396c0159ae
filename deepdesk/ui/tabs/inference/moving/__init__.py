"""Films and cameras: pictures that go on while a network answers them."""
