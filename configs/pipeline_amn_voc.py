# AMN on PASCAL VOC 2012, to DeepLabv2. python tools/run_pipeline.py configs/pipeline_amn_voc.py --gpus 4
recipe = 'amn'
classifier = 'cam_irn_r50_voc.py'
amn = 'amn_r50_voc.py'
irnet = 'irnet_r50_voc.py'
segmentor = 'deeplabv2_r101_voc.py'
crf = True
network_options = dict(irnet={'model.test_cfg.cam_power': 1.3})  # the walk starts from a power of AMN's maps
