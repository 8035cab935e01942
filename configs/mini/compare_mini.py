# CAMs of the paper's Table 1, and a pipeline, on the drawn sample, on a CPU.
# python tools/compare.py configs/mini/compare_mini.py
entries = [
    dict(name='GAP', config='cam_r18_mini.py'),
    dict(name='HSPP', config='hspp_r18_mini.py'),
    dict(name='VWE', config='vwe_r18_mini.py'),
    dict(name='VWE+HSPP', config='vwe_hspp_r18_mini.py'),
    dict(name='pipeline', config='pipeline_mini.py'),
]
lists = ['train', 'val']
