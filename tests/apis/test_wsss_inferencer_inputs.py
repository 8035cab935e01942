"""Which networks and inputs an inferencer takes, and what it refuses."""
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from tiny_inference import CLASSES, image_path

from mmwsss.apis import WSSSInferencer
from mmwsss.utils.errors import InputError


def test_what_is_refused(inferencers, networks, root, cams, tmp_path):
    with pytest.raises(InputError, match=message_names('zebra', 'bus, car, cat')):
        inferencers['segmentor'](image_path(root), labels=['cat', 'zebra'])
    with pytest.raises(InputError, match=message_names("0, ['dog'], zebra", 'bus, car, cat')):
        inferencers['segmentor'](image_path(root), labels=['zebra', 0, 'cat', ['dog']])
    with pytest.raises(InputError, match=message_names('batch_size', 0)):
        inferencers['segmentor'](image_path(root), batch_size=0)
    with pytest.raises(InputError, match=message_names(1, 2, '2007_000001')):
        inferencers['classifier']([image_path(root), image_path(root, 1)], labels={'2007_000000': []})
    with pytest.raises(InputError, match=message_names('refiners', 'EncoderDecoder')):
        inferencers['segmentor'](image_path(root), cams=cams)
    with pytest.raises(InputError, match=message_names(1, str(tmp_path), '2007_000000')):
        inferencers['irnet'](image_path(root), cams=tmp_path)
    with pytest.raises(InputError, match='segmentor.pth'):
        WSSSInferencer(networks['irnet'][0], networks['segmentor'][1])
    with pytest.raises(InputError, match=r'nothere\.py'):
        WSSSInferencer('nothere.py', networks['segmentor'][1])


@pytest.mark.parametrize('device', ['cuda:99', 'nonsense', 'meta'])
def test_devices_that_are_not_there(networks, device):
    with pytest.raises(InputError, match=message_names(device, 'cpu')):
        WSSSInferencer(*networks['segmentor'], device=device)


def test_broken_files_are_found_before_the_first_prediction(inferencers, root, tmp_path):
    content = Path(image_path(root)).read_bytes()
    (tmp_path / 'truncated.jpg').write_bytes(content[:300])
    (tmp_path / 'empty.jpg').write_bytes(b'')
    for problem in ('truncated', 'empty'):
        with pytest.raises(InputError, match=message_names(f'{problem}.jpg', f'is {problem}')):
            inferencers['segmentor']([image_path(root), tmp_path / f'{problem}.jpg'], out_dir=tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_other_errors_of_loading_stay_as_they_are(inferencers, root, monkeypatch):
    def fail(results):
        raise MemoryError('no room')

    monkeypatch.setattr(inferencers['segmentor'].pipeline, 'load_file', fail)
    with pytest.raises(MemoryError, match='no room'):
        inferencers['segmentor'](image_path(root))


def test_dictionary_and_weights_of_the_config(networks, inferencers, root):
    cfg, path = networks['segmentor']
    settings = dict(cfg.to_dict(), load_from=str(path))
    found, wanted = (inferencer(image_path(root))['predictions'][0]['sem_seg'] for inferencer in (
        WSSSInferencer(settings, device='cpu', show_progress=False), inferencers['segmentor']))
    np.testing.assert_array_equal(found, wanted)
    for load_from in (None, ''):
        with pytest.raises(InputError, match=message_names('weights', '.pth')):
            WSSSInferencer(dict(settings, load_from=load_from))


def test_classes_are_those_of_the_training(networks, tmp_path):
    cfg, path = networks['segmentor']
    names = ('background', 'a', 'b', 'c', 'd', 'e', 'f')
    meta = dict(classes=names, palette=[[index] * 3 for index in range(7)])
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    assert WSSSInferencer(cfg, tmp_path / 'other.pth').image_classes == list(names[1:])
    assert WSSSInferencer(cfg, path).image_classes == list(CLASSES)


def test_a_checkpoint_without_colours(networks, root, tmp_path):
    cfg, path = networks['segmentor']
    meta = dict(classes=('background', 'a', 'b', 'c', 'd', 'e', 'f'))
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    inferencer = WSSSInferencer(cfg, tmp_path / 'other.pth', show_progress=False)
    assert inferencer.dataset_meta['palette'][:2] == [[0, 0, 0], [128, 0, 0]]
    inferencer(image_path(root), out_dir=tmp_path / 'out')
    assert len(list((tmp_path / 'out').rglob('*.png'))) == 2


def test_a_refiner_follows_the_classes_of_the_data(networks, tmp_path):
    """Its network knows no classes, so that of other data refines these CAMs, too."""
    cfg, path = networks['irnet']
    meta = dict(classes=('background', 'a', 'b'))
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    assert WSSSInferencer(cfg, tmp_path / 'other.pth').image_classes == list(CLASSES)


def test_a_head_of_another_number_of_classes(networks, tmp_path):
    cfg, path = networks['segmentor']
    meta = dict(classes=('background', 'a', 'b'))
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    with pytest.raises(InputError, match=message_names('decode_head', 'num_classes=3')):
        WSSSInferencer(cfg, tmp_path / 'other.pth')


@pytest.mark.parametrize(('options', 'named'), [
    (dict(labels=3), 'labels'), (dict(labels=b'cat'), 'labels'), (dict(labels=[None]), 'None'), (dict(cams=3), 'cams'),
    (dict(out_dir=3), 'out_dir'), (dict(batch_size='2'), 'batch_size'), (dict(batch_size=None), 'batch_size')])
def test_options_of_other_types(inferencers, root, options, named):
    with pytest.raises(InputError, match=named):
        inferencers['segmentor'](root / 'JPEGImages', **options)
