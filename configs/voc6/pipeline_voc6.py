# All stages on six classes of VOC, on a CPU. python tools/run_pipeline.py configs/voc6/pipeline_voc6.py
classifier = 'vwe_hspp_efflite0_voc6.py'
irnet = 'irnet_efflite0_voc6.py'
segmentor = 'deeplabv2_efflite0_voc6.py'
ir_label_thr = 'auto'
pseudo_label_thr = 'best'
crf = True
