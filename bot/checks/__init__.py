"""Floor 2: the catalogue of findings, one decorated function a code. Pure: no clock, no file, no network.

A finding is the sender's to mend; what is ours to mend is an exception.
"""
