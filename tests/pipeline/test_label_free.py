"""Thresholds around a measured one."""
from types import SimpleNamespace

import pytest

from mmwsss.pipeline.label_free import thresholds_around


@pytest.mark.parametrize(('auto', 'wanted'), [
    (0.3, [0.45, 0.15]), (0.9, [0.99, 0.75]), (0.05, [0.2, 0.01]), ('auto_thr of x', ['+ 0.15', '- 0.15'])])
def test_they_lie_on_both_sides_and_between_0_and_1(auto, wanted):
    plan = SimpleNamespace(figure=lambda stage, name: auto if (stage, name) == ('x', 'auto_thr') else None)
    found = thresholds_around(plan, 'x')
    if isinstance(auto, str):
        assert [text.strip('<>').removeprefix(f'{auto} ') for text in found] == wanted
    else:
        assert found == wanted
