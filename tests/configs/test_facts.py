"""A new data set needs only one file of facts; the task files stay unchanged."""
import shutil
from pathlib import Path

import pytest
from mmengine.config import Config

DATASETS = Path(__file__).parents[2] / 'configs' / '_base_' / 'datasets'
FACTS = """\
facts = dict(
    type='ImageLabelDataset', data_root='elsewhere', data_prefix=dict(img_path='images'),
    metainfo=dict(classes=('background', 'a')))
"""


@pytest.mark.parametrize('task, loaders, own', [
    ('image_labels', ('train', 'val', 'test'), dict(label_file='image_labels.json')),
    ('irnet', ('train', 'mean', 'test'), dict()),
    ('segmentation', ('train', 'val', 'test'), dict(label_file=None)),
])
def test_facts_reach_all_loaders(task, loaders, own, tmp_path):
    for name in (f'voc_{task}.py', f'{task}.py'):
        shutil.copy(DATASETS / name, tmp_path)
    (tmp_path / 'voc.py').write_text(FACTS)
    cfg = Config.fromfile(tmp_path / f'voc_{task}.py')
    for loader in loaders:
        dataset = cfg[f'{loader}_dataloader'].dataset.to_dict()
        assert {key: dataset[key] for key in cfg.facts} == cfg.facts
        assert {key: dataset[key] for key in own} == own and dataset['pipeline'] and dataset['ann_file']
    cfg.train_dataloader.dataset.metainfo.classes = ('background', 'b')
    assert cfg[f'{loaders[1]}_dataloader'].dataset.metainfo.classes == ('background', 'a')
