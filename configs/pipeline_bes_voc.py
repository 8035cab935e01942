# BES on PASCAL VOC 2012, to DeepLabv2. python tools/run_pipeline.py configs/pipeline_bes_voc.py --gpus 4
recipe = 'bes'
classifier = 'bes_r50_voc.py'
boundary = 'bes_boundary_r50_voc.py'
segmentor = 'deeplabv2_r101_voc.py'
confident_label_thr = (0.30, 0.07)
pseudo_label_thr = 0.25
pseudo_label_crf = dict(bilateral_sxy=20)
crf = True
