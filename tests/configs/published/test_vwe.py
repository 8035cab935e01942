"""VWE: the settings of the visual words' paper."""
import pytest
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/vwe_hspp_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 6 and cfg.param_scheduler[0].power == 0.9
    assert cfg.train_dataloader.batch_size == 16
    assert cfg.model.backbone.strides == (1, 2, 2, 1) and cfg.model.backbone.dilations == (1, 1, 1, 1)
    assert cfg.model.backbone.frozen_stages == 2 and cfg.model.backbone.norm_eval
    assert set(cfg.model.test_cfg.scales) == {0.5, 1.0, 1.5, 2.0} and cfg.model.test_cfg.bg_thr == 0.14
    assert not [step for step in cfg.train_pipeline + cfg.val_pipeline if step['type'] == 'LoadMask']


@pytest.mark.parametrize('name', ['hspp_r50_voc', 'vwe_hspp_r50_voc', 'vwe_hspp_r101_voc', 'vwl_l_r101_voc',
                                  'vwl_m_r101_voc', 'vwe_hspp_r50_coco', 'vwl_l_r101_coco', 'vwl_m_r101_coco'])
def test_hybrid_pooling_has_the_authors_windows(name):
    neck = Config.fromfile(REPO / f'configs/{name}.py').model.neck
    assert neck == dict(type='HSPP', levels=(1, 2, 4), gamma=2.0, adaptive=False)
