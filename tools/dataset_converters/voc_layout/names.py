"""Classes of VOC, and where its files lie."""
from pathlib import Path

CLASSES = ('background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow',
           'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train',
           'tvmonitor')
VOID = 255
IMAGES, ANNOTATIONS, MASKS, MASKS_AUG = 'JPEGImages', 'Annotations', 'SegmentationClass', 'SegmentationClassAug'
LISTS = Path('ImageSets', 'Segmentation')
LABELS = 'image_labels.json'
