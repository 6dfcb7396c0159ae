"""What is kept for the case that something goes wrong: the log, reports, marks of open windows.

All of it lies in the folder of the logs and never leaves this computer by itself. Standard library
alone, so that it also works where a package of others does not load.
"""
