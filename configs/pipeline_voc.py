# From image-level labels to DeepLabv2 on PASCAL VOC 2012. python tools/run_pipeline.py configs/pipeline_voc.py --gpus 4
recipe = 'irn'
classifier = 'vwe_hspp_r50_voc.py'
irnet = 'irnet_r50_voc.py'
segmentor = 'deeplabv2_r101_voc.py'
ir_label_thr = (0.30, 0.05)
pseudo_label_thr = 0.25
crf = True
