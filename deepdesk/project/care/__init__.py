"""What is kept for the case that something goes wrong: the log, reports, marks of open windows.

All of it lies in the folder of the logs and never leaves this computer by itself. Reports and the
log need the standard library alone, so that they also work where a package of others does not load;
marks need psutil, and whoever looks for the folder of the logs needs platformdirs.
"""
