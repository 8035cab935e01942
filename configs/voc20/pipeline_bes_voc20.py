# BES on twenty classes of VOC, on a CPU. python tools/run_pipeline.py configs/voc20/pipeline_bes_voc20.py
recipe = 'bes'
classifier = 'bes_efflite0_voc20.py'
boundary = 'bes_boundary_efflite0_voc20.py'
segmentor = 'deeplabv2_efflite0_voc20.py'
confident_label_thr = 'auto'
pseudo_label_thr = 'best'
crf = True
