"""The published data: number of images and sources."""
import sys

# SBD's train and val have 11355 images; some are in VOC's val, and some images of VOC's train are not in SBD.
COUNTS = {'train': 1464, 'train_aug': 10582, 'val': 1449}
SBD_COUNT = 11355
VOC_SOURCE = ('VOCtrainval_11-May-2012.tar (2 GB), from the PASCAL VOC 2012 home page at the University of Oxford, '
              'http://host.robots.ox.ac.uk/pascal/VOC/voc2012/')
SBD_SOURCE = ('benchmark.tgz (1.4 GB) of the "Semantic Boundaries Dataset and Benchmark", Berkeley, '
              'http://home.bharathh.info/pubs/codes/SBD/download.html')


def warn(message: str) -> None:
    """Print a warning about a difference to the published data."""
    print(f'warning: {message}', file=sys.stderr, flush=True)
