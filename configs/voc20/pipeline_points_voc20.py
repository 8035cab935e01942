# From points to DeepLabv2 on twenty classes of VOC, on a CPU.
# python tools/run_pipeline.py configs/voc20/pipeline_points_voc20.py
recipe = 'points'
points = 'data/voc20_strokes/points.json'
segmentor = 'deeplabv2_efflite0_voc20_scribbles_gated_crf.py'
