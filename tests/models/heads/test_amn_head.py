"""AMN's head and loss, against tensors recorded from the authors' code, and loops."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from PIL import Image
from reference_network import samples

from mmwsss.models import AMNHead, CAMClassifier, Features
from mmwsss.utils.errors import InputError


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


def head(**settings):
    torch.manual_seed(0)
    return AMNHead(3, 8, dilations=(1, 2), **settings)


def features(labels=None, images=2):
    level = torch.rand(images, 8, 5, 6, generator=torch.Generator().manual_seed(images))
    return Features(torch.zeros(images, 3, 80, 96), (level, ), None, None if labels is None else torch.tensor(labels))


def labelled(labels, masks):
    result = samples(labels)
    for sample, mask in zip(result, masks, strict=True):
        sample.gt_sem_seg = PixelData(data=mask[None])
    return result


def test_golden(golden):
    data = golden('sipe_amn')
    loss = MODELS.build(dict(type='SmoothedCrossEntropyLoss', smoothing=float(data['amn_eps'])))
    logits = torch.from_numpy(data['amn_logits']).requires_grad_()
    found = loss(logits, torch.from_numpy(data['amn_label']).long())
    np.testing.assert_allclose(found.item(), data['amn_loss'], atol=1e-5)
    found.backward()
    np.testing.assert_allclose(logits.grad, data['amn_grad'], atol=1e-3 * np.abs(data['amn_grad']).max())


def looped_loss(logits, label, smoothing):
    """Pixel by pixel; background and foreground are averaged on their own."""
    parts = ([], [])
    for image, own in zip(logits, label, strict=True):
        for row, column in (own != 255).nonzero().tolist():
            log, index = image[:, row, column].log_softmax(0), int(own[row, column])
            target = torch.full_like(log, smoothing / (len(log) - 1))
            target[index] = 1 - smoothing
            parts[index > 0].append(-(target * log).sum())
    return sum(torch.stack(part).mean() for part in parts if part) / 2


@pytest.mark.parametrize('foreground', [True, False])
@pytest.mark.parametrize('smoothing', [0, 0.25])
def test_loss_equals_a_loop(smoothing, foreground):
    logits = torch.randn(2, 4, 3, 5)
    label = torch.randint(0, 4 if foreground else 1, (2, 3, 5))
    label[0, 1] = 255
    loss = MODELS.build(dict(type='SmoothedCrossEntropyLoss', smoothing=smoothing))
    torch.testing.assert_close(loss(logits, label), looped_loss(logits, label, smoothing))
    assert loss(logits, torch.full_like(label, 255)) == 0


@pytest.mark.parametrize('loss', [None, dict(smoothing=0.25)])
def test_settings_without_a_type_are_those_of_the_smoothed_loss(loss):
    settings = {} if loss is None else dict(loss=loss)
    assert head(**settings).pixels.loss_decode.smoothing == (0.4 if loss is None else 0.25)  # 0.4 as published


def test_the_head_learns_reduced_label_maps_under_the_labels():
    model = head(drop_ratio=0)
    labels, masks = [[1., 0, 1], [0, 1, 0]], torch.randint(0, 4, (2, 13, 17))
    masks[:, :4] = 255
    losses = model.loss([features()], labelled(labels, masks))
    feat = features().levels[-1]
    embedding = torch.tensor(labels) @ model.label_embedding.weight.t() + model.label_embedding.bias
    logits = sum(branch(feat * embedding[:, :, None, None]) for branch in model.pixels.branches)
    small = np.stack([np.asarray(Image.fromarray(mask.numpy().astype(np.uint8)).resize((6, 5), Image.NEAREST))
                      for mask in masks])
    torch.testing.assert_close(losses, dict(loss_smoothed_ce=looped_loss(logits, torch.from_numpy(small), 0.4)))


def test_maps_and_logits():
    model = head().eval()
    seen = features([[1., 0, 1], [0, 1, 0]])
    logits = model.pixel_logits(seen.levels[-1], seen.labels)
    torch.testing.assert_close(model.cam(seen), logits.softmax(1)[:, 1:])
    wanted = torch.stack([(logits[:, index + 1] - logits[:, 0]).flatten(1).max(1).values for index in range(3)], 1)
    torch.testing.assert_close(model.logits(seen), wanted)
    assert not torch.allclose(model.cam(seen), model.cam(seen._replace(labels=torch.ones(2, 3))))
    torch.testing.assert_close(model.cam(seen._replace(labels=None)), model.cam(seen._replace(labels=torch.ones(2, 3))))

    pairs = features([[1., 0, 1], [0, 1, 0]] * 2, images=4)
    straight, mirrored = model.pixel_logits(pairs.levels[-1], pairs.labels).chunk(2)
    torch.testing.assert_close(model.cam_of_mirrored(pairs), ((straight + mirrored.flip(-1)) / 2).softmax(1)[:, 1:])


def test_a_classifier_hands_its_head_the_labels_that_are_known():
    class Spy(AMNHead):
        seen = []

        def cam_of_mirrored(self, features):
            self.seen.append(features.labels)
            return super().cam_of_mirrored(features)

    model = CAMClassifier(
        dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(3, )),
        dict(type=Spy, num_classes=3, in_channels=64, dilations=(1, )), test_cfg=dict(scales=(1, 0.5))).eval()
    images, labels = torch.randn(2, 3, 64, 64), [[1, 0, 1], [0, 1, 0]]
    found = model.predict(images, samples(labels))
    assert [sample.cam_keys.tolist() for sample in found] == [[0, 2], [1]]
    assert [known.tolist() for known in Spy.seen] == [labels * 2] * 2
    Spy.seen.clear()
    model.predict(images, samples(labels), {**model.test_cfg, 'labels': 'pred'})
    assert Spy.seen == [None, None]


def test_bad_input():
    with pytest.raises(InputError, match=message_names('drop_ratio=1')):
        head(drop_ratio=1)
    with pytest.raises(InputError, match=message_names('in_channels=8', 9)):
        head().check([4, 9], [])
    with pytest.raises(InputError, match=message_names('seg_map_dir', 'make_ir_labels.py')):
        head().loss([features()], samples([[1, 0, 1], [0, 1, 0]]))
    with pytest.raises(InputError, match=message_names('seg_map_dir', 'make_ir_labels.py')):
        head().check_samples(samples([[1, 0, 1]]))
    with pytest.raises(InputError, match=message_names('num_classes', 2, 3)):
        head().check_samples(labelled([[1, 0]], torch.zeros(1, 4, 4)))
    head().check_samples(labelled([[1, 0, 1]], torch.zeros(1, 4, 4)))
    with pytest.raises(InputError, match=message_names('smoothing=1')):
        MODELS.build(dict(type='SmoothedCrossEntropyLoss', smoothing=1))
    with pytest.raises(InputError, match=message_names('smoothing=0.6', 2, '0.50')):
        MODELS.build(dict(type='SmoothedCrossEntropyLoss', smoothing=0.6))(
            torch.zeros(1, 2, 1, 1), torch.zeros(1, 1, 1).long())
