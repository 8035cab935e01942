# All stages on twenty classes of VOC, on a CPU. python tools/run_pipeline.py configs/voc20/pipeline_voc20.py
recipe = 'irn'
classifier = 'vwe_hspp_efflite0_voc20.py'
irnet = 'irnet_efflite0_voc20.py'
segmentor = 'deeplabv2_efflite0_voc20.py'
ir_label_thr = 'auto'
pseudo_label_thr = 'best'
crf = True
