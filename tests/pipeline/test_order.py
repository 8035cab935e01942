"""In which order stages can run."""
from collections.abc import Mapping

import pytest

from mmwsss.pipeline.order import check_order
from mmwsss.pipeline.stage import Output, Stage
from mmwsss.utils.errors import InputError


class Needs(Stage):
    def output(self, plan) -> Output:
        raise NotImplementedError


def check(needs: Mapping[str, str]) -> None:
    """Check stages with names of one letter, which need those of these letters."""
    check_order('my.py', [Needs(name, letters) for name, letters in needs.items()])


def test_every_stage_comes_after_those_that_it_needs():
    check({})
    check(dict(a='', b='a', c='ab', d='a'))


@pytest.mark.parametrize(('needs', 'named'), [
    (dict(a='', b='x'), r'my\.py.* b needs x.*a, b'),
    (dict(a='c', b='', c='b'), r'my\.py.* a needs c.* c up'),
    (dict(a='a'), 'circle: a needs a'),
    (dict(a='b', b='a'), 'circle: a needs b needs a'),
    (dict(a='', b='c', c='ad', d='ab'), 'circle: b needs c needs d needs b'),
    (dict(a='b', b='c', c='b'), ' a needs b.* b up')])  # the circle is of others
def test_the_first_stage_that_comes_too_early_is_named(needs, named):
    with pytest.raises(InputError, match=named):
        check(needs)


def test_a_name_given_twice_is_named():
    with pytest.raises(InputError, match=r'my\.py.* b\.'):
        check_order('my.py', [Needs('b'), Needs('a'), Needs('b')])
