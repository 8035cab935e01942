"""DeepLabv2 on scribbles with the gated CRF loss."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/deeplabv2_r101_voc_scribbles_gated_crf.py')
    loss = cfg.model.image_loss
    assert (loss.radius, loss.kernels, loss.loss_weight) == (5, [dict(weight=1.0, xy=6.0, rgb=0.1)], 0.1)
    assert 'crop_window' in cfg.train_dataloader.dataset.pipeline[-1].meta_keys
    for name, std in (('voc20/deeplabv2_efflite0_voc20', 128), ('mini/deeplabv2_r18_mini', 64)):
        plain, gated = (Config.fromfile(REPO / f'configs/{name}_scribbles{end}.py') for end in ('', '_gated_crf'))
        width = gated.model.image_loss.kernels[0].rgb * gated.model.data_preprocessor.std[0]
        assert gated.model.data_preprocessor.std[0] == std and abs(width - 0.1 * 57.4) < 0.1  # the same grey levels
        # nothing else differs
        gated.model.pop('image_loss')
        gated.model.type = plain.model.type
        assert gated.model == plain.model and gated.optim_wrapper == plain.optim_wrapper
        assert gated.train_dataloader.dataset.pipeline[:-1] == plain.train_dataloader.dataset.pipeline[:-1]
