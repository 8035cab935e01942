# Facts of MS COCO 2014 (tools/dataset_converters/coco.py). An id is train2014/COCO_train2014_000000000009.
dataset_type = 'COCOImageLabelDataset'
data_root = 'data/coco'
data_prefix = dict(img_path='', seg_map_path='SegmentationClass')
facts = dict(type=dataset_type, data_root=data_root, data_prefix=data_prefix)
