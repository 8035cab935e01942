# The facts of PASCAL VOC 2012 (tools/dataset_converters/voc.py). Another data set is a file like this one, and for each
# task the few lines of voc_image_labels.py, voc_irnet.py and voc_segmentation.py.
dataset_type = 'VOCImageLabelDataset'
data_root = 'data/VOCdevkit/VOC2012'
data_prefix = dict(img_path='JPEGImages', seg_map_path='SegmentationClass')
facts = dict(type=dataset_type, data_root=data_root, data_prefix=data_prefix)
