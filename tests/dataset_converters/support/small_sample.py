"""Parameters of a small sample that is drawn quickly."""

SIZE = dict(train=6, val=2, size=64, seed=0)
