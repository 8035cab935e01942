"""Colours are jittered as in the authors' programs."""
import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import TRANSFORMS
from PIL import Image, ImageEnhance
from reference_network import REPO


def test_colours_are_jittered_by_pillow():
    init_default_scope('mmseg')
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    steps = {path.stem: step for path in (REPO / 'configs').glob('*_voc.py') if not path.stem.startswith('pipeline')
             for step in Config.fromfile(path).train_dataloader.dataset.pipeline if 'ColorJitter' in step['type']}
    assert {'affinitynet_r38_voc', 'cam_r38_voc', 'onestage_r38_voc', 'sccam_r38_voc', 'seam_r38_voc'} <= set(steps)
    for name, step in steps.items():
        for kind, enhance in (('brightness', ImageEnhance.Brightness), ('contrast', ImageEnhance.Contrast),
                              ('saturation', ImageEnhance.Color)):
            jitter = TRANSFORMS.build({**step, 'brightness': 0, 'contrast': 0, 'saturation': 0, 'hue': 0,
                                       kind: (1.25, 1.25)})
            wanted = enhance(Image.fromarray(pixels[..., ::-1].copy())).enhance(1.25)
            found = jitter.transform(dict(img=pixels.copy()))['img']
            np.testing.assert_array_equal(found[..., ::-1], np.asarray(wanted), err_msg=f'{name}, {kind}')
