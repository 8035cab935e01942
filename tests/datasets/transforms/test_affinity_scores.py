"""AffinityNet's training data: score files, cropped and flipped with the image, as labels."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS, TRANSFORMS
from reference_network import REPO

from mmwsss.datasets.transforms import AffinityLabel, LoadAffinityScores, PackImageLabelInputs, RandomCropPad
from mmwsss.pseudo_labels.affinity_scores import affinity_label
from mmwsss.pseudo_labels.score_file import write_scores
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('number', [0, 1])
def test_golden_labels(golden, number):
    psa = golden('psa')
    scores = psa[f'lab{number}_scores'].transpose(1, 2, 0)
    results = AffinityLabel().transform(dict(affinity_scores=scores, seg_fields=['affinity_scores']))
    np.testing.assert_array_equal(results['affinity_label'], psa[f'lab{number}_label'])
    assert results['seg_fields'] == [] and 'affinity_scores' not in results


@pytest.fixture
def results(tmp_path):
    """An image of 40 x 56 with two classes, and its score file."""
    rng = np.random.default_rng(0)
    scores = rng.random((2, 3, 40, 56))
    scores = (scores / scores.sum(1, keepdims=True)).astype(np.float32)
    write_scores(tmp_path / 'a.npz', scores, np.array([0, 1]), ('cat', 'dog'))
    image = rng.integers(1, 256, (40, 56, 3), dtype=np.uint8)
    return scores, dict(img=image, img_path='a.jpg', seg_map_path=str(tmp_path / 'a.npz'), ori_shape=(40, 56),
                        img_shape=(40, 56), seg_fields=[], img_id='a')


@pytest.mark.parametrize('flip', [0.0, 1.0])
def test_labels_follow_the_image(results, flip):
    init_default_scope('mmseg')
    scores, start = results
    image = start['img'].copy()
    found = Compose([
        LoadAffinityScores(), TRANSFORMS.build(dict(type='RandomFlip', prob=flip)),
        RandomCropPad(crop_size=(32, 80), pad_val=(0, 0, 0), seg_pad_val=0)])(start)
    crop, cut = found['img'], found['affinity_scores']
    assert cut.shape == (32, 80, 6) and cut.dtype == np.uint8
    inside = crop.any(axis=(0, 2))
    assert inside.sum() == 56
    np.testing.assert_array_equal(cut.any(axis=(0, 2)), inside)
    left = inside.argmax()
    ours, whole = crop[:, left:left + 56], image[:, ::-1] if flip else image
    top = next(top for top in range(9) if (whole[top:top + 32] == ours).all())
    expected = np.zeros((2, 3, 32, 80), np.float32)
    expected[..., left:left + 56] = (scores[..., ::-1] if flip else scores)[:, :, top:top + 32]
    packed = PackImageLabelInputs(keys=['affinity_label'])(AffinityLabel()(found))
    label = packed['data_samples'].affinity_label
    assert label.dtype == torch.uint8 and label.shape == (4, 10) and 'gt_sem_seg' not in packed['data_samples']
    assert (label == affinity_label(*torch.tensor(expected))).float().mean() > 0.95  # scores near 1/3 are nearly ties
    assert ((label == 255).all(0)[[0, -1]]).any()  # outside of the image


def test_golden_padding_is_black(golden):
    """The smallest value of the network's input: 0, normalised."""
    init_default_scope('mmseg')
    for name in ('affinitynet_r50_voc.py', 'affinitynet_r38_voc.py'):
        cfg = Config.fromfile(REPO / 'configs' / name)
        crop = next(step for step in cfg.train_dataloader.dataset.pipeline if step['type'] == 'RandomCropPad')
        image = np.full((20, 20, 3), 200, np.uint8)
        padded = TRANSFORMS.build(crop).transform(dict(img=image, seg_fields=[]))['img']
        assert padded.shape == (448, 448, 3)
        prepare = MODELS.build(cfg.model.data_preprocessor)
        inputs = prepare(dict(inputs=[torch.from_numpy(padded.transpose(2, 0, 1))]), training=False)['inputs']
        np.testing.assert_allclose(inputs.amin((0, 2, 3)), golden('psa')['train_img_min'], atol=1e-5)


def test_bad_score_files(results):
    _, start = results
    with pytest.raises(InputError, match=message_names('a.npz', '(40, 56)', '(40, 57)', 'a.jpg')):
        LoadAffinityScores().transform(dict(start, ori_shape=(40, 57)))
    with pytest.raises(InputError, match=message_names('a.npz', 'cat', 'cow')):
        LoadAffinityScores().transform(dict(start, image_classes=['cow', 'dog']))
    with pytest.raises(InputError, match=message_names('block', 0)):
        AffinityLabel(block=0)
    with pytest.raises(InputError, match='LoadAffinityScores'):
        AffinityLabel().transform({})
