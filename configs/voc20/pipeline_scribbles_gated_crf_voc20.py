# The same with the Gated CRF loss. python tools/run_pipeline.py configs/voc20/pipeline_scribbles_gated_crf_voc20.py
recipe = 'scribbles'
scribbles = 'data/voc20_strokes/Scribbles'
segmentor = 'deeplabv2_efflite0_voc20_scribbles_gated_crf.py'
