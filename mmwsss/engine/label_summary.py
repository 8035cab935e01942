"""What a tool says of the label maps that it wrote."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """Statistics of a run.

    Attributes:
        written: number of new labels.
        seconds: run time.
        pixels: pixels of these labels.
        certain: pixels that are not ignored.
        foreground: certain pixels of a foreground class.
    """
    written: int
    seconds: float
    pixels: int
    certain: int
    foreground: int

    def __str__(self) -> str:
        if not self.written:
            return 'all labels exist already'
        return (f'{self.written} images in {self.seconds:.0f} s ({self.written / self.seconds:.2f} per second); '
                f'{100 * self.certain / self.pixels:.1f} % of the pixels are certain, '
                f'{100 * self.foreground / self.pixels:.1f} % foreground')
