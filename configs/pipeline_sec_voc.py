# SEC on PASCAL VOC 2012: classifier, CAMs, cues, segmentor, test.
# python tools/run_pipeline.py configs/pipeline_sec_voc.py --gpus 4
recipe = 'cues'
classifier = 'cam_r50_voc.py'
segmentor = 'sec_vgg16_voc.py'
crf = dict(type='DenseCRF', gaussian_sxy=3, bilateral_sxy=80, bilateral_srgb=13)
