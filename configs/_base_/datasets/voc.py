# Facts of PASCAL VOC 2012 (tools/dataset_converters/voc.py). For another data set, write a file like this one and
# short files like voc_image_labels.py, voc_irnet.py and voc_segmentation.py for the tasks.
dataset_type = 'VOCImageLabelDataset'
data_root = 'data/VOCdevkit/VOC2012'
data_prefix = dict(img_path='JPEGImages', seg_map_path='SegmentationClass')
facts = dict(type=dataset_type, data_root=data_root, data_prefix=data_prefix)
