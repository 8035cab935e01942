"""The README's config builds, trains and predicts."""
import re

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import samples


def test_example_config(repo):
    text = (repo / 'README.md').read_text(encoding='utf-8')
    code = next(block for block in re.findall(r'```python\n(.*?)```', text, re.S) if 'custom_imports' in block)
    cfg = Config.fromstring(code, '.py')
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    labels = torch.zeros(2, 20)
    labels[0, 3] = labels[1, 14] = 1
    losses = model(torch.randn(2, 3, 64, 96), samples(labels), mode='loss')
    assert set(losses) == {'loss_cls', 'loss_word', 'loss_word_to_image'}
    sum(losses.values()).backward()
    assert model.backbone.stages[0][0].depthwise_conv.weight.grad.abs().sum() > 0
    model.eval()
    result = model.predict(torch.randn(1, 3, 64, 96), samples(labels[:1]))[0]
    assert result.cam.shape == (16, 24) and result.cam_keys.tolist() == [3]
