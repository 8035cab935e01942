# Facts of the drawn sample (tools/dataset_converters/sample.py data/sample): six classes in VOC's layout, images with a
# long side of 160.
_base_ = 'voc.py'
data_root = 'data/sample'
metainfo = dict(classes=('background', 'bus', 'car', 'cat', 'cow', 'dog', 'horse'))
facts = dict(data_root=data_root, metainfo=metainfo)
