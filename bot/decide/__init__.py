"""Floor 2: decisions. Facts and a moment go in; a decision with its reason and evidence comes out.

Every module here is pure: no clock, no file, no network, no database; `now` is handed in. Where the facts do not
suffice, nothing is guessed: the decision is to hold, and says why.
"""
