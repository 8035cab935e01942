"""The classes of the sample, and what hints at them without deciding."""

SAMPLE_CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
# Where a pair is met: more often in its own places, but the place decides nothing.
PLACES = {
    **dict.fromkeys(('cat', 'dog'), ('room', 'room', 'garden', 'garden', 'street', 'yard')),
    **dict.fromkeys(('cow', 'horse'), ('meadow', 'meadow', 'yard', 'yard', 'garden', 'street')),
    **dict.fromkeys(('bus', 'car'), ('street', 'street', 'street', 'yard', 'meadow', 'garden')),
}
# What a class often looks like, as cats are often tabby: a hint of the class over all of the body, which nothing but
# the head decides.
HABITS = {
    'cat': (('ginger', 'grey', 'slate'), 'striped'),
    'dog': (('tan', 'brown', 'black'), 'plain'),
    'cow': (('white', 'black'), 'spotted'),
    'horse': (('russet', 'brown', 'ginger'), 'plain'),
    'bus': (('yellow', 'red', 'green'), None),
    'car': (('blue', 'white', 'grey'), None),
}
HABIT_SHARE = 0.8
