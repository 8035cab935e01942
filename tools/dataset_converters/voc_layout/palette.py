"""Masks as images with VOC's colours."""
import numpy as np
from PIL import Image


def palette_image(mask: np.ndarray) -> Image.Image:
    """A mask (H, W) uint8 as a palette image with VOC's colours."""
    palette = np.zeros((256, 3), dtype=np.uint8)
    index = np.arange(256)
    for bit in range(8):  # three bits of the index at a time are the next lower bit of red, green, blue
        for channel in range(3):
            palette[:, channel] |= ((index >> (3 * bit + channel) & 1) << (7 - bit)).astype(np.uint8)
    image = Image.fromarray(mask)
    image.putpalette(palette.tobytes())
    return image
