"""VGG16 of DeepLab-LargeFOV: its sizes, names and initial weights."""
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS, WEIGHT_INITIALIZERS

from mmwsss.models.heads import LargeFOVHead
from mmwsss.models.heads.large_fov_head import decimated
from mmwsss.utils.errors import InputError

CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # torchvision's


def test_names_and_sizes():
    init_default_scope('mmseg')
    network = MODELS.build(dict(type='VGG16Stride8'))
    assert set(network.state_dict()) == {f'features.{index}.{part}' for index in CONVOLUTIONS
                                         for part in ('weight', 'bias')}
    with torch.device('meta'):
        deep = network.to('meta')
        assert deep(torch.empty(1, 3, 321, 321))[0].shape == (1, 512, 41, 41)
        assert deep(torch.empty(1, 3, 40, 65))[0].shape == (1, 512, 5, 9)


@pytest.mark.parametrize('dilations', [(12, ), (6, 12, 18, 24)])
def test_branches_are_added(dilations):
    head = LargeFOVHead(3, 4, num_classes=5, dilations=dilations, align_corners=True).eval()
    feat = torch.randn(2, 3, 9, 9)
    pooled = torch.nn.functional.avg_pool2d(feat, 3, 1, 1)
    total = torch.zeros(2, 5, 9, 9)
    for dilation, branch in zip(dilations, head.branches, strict=True):
        assert branch['fc6'].dilation == branch['fc6'].padding == (dilation, dilation)
        total += branch['fc8'](branch['fc7'](branch['fc6'](pooled).relu()).relu())
    torch.testing.assert_close(head((feat, )), total)


def test_initial_weights_of_the_fully_connected_layers(tmp_path):
    fc6, fc7 = torch.arange(8 * 512 * 49.).view(8, -1), torch.arange(64.).view(8, 8)
    torch.save({'classifier.0.weight': fc6, 'classifier.0.bias': torch.arange(8.), 'classifier.3.weight': fc7,
                'classifier.3.bias': torch.arange(8.) + 10}, tmp_path / 'vgg.pth')
    start = WEIGHT_INITIALIZERS.build(dict(type='VGG16Decimation', checkpoint=str(tmp_path / 'vgg.pth')))
    head = LargeFOVHead(512, 2, num_classes=3, align_corners=True)
    start(head)
    branch = head.branches[0]
    assert branch['fc6'].weight[1, 7, 2, 1] == fc6[4, 7 * 49 + 6 * 7 + 3]
    assert branch['fc7'].weight[1, 1, 0, 0] == fc7[4, 4]
    assert branch['fc6'].bias.tolist() == [0, 4] and branch['fc7'].bias.tolist() == [10, 14]
    assert 0.002 < branch['fc8'].weight.std() < 0.05 and not branch['fc8'].bias.any()
    with pytest.raises(InputError, match=message_names('fc6', (2, 512, 3, 3))):
        start(LargeFOVHead(512, 4, num_classes=3, align_corners=True))
    torch.save({}, tmp_path / 'vgg.pth')
    with pytest.raises(InputError, match=message_names('vgg.pth')):
        start(head)


def test_decimation_of_the_published_shapes():
    fc6, fc7 = decimated(torch.empty(4096, 25088, device='meta'), torch.empty(4096, 4096, device='meta'))
    assert fc6.shape == (1024, 512, 3, 3) and fc7.shape == (1024, 1024, 1, 1)


def test_a_bad_dilation():
    with pytest.raises(InputError, match=message_names('dilations')):
        LargeFOVHead(num_classes=21, dilations=(0, ))
