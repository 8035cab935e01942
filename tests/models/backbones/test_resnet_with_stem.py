import torch
from mmseg.models.backbones import ResNet

from mmwsss.models import ResNetWithStem


def test_is_resnet_with_one_level_more():
    settings = dict(depth=18, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1), base_channels=8, stem_channels=8)
    plain, ours = ResNet(**settings), ResNetWithStem(**settings)
    for network in (plain, ours):
        network.eval()  # returns None in MMSeg
    ours.load_state_dict(plain.state_dict())
    images = torch.randn(2, 3, 33, 50)
    stem, *levels = ours(images)
    for level, expected in zip(levels, plain(images), strict=True):
        torch.testing.assert_close(level, expected)
    expected = torch.nn.functional.max_pool2d(
        torch.relu(plain.bn1(torch.nn.functional.conv2d(images, plain.conv1.weight, stride=2, padding=3))), 3, 2, 1)
    torch.testing.assert_close(stem, expected)
