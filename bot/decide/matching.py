"""Matching: whose mail it is, which round it is for, which form each file is.

The three questions are asked in this order, each in its own module; every answer comes with its evidence, and where
nothing may be decided with a reason. This module is their one door.
"""

from bot.decide.mail_words import find_tags
from bot.decide.matching_agency import AgencyMatch, match_agency
from bot.decide.matching_forms import FileFacts, FileMatch, FileRole, match_forms
from bot.decide.matching_round import RoundMatch, match_round

__all__ = [
    "AgencyMatch",
    "FileFacts",
    "FileMatch",
    "FileRole",
    "RoundMatch",
    "find_tags",
    "match_agency",
    "match_forms",
    "match_round",
]
