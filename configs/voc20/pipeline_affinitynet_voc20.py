# All stages with AffinityNet on twenty classes of VOC, on a CPU.
# python tools/run_pipeline.py configs/voc20/pipeline_affinitynet_voc20.py
recipe = 'affinitynet'
classifier = 'cam_efflite0_voc20.py'
affinitynet = 'affinitynet_efflite0_voc20.py'
segmentor = 'deeplabv2_efflite0_voc20.py'
pseudo_label_thr = 'best'
crf = True
