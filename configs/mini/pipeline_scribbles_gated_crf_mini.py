# The same with the Gated CRF loss. python tools/run_pipeline.py configs/mini/pipeline_scribbles_gated_crf_mini.py
recipe = 'scribbles'
scribbles = 'data/sample/Scribbles'
segmentor = 'deeplabv2_r18_mini_scribbles_gated_crf.py'
