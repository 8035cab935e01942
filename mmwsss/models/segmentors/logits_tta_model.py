"""Test-time augmentation whose merged probabilities others can read."""
import torch
from mmengine.structures import PixelData
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

SMALLEST = torch.finfo(torch.float32).tiny


@MODELS.register_module()
class LogitsTTAModel(SegTTAModel):
    """MMSeg's `SegTTAModel` that also keeps what it merged.

    `SegTTAModel` leaves the logits of the last view in the sample. Here `seg_logits` `(C, H, W)` is the logarithm of
    the views' mean probability, whose softmax is that mean: a DenseCRF (`CRFIoUMetric`) refines the whole augmentation.
    """

    def merge_preds(self, data_samples_list: list[list[SegDataSample]]) -> list[SegDataSample]:
        """Merge the views of each image.

        Args:
            data_samples_list: of each image, the predictions of its views, at the image's size.

        Returns:
            A sample an image, with `pred_sem_seg` `(1, H, W)` and, of models with a logit a class, `seg_logits`.
        """
        if self.module.out_channels == 1:
            return super().merge_preds(data_samples_list)
        means = [torch.stack([view.seg_logits.data.softmax(dim=0) for view in views]).mean(dim=0)
                 for views in data_samples_list]
        merged = super().merge_preds(data_samples_list)
        for sample, mean in zip(merged, means, strict=True):
            logits = mean.clamp(min=SMALLEST).log()
            sample.set_data(dict(seg_logits=PixelData(data=logits),
                                 pred_sem_seg=PixelData(data=logits.argmax(dim=0, keepdim=True))))
        return merged
