"""One module a revision. They stand by themselves: no import from the house, whose types go on changing."""
