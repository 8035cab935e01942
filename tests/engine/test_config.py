"""Dictionaries in a part of a config."""
from mmengine.config import Config

from mmwsss.engine.config import nested_parts


def test_all_dictionaries_with_their_keys():
    cfg = Config(dict(model=dict(a=dict(type='A', x=1), b=[dict(c=(dict(type='C'), )), 2], d='text')))
    assert [(key, part.get('type')) for key, part in nested_parts(cfg.model, 'model')] == [
        ('model', None), ('model.a', 'A'), ('model.b.0', None), ('model.b.0.c.0', 'C')]
    assert list(nested_parts(None, 'model')) == []
