"""Labels of other programs: what is drawn on pictures, read from their files.

A reader looks at a `Tree` of files, says nothing (None) where there is nothing of its format, and
then gives for each picture what was `Read`. `offers` puts the readers together; a broken file
costs no other one.
"""
