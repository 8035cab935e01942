# From boxes to DeepLabv2 on twenty classes of VOC, on a CPU.
# python tools/run_pipeline.py configs/voc20/pipeline_boxes_voc20.py
recipe = 'boxes'
boxes = 'data/voc20_strokes/Boxes'
segmentor = 'deeplabv2_efflite0_voc20.py'
refine = dict(type='DenseCRF')
