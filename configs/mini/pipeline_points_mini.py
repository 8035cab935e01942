# From points to DeepLabv2 on the drawn sample, on a CPU.
# python tools/run_pipeline.py configs/mini/pipeline_points_mini.py
recipe = 'points'
points = 'data/sample/points.json'
segmentor = 'deeplabv2_r18_mini_scribbles_gated_crf.py'
