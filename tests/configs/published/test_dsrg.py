"""DSRG, both steps."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/dsrg_r101_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=5e-4, momentum=0.9, weight_decay=5e-4)
    assert cfg.param_scheduler == [
        dict(type='MultiStepLR', milestones=[1000 * step for step in range(1, 8)], gamma=0.33, by_epoch=False)]
    assert cfg.train_cfg.max_iters == 8000 and cfg.train_dataloader.batch_size == 20
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert list(steps) == ['LoadImage', 'Resize', 'LoadCues', 'RandomFlip', 'PackImageLabelInputs']
    assert steps['Resize'].scale == (321, 321) and not steps['Resize'].keep_ratio
    assert cfg.model.losses == [dict(type='BalancedSeedLoss'), dict(type='ConstrainLoss', ratio=(0.05, 20))]
    assert cfg.model.crf == dict(energies='probs', gradient=True)
    assert cfg.model.growing == dict(bg_thr=0.99, fg_thr=0.85)
    views = next(step for step in cfg.tta_pipeline if step['type'] == 'TestTimeAug').transforms[0]
    assert [step.scale for step in views] == [(241, 241), (321, 321), (401, 401)]
    second = Config.fromfile(REPO / 'configs/dsrg_second_r101_voc.py')
    assert second.optim_wrapper.optimizer == dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=5e-4)
    assert second.param_scheduler[0].type == 'PolyLR' and second.param_scheduler[0].power == 0.9
    assert second.train_cfg.max_iters == second.param_scheduler[0].end == 20000
    assert second.train_dataloader.batch_size == 10
    crop = next(step for step in second.train_dataloader.dataset.pipeline if step['type'] == 'RandomCropPad')
    assert crop.crop_size == (321, 321)
