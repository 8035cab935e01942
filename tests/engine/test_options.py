"""Options written for a command line are read back unchanged."""
import pytest
from message_names import message_names

from mmwsss.engine.options import flat_options, option_text, parse_component, parse_option
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('value', [
    'a,b', 'x y', '1', 'True', 'None', "it's", 'a "q" b', '', 'a[b', 'work dirs/x [1], y=z', '(é', "'a'", 1, 2.5, 1e-5,
    True, False, None, [1, 2], ['a', 'b'], (1, 2), [[1, 2], [3]]])
def test_round_trip(value):
    found = parse_option(option_text(value))
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize('value', [dict(a=1), ['a b'], '[1]', [[1], dict(a=2)]])
def test_what_has_no_text(value):
    with pytest.raises(InputError, match=message_names(str(value))):
        option_text(value)


@pytest.mark.parametrize('text, value', [
    ('1,2', [1, 2]), ('[a,b]', ['a', 'b']), ('(1,2)', (1, 2)), ('"a,b"', 'a,b'), ("'7'", '7'), ('"[1,2]"', [1, 2]),
    ('a b', 'a b'), ('true', True), ('1e-3', 0.001)])
def test_as_mmengine_reads_it(text, value):
    assert parse_option(text) == value


def test_component_of_words():
    assert parse_component(['DenseCRF', 'steps=5', 'gt_prob=0.9']) == dict(type='DenseCRF', steps=5, gt_prob=0.9)
    assert parse_component(['DenseCRF']) == dict(type='DenseCRF')


@pytest.mark.parametrize('words', [['steps=5'], ['DenseCRF', 'steps'], ['steps=5', 'DenseCRF']])
def test_words_that_are_no_component(words):
    with pytest.raises(InputError, match=words[-1]):
        parse_component(words)


def test_dictionaries_as_dotted_keys():
    assert flat_options({'a': {'b': 1, 'c': {'d': [2]}}, 'e.f': {'g': 3}, 'h': {}}) == {
        'a.b': 1, 'a.c.d': [2], 'e.f.g': 3, 'h': {}}
