# SC-CAM on PASCAL VOC 2012, as published: PSA's classifier and three rounds of sub-categories, to CAMs.
# python tools/run_pipeline.py configs/pipeline_sccam_voc.py --gpus 4
# On a ResNet-50: classifier = 'cam_r50_voc.py', sub_classifier = 'sccam_r50_voc.py'.
recipe = 'sccam'
classifier = 'cam_r38_voc.py'
sub_classifier = 'sccam_r38_voc.py'
rounds = 3
k = 10
epochs = (31, 41, 51)
