"""Floor 1: Vietnamese text — accents, numbers, dates, periods and names of agencies.

Pure functions over strings: no clock, no I/O, no other room. What is read is forgiving (accents or none, NFC or NFD,
odd blanks); what is said follows the writing of Vietnamese offices (Nghị định 30/2020/NĐ-CP). Unreadable text is
never an error here: the answer is None or an empty tuple, and the caller decides what that means.
"""
