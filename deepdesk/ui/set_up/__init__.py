"""The window that sets the program up: what was found, what is fetched, how far it is.

It runs before torch and numpy are there, with nothing but Qt's essentials beside this package.
"""
