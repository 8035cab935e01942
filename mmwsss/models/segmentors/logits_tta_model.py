"""Test-time augmentation that keeps the merged probabilities."""
import torch
from mmengine.structures import PixelData
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

SMALLEST = torch.finfo(torch.float32).tiny


@MODELS.register_module()
class LogitsTTAModel(SegTTAModel):
    """MMSeg's `SegTTAModel` that also keeps the merged probabilities, e.g. for a DenseCRF (`CRFIoUMetric`).

    `SegTTAModel` leaves the last view's logits in the sample. Here `seg_logits` `(C, H, W)` is the logarithm of the
    mean probability over views, so its softmax is that mean.
    """

    def merge_preds(self, data_samples_list: list[list[SegDataSample]]) -> list[SegDataSample]:
        """Merge the views of each image.

        Args:
            data_samples_list: for each image, the predictions of its views at the image's size.

        Returns:
            One sample per image, with `pred_sem_seg` `(1, H, W)` and, except for binary models, `seg_logits`.
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
