"""The parameters of a sample that is drawn in a moment."""

SIZE = dict(train=6, val=2, size=64, seed=0)
