"""VGG16 with fc6 and fc7: its levels against the layers written one by one, what learns, initial weights."""
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmwsss.models import VGG16FC
from mmwsss.utils.errors import InputError

POOLS = {2: 2, 7: 2, 14: 2, 21: 1}  # convolution that a pool follows -> its stride
CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


def slow_levels(state, x, dilation):
    """conv4 and conv5 after ReLU, before any further pool; fc6 reads conv5 itself."""
    levels = []
    for index in CONVOLUTIONS:
        wide = 2 if index >= 24 else 1
        x = F.relu(F.conv2d(x, state[f'features.{index}.weight'], state[f'features.{index}.bias'], padding=wide,
                            dilation=wide))
        if index in (21, 28):
            levels.append(x)
        if index in POOLS:
            x = F.max_pool2d(x, 3, POOLS[index], 1)
    x = F.relu(F.conv2d(x, state['fc6.weight'], state['fc6.bias'], padding=dilation, dilation=dilation))
    return [*levels, F.relu(F.conv2d(x, state['fc7.weight'], state['fc7.bias']))]


@pytest.mark.parametrize('dilation', [1, 4])
@torch.no_grad()
def test_levels(dilation):
    init_default_scope('mmseg')
    network = MODELS.build(dict(type='VGG16FC', fc6_dilation=dilation)).eval()
    network.init_weights()
    image = torch.randn(1, 3, 65, 48)
    levels = network(image)
    assert [tuple(level.shape) for level in levels] == [(1, size, 9, 6) for size in (512, 512, 1024)]
    for level, expected in zip(levels, slow_levels(network.state_dict(), image, dilation), strict=True):
        assert level.std() > 0.01
        torch.testing.assert_close(level, expected, rtol=1e-4, atol=1e-4)
    plain, dropped = network(image), network.train()(image)
    assert torch.equal(plain[1], dropped[1]) and not torch.allclose(plain[2], dropped[2])


def test_what_learns():
    still = {name for name, value in VGG16FC().named_parameters() if not value.requires_grad}
    assert still == {f'features.{index}.{part}' for index in (0, 2, 5, 7) for part in ('weight', 'bias')}


def test_levels_of_out_indices():
    with torch.device('meta'):
        image = torch.empty(1, 3, 40, 64)
        assert [level.shape[1] for level in VGG16FC(out_indices=(1, 2))(image)] == [512, 1024]
        for wrong in ((), (3, ), (1, 0)):
            with pytest.raises(InputError, match=message_names('out_indices', wrong)):
                VGG16FC(out_indices=wrong)


def test_initial_weights(tmp_path):
    """All layers come from one file of VGG16."""
    state = {name: torch.full_like(value, 0.5) for name, value in VGG16FC().state_dict().items() if 'fc' not in name}
    state.update({'classifier.0.weight': torch.arange(4096.)[:, None].expand(4096, 25088),
                  'classifier.0.bias': torch.arange(4096.), 'classifier.3.bias': torch.arange(4096.) + 1,
                  'classifier.3.weight': torch.arange(4096.)[:, None].expand(4096, 4096)})
    checkpoint = str(tmp_path / 'vgg16.pth')
    torch.save(state, checkpoint)
    network = VGG16FC(init_cfg=[dict(type='VGG16Decimation', checkpoint=checkpoint),
                                dict(type='Pretrained', checkpoint=checkpoint)])
    network.init_weights()
    assert (network.features[28].weight == 0.5).all() and (network.features[0].bias == 0.5).all()
    assert (network.fc6.weight[3] == 12).all() and network.fc6.bias[5] == 20
    assert (network.fc7.weight[3] == 12).all() and network.fc7.bias[5] == 21
