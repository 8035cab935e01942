# Facts of voc20: VOC images of all twenty classes in VOC's own layout, cut for CPUs. Its split is its own: most images
# come from VOC's `val`, so no figure compares with VOC 2012's. The folder is data/voc20, or the environment variable
# MMWSSS_VOC20.
_base_ = 'voc.py'
data_root = '{{$MMWSSS_VOC20:data/voc20}}'
facts = dict(data_root=data_root)
