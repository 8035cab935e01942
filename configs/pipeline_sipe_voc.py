# SIPE on PASCAL VOC 2012, to DeepLabv2. python tools/run_pipeline.py configs/pipeline_sipe_voc.py --gpus 4
recipe = 'irn'
classifier = 'sipe_r50_voc.py'
irnet = 'irnet_r50_voc.py'
segmentor = 'deeplabv2_r101_voc.py'
ir_label_thr = (1 / 2, 1 / 3)  # stronger than the background, weaker than half of it
pseudo_label_thr = 'auto'
crf = True
