"""LPCAM."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/lpcam_r50_voc.py')
    assert cfg.model.test_cfg['merge'] == dict(type='SumAll') and cfg.model.test_cfg.bg_thr == 0.3
    assert Config.fromfile(REPO / 'configs/pipeline_lpcam_voc.py').classifier == 'cam_irn_all_r50_voc.py'
