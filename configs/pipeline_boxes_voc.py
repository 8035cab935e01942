# From VOC's boxes to DeepLabv2. python tools/run_pipeline.py configs/pipeline_boxes_voc.py --gpus 4
recipe = 'boxes'
boxes = 'data/VOCdevkit/VOC2012/Annotations'
segmentor = 'deeplabv2_r101_voc.py'
refine = dict(type='DenseCRF')
crf = True
