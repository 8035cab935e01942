# Do visual words learn on twenty classes of VOC? Each entry changes one thing of VWE on average pooling.
# python tools/compare.py configs/voc20/compare_words.py --jobs 2
VWE = 'vwe_efflite0_voc20.py'
TEMPERATURE = 'model.head.encoder.temperature'
CODEBOOK = 'model.head.encoder.codebook'
BANK = {f'{CODEBOOK}.type': 'MemoryBankCodebook', f'{CODEBOOK}.rate': 8e-3}
FEATURES = {f'{CODEBOOK}.type': 'LearnableCodebook', f'{CODEBOOK}.init': 'features'}
PIPELINE = 'train_dataloader.dataset.pipeline'
LARGE = {f'{PIPELINE}.1.min_size': 427, f'{PIPELINE}.1.max_size': 853, f'{PIPELINE}.3.crop_size': (512, 512)}
LONG = {'train_cfg.max_epochs': 16, 'train_cfg.val_interval': 16, 'param_scheduler.0.end': 16}
GAP, HSPP = dict(config=VWE, against='GAP'), dict(config='vwe_hspp_efflite0_voc20.py', against='HSPP')
entries = [
    dict(name='GAP', config='cam_efflite0_voc20.py'),
    dict(name='HSPP', config='hspp_efflite0_voc20.py'),
    dict(name='VWE', **GAP),
    dict(name='VWE+HSPP', **HSPP),
    dict(name='one word', options={'model.head.encoder.num_words': 1}, **GAP),  # a control: nothing to predict
    dict(name='word loss 4 times', options={'model.head.word_weight': 4}, **GAP),
    *[dict(name=f'temperature {value}', options={TEMPERATURE: value}, **GAP) for value in (10, 20, 40)],
    dict(name='memory bank', options=BANK, **GAP),
    dict(name='memory bank, temperature 20', options={**BANK, TEMPERATURE: 20}, **GAP),
    dict(name='words from features, temperature 20', options={**FEATURES, TEMPERATURE: 20}, **GAP),
    dict(name='temperature 20, HSPP', options={TEMPERATURE: 20}, **HSPP),
    dict(name='GAP, crops of 512', config='cam_efflite0_voc20.py', options=LARGE, against='GAP'),
    dict(name='temperature 20, crops of 512', config=VWE, options={**LARGE, TEMPERATURE: 20},
         against='GAP, crops of 512'),
    dict(name='GAP, 16 epochs', config='cam_efflite0_voc20.py', options=LONG, against='GAP'),
    dict(name='temperature 20, 16 epochs', config=VWE, options={**LONG, TEMPERATURE: 20}, against='GAP, 16 epochs'),
    dict(name='HSPP, 16 epochs', config='hspp_efflite0_voc20.py', options=LONG, against='HSPP'),
    dict(name='temperature 20, HSPP, 16 epochs', config='vwe_hspp_efflite0_voc20.py', options={**LONG, TEMPERATURE: 20},
         against='HSPP, 16 epochs'),
]
seeds = [0, 1, 2]
lists = ['train', 'val']
