"""The same training written with other libraries, each side run alone in a process of its own."""
