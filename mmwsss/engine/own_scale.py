"""The sizes in pixels that a network sees of a new data set."""
from dataclasses import dataclass

from mmengine.config import Config

LONG_SIDE = 512  # about that of VOC's images, which the published configs neither shrink nor enlarge
REFINED = 320  # long side below which boundaries at stride 4 are too coarse; smaller images are enlarged


@dataclass(frozen=True)
class Scale:
    """The sizes that a network sees, pixels.

    Attributes:
        smallest, largest: long sides in training.
        crop: side of the square that is cut from them.
        test: long side in tests.
    """
    smallest: int
    largest: int
    crop: int
    test: int

    def times(self, factor: float) -> 'Scale':
        """The same for smaller images; multiples of 16."""
        def size(value: int) -> int:
            return max(round(value * factor / 16), 2) * 16
        return self if factor == 1 else Scale(size(self.smallest), size(self.largest), size(self.crop), size(self.test))


def scale_of(data: Config, longest: int, refines: bool) -> Scale:
    """The scale of a generic data config, shrunk for data whose images are all smaller.

    Args:
        data: its training pipeline has `RandomResizeLongSide` or `RandomScale` (of images as large as VOC's), and
            `RandomCropPad`.
        longest: the longest side of an image.
        refines: whether small images are enlarged, for boundaries at stride 4.
    """
    steps = {step['type']: step for step in data.train_pipeline}
    crop = steps['RandomCropPad']['crop_size'][0]
    fixed = [step['size'] for step in data.get('test_pipeline', ()) if step['type'] == 'ResizeLongSide']
    if 'RandomResizeLongSide' in steps:
        sides = [steps['RandomResizeLongSide'][key] for key in ('min_size', 'max_size')]
    else:
        sides = [round(steps['RandomScale'][key] * LONG_SIDE) for key in ('min_scale', 'max_scale')]
    scale = Scale(sides[0], sides[1], crop, fixed[0] if fixed else LONG_SIDE)
    return scale.times(min(max(longest, REFINED if refines else 1) / scale.test, 1))
