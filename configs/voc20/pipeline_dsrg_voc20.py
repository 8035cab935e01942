# DSRG on twenty classes of VOC, on a CPU. python tools/run_pipeline.py configs/voc20/pipeline_dsrg_voc20.py
recipe = 'cues'
classifier = 'cam_efflite0_voc20.py'
segmentor = 'dsrg_efflite0_voc20.py'
second_segmentor = 'dsrg_second_efflite0_voc20.py'
crf = dict(type='DenseCRF', gaussian_sxy=3, bilateral_sxy=80, bilateral_srgb=13)
mask_settings = dict(refine=crf)
