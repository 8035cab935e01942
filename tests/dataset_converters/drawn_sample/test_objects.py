"""Hints at the classes of objects."""
from drawn_sample.objects import PLACES


def test_places_hint_at_a_pair_not_at_its_member():
    for first, second in (('cat', 'dog'), ('cow', 'horse'), ('bus', 'car')):
        assert sorted(PLACES[first]) == sorted(PLACES[second])
