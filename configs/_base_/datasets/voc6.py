# Facts of voc6: VOC images of six classes in VOC's own layout, for CPUs. The folder is data/voc6, or the environment
# variable MMWSSS_VOC6.
_base_ = 'voc.py'
data_root = '{{$MMWSSS_VOC6:data/voc6}}'
metainfo = dict(classes=('background', 'cat', 'cow', 'dog', 'horse', 'person', 'sheep'))
facts = dict(data_root=data_root, metainfo=metainfo)
