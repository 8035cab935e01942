"""1-Stage on ResNet38 and ResNet50."""
import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import TRANSFORMS
from PIL import Image
from reference_network import REPO


def test_settings():
    small, wide = (Config.fromfile(REPO / f'configs/onestage_{name}_voc.py') for name in ('r50', 'r38'))
    for cfg, rate, epochs, crop in ((small, 5e-4, 20, 448), (wide, 1e-3, 24, 321)):
        assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=rate, momentum=0.9, weight_decay=5e-4)
        assert cfg.param_scheduler is None and cfg.train_cfg.max_epochs == epochs  # a constant rate
        assert cfg.train_dataloader.batch_size == 16 and cfg.train_dataloader.drop_last
        steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
        assert steps['mmpretrain.RandomResizedCrop'].scale == crop
        assert steps['mmpretrain.RandomResizedCrop'].crop_ratio_range == (0.9, 1.0)
        jitter = steps['mmpretrain.ColorJitter']
        assert [jitter[name] for name in ('brightness', 'contrast', 'saturation', 'hue')] == [0.3, 0.3, 0.3, 0.1]
        assert cfg.model.train_cfg == dict(
            warmup_epochs=5, refine=dict(type='PAMR'), fg_factor=0.6, bg_factor=0.7, floor=0.2)
        assert cfg.model.decode_head.dilations == (1, 12, 24, 36) and cfg.model.decode_head.gate_rate == 0.3
        assert cfg.model.test_cfg.bg_power == 3 and cfg.model.test_cfg.score_thr == 0.1
        assert cfg.test_dataloader.dataset.ann_file.endswith('val.txt')
        assert not [step for step in cfg.train_pipeline + cfg.val_pipeline if step['type'] == 'LoadMask']
    assert small.model.backbone.strides == (1, 2, 2, 1) and small.model.test_cfg.scales == (1.0, 0.75, 1.25, 1.5)
    assert wide.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0)
    assert (small.model.test_cfg.pad_size, wide.model.test_cfg.pad_size) == (768, 1024)
    biases = [cfg.optim_wrapper.paramwise_cfg.custom_keys['.bn.bias'].lr_mult for cfg in (small, wide)]
    assert biases == [10, 20]


def test_images_are_resized_by_pillow():
    """Its bicubic filter averages when it shrinks; OpenCV's leaves pixels out."""
    init_default_scope('mmseg')
    pixels = np.random.default_rng(0).integers(0, 256, (600, 700, 3), dtype=np.uint8)
    for name, size in (('onestage_r38', 321), ('onestage_r50', 448)):
        step, = (step for step in Config.fromfile(REPO / f'configs/{name}_voc.py').train_dataloader.dataset.pipeline
                 if 'RandomResizedCrop' in step['type'])
        resize = TRANSFORMS.build(dict(step, crop_ratio_range=(1, 1), aspect_ratio_range=(7 / 6, 7 / 6)))
        found = resize.transform(dict(img=pixels))['img']
        wanted = Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(found, np.asarray(wanted))
