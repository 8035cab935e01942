"""Images of different sizes in one batch."""
from typing import Any

from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS


@MODELS.register_module()
class CAMDataPreProcessor(SegDataPreProcessor):
    """`SegDataPreProcessor` that, in tests, returns a list when the images differ in size.

    MMSeg wants one size for a batch; images have many, and padding would change the maps of a
    classifier. In training images are padded to the largest of the batch unless `size` or
    `size_divisor` is given; for images of one size it is its parent.

    Args:
        **kwargs: those of `SegDataPreProcessor`.
    """

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get('size') is None and kwargs.get('size_divisor') is None:
            kwargs['size_divisor'] = 1
        super().__init__(**kwargs)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Normalise; `inputs` is `(N, 3, H, W)`, or in tests a list of `(3, H, W)`."""
        if training or len({tuple(image.shape) for image in data['inputs']}) == 1:
            return super().forward(data, training)
        data = self.cast_data(data)
        normalize = super().forward
        single = [normalize(dict(inputs=[image]))['inputs'][0] for image in data['inputs']]
        return dict(inputs=single, data_samples=data.get('data_samples'))
