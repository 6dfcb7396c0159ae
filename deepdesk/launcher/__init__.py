"""Sets the program up on a machine and starts it: what to fetch, where it goes, which one runs.

Standard library alone, beside the plain parts of `deepdesk.core`: it runs before there is anything
else, on whatever Python a machine has, also straight out of the wheel.
"""
