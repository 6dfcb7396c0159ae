"""Labels of a project as files of other programs, one module a format.

A writer gets one `Item` after the other and a `Place` to write into; what its format cannot say
goes into `Losses`, and is said to whoever asked for it.
"""
