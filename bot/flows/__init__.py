"""Floor 3: the only straight lines through the house.

A flow fetches facts, asks a decision, and carries out what it says. It decides nothing itself.
"""
