"""AMN's rule, against the logits that its maps come from."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS, TASK_UTILS
from reference_network import samples

from mmwsss.models import AMNHead


@pytest.mark.parametrize('classes', [1, 4])
@pytest.mark.parametrize('mirrored', [1, 2])
def test_equals_the_softmax_of_the_mean_logits(classes, mirrored):
    torch.manual_seed(classes)
    logits = [3 * torch.randn(mirrored, classes + 1, *size, dtype=torch.float64) for size in ((3, 4), (5, 7), (2, 2))]
    found = TASK_UTILS.build(dict(type='SoftmaxOfMean'))([one.softmax(1)[:, 1:] for one in logits], (11, 14))
    full = [F.interpolate(image[None], size=(11, 14), mode='bilinear')[0] for one in logits for image in one]
    wanted = (sum(full) / len(full)).softmax(dim=0)[1:]
    wanted = torch.stack([(one - one.min()) / (one.max() - one.min() + 1e-5) for one in wanted])
    torch.testing.assert_close(found, wanted, atol=1e-6, rtol=0)


def test_the_classifier_gives_it_the_maps_of_all_classes():
    init_default_scope('mmseg')
    torch.manual_seed(0)
    model = MODELS.build(dict(
        type='CAMClassifier', head=dict(type=AMNHead, num_classes=3, in_channels=64, dilations=(1, )),
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(3, )),
        test_cfg=dict(scales=(1, 0.5), merge=dict(type='SoftmaxOfMean')))).eval()
    image, label = torch.randn(1, 3, 61, 90), torch.tensor([[0., 1, 1]])
    found, = model.predict(image, samples(label))
    mean = torch.zeros(4, 16, 23)
    for scaled in (image, F.interpolate(image, size=(30, 45), mode='bicubic', antialias=True)):
        for flips in ((), (-1, )):
            level = model.extract_feat(scaled.flip(flips)).levels[-1]
            logits = model.head.pixel_logits(level, label).flip(flips)
            mean += F.interpolate(logits, size=(16, 23), mode='bilinear')[0] / 4
    wanted = mean.softmax(dim=0)[[2, 3]]
    lowest, highest = wanted.amin((1, 2), keepdim=True), wanted.amax((1, 2), keepdim=True)
    assert found.cam_keys.tolist() == [1, 2] and found.cam_winner.score.shape == (1, 61, 90)
    wanted = ((wanted - lowest) / (highest - lowest + 1e-5)).detach()
    torch.testing.assert_close(found.cam.data, wanted, atol=1e-4, rtol=0)
