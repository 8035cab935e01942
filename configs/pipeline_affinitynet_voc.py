# From image-level labels to DeepLabv2 by AffinityNet. python tools/run_pipeline.py configs/pipeline_affinitynet_voc.py
recipe = 'affinitynet'
classifier = 'cam_r50_voc.py'
affinitynet = 'affinitynet_r50_voc.py'
segmentor = 'deeplabv2_r101_voc.py'
alphas = (4, 32)
pseudo_label_crf = True
