# From boxes to DeepLabv2 on the drawn sample, on a CPU.
# python tools/run_pipeline.py configs/mini/pipeline_boxes_mini.py
recipe = 'boxes'
boxes = 'data/sample/Boxes'
segmentor = 'deeplabv2_r18_mini.py'
refine = dict(type='DenseCRF')
network_options = dict(segmentor={'model.backbone.init_cfg': None})  # no classifier is trained before
