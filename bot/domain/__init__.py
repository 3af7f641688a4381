"""Floor 1: the vocabulary of the house as frozen dataclasses and enums.

Standard library only, no clock, no I/O, no other room. Instants are aware datetimes; dates are
calendar dates in the office's time zone.
"""
