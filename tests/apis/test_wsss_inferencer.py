"""Results for images against what the models predict on the ordinary way."""
import numpy as np
import pytest
import torch
from PIL import Image
from reference_network import REPO
from tiny_inference import CLASSES, IDS, expected, image_path

from mmwsss.pseudo_labels import write_cam


def test_classifier_with_labels(inferencers, root):
    inferencer = inferencers['classifier']
    labels = {'2007_000000': ['cat', 'bus'], '2007_000001': []}
    found = inferencer([image_path(root), image_path(root, 1)], labels=labels)
    first, second = found['predictions']
    assert first['name'] == '2007_000000' and first['cam_keys'].tolist() == [0, 2]
    truth = expected(inferencer, gt_score=torch.tensor([1.0, 0, 1, 0, 0, 0]))
    np.testing.assert_array_equal(first['cam'], truth.cam.data)
    np.testing.assert_array_equal(first['sem_seg'], truth.pred_sem_seg.data[0])
    np.testing.assert_array_equal(first['pred_score'], truth.pred_score)
    assert set(np.unique(first['sem_seg'])) <= {0, 1, 3}
    assert second['cam'].shape == (0, 12, 16) and not second['sem_seg'].any()
    assert found['visualization'] == []


def test_classifier_without_labels(inferencers, root):
    inferencer = inferencers['classifier']
    inferencer.model.test_cfg['score_thr'] = 0.0
    kept = inferencer(image_path(root))['predictions'][0]['cam_keys']
    inferencer.model.test_cfg['score_thr'] = 1.0
    assert kept.tolist() == list(range(6))
    assert len(inferencer(image_path(root))['predictions'][0]['cam_keys']) == 0


def test_a_segmentor_that_learned_from_image_labels(inferencers, root, tmp_path):
    """With labels it keeps exactly these classes; without, the probable ones."""
    inferencer = inferencers['one_stage']
    cow = inferencer(image_path(root), labels=['cow'])['predictions'][0]
    inferencer(image_path(root), labels=['cow'], out_dir=tmp_path)
    assert set(np.unique(cow['sem_seg'])) <= {0, 4} and cow['pred_score'].shape == (6, )
    found = np.array(Image.open(tmp_path / 'pred' / '2007_000000.png'))
    np.testing.assert_array_equal(found, IDS[cow['sem_seg']])
    inferencer.model.test_cfg['score_thr'] = 1.0
    assert not inferencer(image_path(root))['predictions'][0]['sem_seg'].any()
    inferencer.model.test_cfg['score_thr'] = 0.1


def test_arrays_folders_and_batches_are_the_same(inferencers, root):
    inferencer = inferencers['segmentor']
    image = np.array(Image.open(image_path(root, 1)))[..., ::-1]
    array = inferencer(np.ascontiguousarray(image))['predictions'][0]
    folder = inferencer(root / 'JPEGImages', batch_size=2)['predictions']
    assert [result['name'] for result in folder] == ['2007_000000', '2007_000001', '2007_000002']
    np.testing.assert_array_equal(folder[1]['sem_seg'], expected(inferencer, 1).pred_sem_seg.data[0])
    assert (array['sem_seg'] == folder[1]['sem_seg']).mean() > 0.98  # another decoder of JPEGs


@pytest.mark.parametrize('name', ['classifier', 'segmentor'])
def test_sizes_that_differ_do_not_share_a_batch(inferencers, root, name):
    inferencer = inferencers[name]
    image = np.array(Image.open(image_path(root)))[..., ::-1]
    images = [np.ascontiguousarray(part) for part in (image, image[:40], image[:40, ::-1], image[::-1], image)]
    together = inferencer(images, batch_size=2)['predictions']
    assert [result['name'] for result in together] == [f'{place:08d}' for place in range(5)]
    for result, image in zip(together, images, strict=True):
        np.testing.assert_array_equal(result['sem_seg'], inferencer(image)['predictions'][0]['sem_seg'])
        assert result['sem_seg'].shape == image.shape[:2]


@pytest.mark.parametrize('name, shape', [('classifier', (1, 3, 3)), ('segmentor', (1, 1, 3))])
def test_image_of_one_pixel(inferencers, name, shape):
    """The classifier's overlay has three panels; that of the segmentation is under the black frame of a name."""
    found = inferencers[name](np.full((1, 1, 3), 90, np.uint8), labels=['cat'], return_vis=True)
    assert found['predictions'][0]['sem_seg'].tolist() in ([[0]], [[3]])
    drawn = found['visualization'][0]
    assert drawn.shape == shape and drawn[0, shape[1] // 2].tolist() == [45, 45, 45]


def test_labels_rule_classes_out(inferencers, root):
    inferencer = inferencers['segmentor']
    logits = expected(inferencer).seg_logits.data
    found = inferencer(image_path(root), labels=['cow'])['predictions'][0]
    np.testing.assert_array_equal(found['sem_seg'], np.where(logits[0] >= logits[4], 0, 4))
    sample = inferencer(image_path(root), return_datasamples=True)['predictions'][0]
    assert torch.equal(sample.seg_logits.data, logits)


def test_irnet(inferencers, root, cams):
    inferencer = inferencers['irnet']
    alone = inferencer(image_path(root))['predictions'][0]
    assert set(alone) == {'name', 'boundary'}
    truth = expected(inferencer)
    np.testing.assert_array_equal(alone['boundary'], truth.boundary.data[0])
    walked = inferencer(image_path(root), cams=cams, return_vis=True)
    np.testing.assert_array_equal(walked['predictions'][0]['sem_seg'], truth.pred_sem_seg.data[0])
    assert set(np.unique(truth.pred_sem_seg.data)) == {0, 2, 5}
    assert walked['visualization'][0].dtype == np.uint8 and walked['visualization'][0].shape[:2] >= (48, 64)
    few = inferencer(image_path(root), cams=cams, labels='dog')['predictions'][0]
    assert set(np.unique(few['sem_seg'])) == {0, 5}


def test_arrays_with_cams_and_a_local_refinement(inferencers, root, cams, monkeypatch):
    """The refinement gets the array itself."""
    monkeypatch.syspath_prepend(REPO / 'tests/examples')
    __import__('mean_refinement')
    inferencer = inferencers['irnet']
    monkeypatch.setitem(inferencer.model.test_cfg, 'refine', dict(type='MeanRefinement'))
    write_cam(cams / '00000000.npz', np.ones((1, 12, 16), np.float32), np.array([1]), (48, 64), CLASSES)
    image = np.random.randint(0, 256, (48, 64, 3), dtype=np.uint8)
    assert set(np.unique(inferencer(image, cams=cams)['predictions'][0]['sem_seg'])) <= {0, 2}


def test_the_model_stays_as_it_was(inferencers, root):
    inferencer = inferencers['classifier']
    before = dict(inferencer.model.test_cfg)
    for labels in (['cat'], None):
        inferencer(image_path(root), labels=labels)
        assert inferencer.model.test_cfg == before


def test_pillow_images_are_as_arrays(inferencers, root):
    image = Image.open(image_path(root, 1))
    array = np.ascontiguousarray(np.array(image)[..., ::-1])
    one, two = (inferencers['segmentor'](item)['predictions'][0]['sem_seg'] for item in (array, image))
    np.testing.assert_array_equal(one, two)


def test_a_single_label_of_each_image(inferencers, root):
    names = sorted(path.stem for path in (root / 'JPEGImages').iterdir())
    found = [inferencers['segmentor'](root / 'JPEGImages', labels={name: form for name in names})['predictions']
             for form in ('cat', ['cat'])]
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one['sem_seg'], two['sem_seg'])
