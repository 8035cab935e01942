"""SC-CAM."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/sccam_r38_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=5e-4, weight_decay=5e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.param_scheduler[0].end == 61 and cfg.train_dataloader.batch_size == 16
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert steps['RandomCropPad'].crop_size == (224, 224) and steps['mmpretrain.ColorJitter'].hue == 0.1
    assert (steps['RandomResizeLongSide'].min_size, steps['RandomResizeLongSide'].max_size) == (256, 512)
    assert cfg.model.head.sub_categories == 10 and cfg.model.head.in_channels == 4096
    assert cfg.model.test_cfg['merge'].type == 'SumAll' and cfg.model.test_cfg.bg_thr == 0.15
    pipeline = Config.fromfile(REPO / 'configs/pipeline_sccam_voc.py')
    rates = [(1 - epochs / 61)**0.9 for epochs in pipeline.epochs]  # of a round's end, relative to its start
    assert pipeline.rounds == len(rates) == 3 and [round(rate, 2) for rate in rates] == [0.53, 0.37, 0.2]
