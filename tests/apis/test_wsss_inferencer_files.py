"""What an inferencer writes and draws."""
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.structures import PixelData
from mmseg.registry import TRANSFORMS
from PIL import Image
from run_tool import run_inside
from tiny_inference import CLASSES, IDS, image_path

from mmwsss.engine.error_messages import plain_message
from mmwsss.pseudo_labels import read_cam
from mmwsss.utils.errors import InputError


def test_files(inferencers, root, cams, tmp_path):
    labels = ['cat', 'dog']
    for name, options in dict(classifier=dict(labels=labels), irnet=dict(cams=cams), segmentor={}).items():
        inferencer = inferencers[name]
        paths = inferencer(root / 'JPEGImages', out_dir=tmp_path / name, **options)['predictions'][2]
        arrays = inferencer(root / 'JPEGImages', **options)['predictions'][2]
        assert set(arrays) - {'pred_score', 'cam_keys'} == set(paths) - {'visualization'}
        mask = Image.open(paths['sem_seg'])
        assert mask.mode == 'P' and paths['sem_seg'] == str(tmp_path / name / 'pred' / '2007_000002.png')
        np.testing.assert_array_equal(np.array(mask), IDS[arrays['sem_seg']])
        if name == 'classifier':
            content = read_cam(paths['cam'])
            assert content.classes == CLASSES and content.keys.tolist() == [2, 4] and content.size == (48, 64)
            np.testing.assert_allclose(content.cam, arrays['cam'], atol=1e-3)
        if name == 'irnet':
            np.testing.assert_array_equal(np.array(Image.open(paths['boundary'])), np.round(255 * arrays['boundary']))
        with Image.open(paths['visualization']) as drawn:
            assert drawn.mode == 'RGB' and drawn.height >= 48
        assert not list((tmp_path / name).rglob('.*'))


def test_results_without_an_input_are_named_after_the_file(inferencers, root, tmp_path):
    inferencer = inferencers['segmentor']
    sample = inferencer(image_path(root), return_datasamples=True)['predictions'][0]
    assert inferencer.postprocess([sample])['name'] == '2007_000000'
    paths = inferencer.postprocess([sample], out_dir=tmp_path)
    assert paths == dict(name='2007_000000', sem_seg=str(tmp_path / 'pred' / '2007_000000.png'))
    assert Path(paths['sem_seg']).is_file()


def test_panels(inferencers, root, cams):
    image = np.full((48, 64, 3), 90, np.uint8)
    titles = dict(classifier=({}, ['prediction', 'CAM']), irnet=({}, ['boundary']), segmentor=({}, ['prediction']))
    for name, (options, expected) in titles.items():
        sample = inferencers[name](image_path(root), return_datasamples=True, **options)['predictions'][0]
        panels = inferencers[name].panels(image, sample)
        assert list(panels) == expected
        assert all(panel.shape == image.shape and panel.dtype == np.uint8 for panel in panels.values())
        if 'prediction' in panels:
            palette = np.array(inferencers[name].dataset_meta['palette'], np.uint8)
            np.testing.assert_array_equal(panels['prediction'], palette[sample.pred_sem_seg.data[0].numpy()])
    sample.boundary = PixelData(data=torch.zeros(1, 12, 16))
    assert (inferencers['irnet'].panels(image, sample)['boundary'] == 255).all()
    sample = inferencers['irnet'](image_path(root), cams=cams, return_datasamples=True)['predictions'][0]
    assert list(inferencers['irnet'].panels(image, sample)) == ['prediction', 'boundary']


def test_instances(inferencers, root, cams, monkeypatch, tmp_path):
    inferencer = inferencers['irnet']
    monkeypatch.setitem(inferencer.model.test_cfg, 'instances', True)
    found = inferencer(image_path(root), cams=cams)['predictions'][0]
    count = len(found['instance_scores'])
    assert found['instances'].shape == (48, 64) and set(np.unique(found['instances'])) - {0} == set(range(1, count + 1))
    assert found['instance_labels'].shape == (count, ) and set(found['instance_labels']) <= {1, 4}
    paths = inferencer(image_path(root), cams=cams, out_dir=tmp_path)['predictions'][0]
    np.testing.assert_array_equal(np.array(Image.open(paths['instances'])), found['instances'])


@pytest.mark.parametrize('loader', [None, dict(type='LoadImageFromFile')])
def test_what_was_written_before_a_broken_file_stays(inferencers, root, tmp_path, monkeypatch, loader):
    """Its end is there, so that only decoding finds out."""
    inferencer = inferencers['segmentor']
    if loader:
        monkeypatch.setattr(inferencer.pipeline, 'load_file', TRANSFORMS.build(loader))
    content = Path(image_path(root)).read_bytes()
    for name in 'ac':
        (tmp_path / f'{name}.jpg').write_bytes(content)
    (tmp_path / 'b.jpg').write_bytes(content[:20] + content[-2:])
    with pytest.raises(InputError, match=r'\bb\.jpg\b') as caught:
        inferencer(tmp_path, out_dir=tmp_path / 'out')
    assert 'skip_bad_images' not in plain_message(caught.value)  # an option of datasets
    assert [path.name for path in (tmp_path / 'out').rglob('*.png')] == ['a.png', 'a.png']  # pred and vis


def test_a_folder_that_cannot_be_written(inferencers, root, tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match=message_names(str(tmp_path / 'file'))):
        inferencers['segmentor'](root / 'JPEGImages', out_dir=tmp_path / 'file')


def test_tool(networks, root, capsys, monkeypatch, tmp_path):
    cfg, path = networks['segmentor']
    cfg.dump(tmp_path / 'segmentor.py')
    monkeypatch.chdir(tmp_path)
    done = run_inside(capsys, monkeypatch, 'infer.py', 'segmentor.py', path, root / 'JPEGImages', '--labels',
                      'cat, cow')
    assert done.status == 0 and re.search(message_names('infer', 'sem_seg', 'visualization', 3), done.out)
    masks = [np.array(Image.open(file)) for file in (tmp_path / 'infer' / 'pred').iterdir()]
    assert len(masks) == 3 and set(np.unique(masks)) <= {0, 8, 10}
    done = run_inside(capsys, monkeypatch, 'infer.py', 'segmentor.py', path, 'nothere')
    assert done.status == 1 and re.search('^error: .*nothere', done.err, re.M)
    done = run_inside(capsys, monkeypatch, 'infer.py', 'segmentor.py', path, root / 'JPEGImages', '--device', 'none')
    assert done.status == 1 and re.search('^error: .*none.*cpu', done.err)
