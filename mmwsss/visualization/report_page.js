// The interactive part of a report: masks that follow the background threshold, a filter and an order of the images, a
// zoom, light and dark. What it knows is explained in explorer.py. The address may set it up: #threshold=0.4&theme=dark
'use strict';
(async () => {
  const VOID = 255, ALPHA = 150, WHITE = 0xe6ffffff;  // 0xaabbggrr
  const find = id => document.getElementById(id);
  const { layers, pairs, truth, images } = JSON.parse(find('explorer').textContent);
  const names = [...document.querySelectorAll('.legend span')].map(entry => entry.textContent);
  const inks = [...document.querySelectorAll('.legend i')].map(entry => {
    const [red, green, blue] = getComputedStyle(entry).backgroundColor.match(/\d+/g).map(Number);
    return (ALPHA << 24 | blue << 16 | green << 8 | red) >>> 0;
  });
  const rows = [...document.querySelectorAll('tbody.image')];
  const scored = layers.map((_, index) => index).filter(index => layers[index].scored);
  const slider = find('threshold');
  const state = { layer: scored.length ? scored[0] : -1, step: 0 };
  const percent = (value, digits = 1) => value === null || Number.isNaN(value) ? '\u2013' : `${value.toFixed(digits)} %`;

  // Maps

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    const values = new Uint8Array(await new Response(stream).arrayBuffer());
    for (let index = 1; index < values.length; index++) values[index] += values[index - 1];
    return values;
  }

  async function unpackAll() {
    for (const image of images) {
      for (const map of image.maps) {
        for (const key in map) map[key] = await unpack(map[key]);
      }
    }
  }

  /** The classes of an image's pixels in a layer; those of scores at the current threshold. `null` if there are none. */
  function classesOf(image, layer) {
    const map = image.maps[layer];
    if (!map) return null;
    if (!map.levels) return map.labels;
    return map.labels.map((label, index) => map.levels[index] > state.step ? label : 0);
  }

  // Figures

  /** The percentage of pixels that differ, among those with a label in both. */
  function disagreement(first, second) {
    if (!first || !second) return NaN;
    let differ = 0, both = 0;
    for (let index = 0; index < first.length; index++) {
      if (first[index] === VOID || second[index] === VOID) continue;
      both++;
      if (first[index] !== second[index]) differ++;
    }
    return 100 * differ / both;
  }

  /** Pixels by class: in a mask, in the ground truth, in both; added to `areas`. */
  function addAreas(areas, mask, real) {
    if (!mask || !real) return;
    for (let index = 0; index < mask.length; index++) {
      if (real[index] === VOID) continue;
      areas.mask[mask[index]]++;
      areas.real[real[index]]++;
      if (mask[index] === real[index]) areas.both[real[index]]++;
    }
  }

  const noAreas = () => ({ mask: Array(256).fill(0), real: Array(256).fill(0), both: Array(256).fill(0) });

  /** The mean over classes that occur in either, in percent; with a class, its IoU. */
  function meanIoU(areas, only) {
    const found = [];
    for (let label = 0; label < names.length; label++) {
      const union = areas.mask[label] + areas.real[label] - areas.both[label];
      if (union && (only === '' || label === Number(only))) found.push(areas.both[label] / union);
    }
    return found.length ? 100 * found.reduce((sum, value) => sum + value) / found.length : NaN;
  }

  const usedPairs = () => pairs.filter(pair => pair.every(layer => !layers[layer].scored || layer === state.layer));

  function measure(image) {
    const mask = classesOf(image, state.layer), areas = noAreas();
    if (truth !== null) addAreas(areas, mask, classesOf(image, truth));
    return { mask, areas, foreground: mask ? mask.reduce((sum, label) => sum + (label > 0), 0) : NaN,
             differ: usedPairs().map(([first, second]) => disagreement(classesOf(image, first), classesOf(image, second))) };
  }

  // Drawing

  function drawMask(canvas, picture, image, mask) {
    const [height, width] = image.size;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0, width, height);
    if (!mask) return;
    const drawn = new ImageData(width, height), pixels = new Uint32Array(drawn.data.buffer);
    mask.forEach((label, index) => {
      if (label === 0) return;
      const column = index % width;
      const edge = (column > 0 && mask[index - 1] !== label) || (column < width - 1 && mask[index + 1] !== label) ||
        (index >= width && mask[index - width] !== label) || (index + width < mask.length && mask[index + width] !== label);
      pixels[index] = edge ? WHITE : inks[label];
    });
    const layer = document.createElement('canvas');
    layer.width = width;
    layer.height = height;
    layer.getContext('2d').putImageData(drawn, 0, 0);
    context.drawImage(layer, 0, 0);
  }

  const across = step => 8 + 384 * step / Math.max(layers[state.layer].thresholds.length - 1, 1);
  const top = () => {
    const curve = layers[state.layer].curve;
    const values = [...curve.foreground, ...(iouCurve() || [])].filter(value => value !== null);
    return Math.max(10, 10 * Math.ceil(Math.max(...values) / 10));
  };
  const up = value => 96 - 84 * value / top();

  /** mIoU at every threshold, or the IoU of the class of the filter; `null` without masks. */
  function iouCurve() {
    const curve = layers[state.layer].curve, label = find('filter').value;
    return curve.mIoU && label !== '' ? curve.IoU[label] : curve.mIoU;
  }

  function drawCurve() {
    const { curve, thresholds } = layers[state.layer];
    find('curve').toggleAttribute('hidden', !curve);
    if (!curve) return;
    const line = values => values.map((value, step) => value === null ? '' :
      `${step && values[step - 1] !== null ? 'L' : 'M'}${across(step).toFixed(1)} ${up(value).toFixed(1)}`).join('');
    find('curve-foreground').setAttribute('d', line(curve.foreground));
    find('curve-iou').setAttribute('d', iouCurve() ? line(iouCurve()) : '');
    find('curve-top').textContent = `${top()} %`;
    find('curve-end').textContent = thresholds[thresholds.length - 1];
  }

  function showPlace() {
    const { title, curve, thresholds } = layers[state.layer];
    const threshold = thresholds[state.step].toFixed(2);
    find('threshold-value').textContent = threshold;
    slider.setAttribute('aria-valuetext', threshold);
    find('mask-title').textContent = `${title} above ${threshold}`;
    for (const entry of document.querySelectorAll('#choices .all')) entry.hidden = !curve;
    if (!curve) return;
    const iou = iouCurve(), label = find('filter').value;
    for (const entry of document.querySelectorAll('#choices .iou')) entry.hidden = !iou;
    find('place').setAttribute('d', `M${across(state.step)} 8V96`);
    for (const [name, values] of [['foreground', curve.foreground], ['iou', iou]]) {
      const there = Boolean(values) && values[state.step] !== null;
      find(`dot-${name}`).toggleAttribute('hidden', !there);
      if (!there) continue;
      find(`dot-${name}`).setAttribute('cx', across(state.step));
      find(`dot-${name}`).setAttribute('cy', up(values[state.step]));
    }
    const iouName = label === '' ? 'mIoU' : `IoU of ${names[label]}`;
    find('iou-name').textContent = iouName;
    find('all-foreground').textContent = `${percent(curve.foreground[state.step])} of ${curve.images} images`;
    if (iou) find('all-iou').textContent = `${percent(iou[state.step], 2)} of ${curve.images} images`;
    find('curve-title').textContent = `Curve of ${title}: at ${threshold}, ${iou ? `${iouName} ` +
      `${percent(iou[state.step], 2)}, ` : ''}foreground ${percent(curve.foreground[state.step])}`;
  }

  function showImages() {
    const label = find('filter').value, areas = noAreas();
    let foreground = 0, pixels = 0, count = 0;
    images.forEach((image, index) => {
      const row = rows[index];
      row.hidden = label !== '' && !image.classes.includes(Number(label));
      if (row.hidden) return;
      count++;
      const found = image.found = measure(image);
      const parts = usedPairs().map(([first, second], place) =>
        `${layers[first].title} / ${layers[second].title} differ ${percent(found.differ[place])}`);
      if (state.layer >= 0) {
        const canvas = row.querySelector('td.mask canvas');
        drawMask(canvas, row.querySelector('img'), image, found.mask);
        canvas.setAttribute('aria-label', `${find('mask-title').textContent} of ${nameOf(row)}`);
        if (found.mask) {
          foreground += found.foreground;
          pixels += found.mask.length;
          parts.unshift(`foreground ${percent(100 * found.foreground / found.mask.length)}`,
                        ...(truth === null ? [] : [`${label === '' ? 'mIoU' : 'IoU'} ${percent(meanIoU(found.areas, label))}`]));
          for (const kind in areas) found.areas[kind].forEach((value, place) => { areas[kind][place] += value; });
        }
      }
      row.querySelector('.figures').textContent = parts.map(part => `\u00b7 ${part}`).join(' ');
    });
    const parts = [`${count} of ${images.length}`];
    if (pixels) parts.push(`foreground ${percent(100 * foreground / pixels)}`);
    if (pixels && truth !== null) parts.push(`${label === '' ? 'mIoU' : 'IoU'} ${percent(meanIoU(areas, label))}`);
    find('shown').textContent = parts.join(', ');
  }

  const nameOf = row => row.querySelector('.name').firstChild.textContent.trim();

  // Order: while the slider moves, rows stay where they are

  function fillOrder() {
    const chosen = find('order').value;
    const options = [['', 'as listed'], ...usedPairs().map(([first, second]) =>
      [`${first} ${second}`, `most disagreement of ${layers[first].title} and ${layers[second].title}`])];
    if (truth !== null && state.layer >= 0) options.push(['iou', 'lowest mIoU of the mask']);
    find('order').replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    find('order').value = options.some(([value]) => value === chosen) ? chosen : '';
  }

  function sortImages() {
    const order = find('order').value, place = usedPairs().findIndex(pair => pair.join(' ') === order);
    const key = index => {
      const found = images[index].found;
      const value = !order || !found ? NaN : order === 'iou' ? -meanIoU(found.areas, find('filter').value) : found.differ[place];
      return Number.isNaN(value) ? -Infinity : value;
    };
    const indices = images.map((_, index) => index);
    const keys = indices.map(key);
    indices.sort((first, second) => keys[second] - keys[first] || first - second);
    const table = document.querySelector('table.images');
    for (const index of indices) table.append(rows[index]);
  }

  function setLayer(layer) {
    state.layer = layer;
    if (layer >= 0) {
      slider.max = layers[layer].thresholds.length - 1;
      setStep(layers[layer].start);
    }
    fillOrder();
  }

  function setStep(step) {
    state.step = step;
    slider.value = step;
  }

  function show() {
    if (state.layer >= 0) showPlace();
    showImages();
  }

  function redraw() {
    if (state.layer >= 0) drawCurve();
    show();
    sortImages();
  }

  // Zoom

  function makeZoom() {
    const dialog = find('zoom'), canvas = dialog.querySelector('canvas');
    let shown;
    const open = button => {
      const source = button.firstChild, row = button.closest('tbody');
      const column = button.closest('td').cellIndex;
      const title = document.querySelector('table.images tr').cells[column].textContent;
      const [height, width] = source.naturalWidth ? [source.naturalHeight, source.naturalWidth] : [source.height, source.width];
      shown = button;
      Object.assign(canvas, { width, height });
      canvas.style.setProperty('--ratio', width / height);
      canvas.classList.toggle('sharp', Boolean(source.src) && source.src.startsWith('png', 'data:image/'.length));
      canvas.getContext('2d').drawImage(source, 0, 0);
      canvas.setAttribute('aria-label', `${title} of ${nameOf(row)}`);
      find('zoom-title').textContent = `${nameOf(row)}: ${title}`;
      if (!dialog.open) dialog.showModal();
    };
    const move = by => {
      const buttons = [...document.querySelectorAll('tbody.image:not([hidden]) button.zoom')];
      open(buttons[(buttons.indexOf(shown) + by + buttons.length) % buttons.length]);
    };
    for (const source of document.querySelectorAll('tbody.image img, tbody.image canvas')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'zoom';
      button.title = 'Enlarge';
      source.replaceWith(button);
      button.append(source);
      button.addEventListener('click', () => open(button));
    }
    find('previous').addEventListener('click', () => move(-1));
    find('next').addEventListener('click', () => move(1));
    find('close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('keydown', event => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) move(by);
    });
    dialog.addEventListener('close', () => shown.focus());
  }

  // Light and dark

  function setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    find('theme').textContent = theme === 'dark' ? 'Light colours' : 'Dark colours';
  }

  function makeTheme(wanted) {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    setTheme(['dark', 'light'].includes(wanted) ? wanted : system);
    find('theme').addEventListener('click', () => setTheme(
      document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'));
  }

  // Start

  const address = new URLSearchParams(location.hash.slice(1));
  makeTheme(address.get('theme'));
  makeZoom();
  if (!('DecompressionStream' in window)) {
    for (const cell of document.querySelectorAll('.mask')) cell.hidden = true;
    return;
  }
  await Promise.all([unpackAll(), ...[...document.querySelectorAll('tbody.image img')].map(
    picture => picture.decode().catch(() => {}))]);
  find('scores').replaceChildren(...scored.map(index => new Option(layers[index].title, index)));
  find('controls').hidden = false;
  setLayer(state.layer);
  if (state.layer < 0) {
    for (const entry of [find('threshold-box'), find('scores'), document.querySelector('label[for=scores]'),
                         ...document.querySelectorAll('.mask, #choices .all')]) entry.hidden = true;
  } else {
    find('scores').value = state.layer;
    const wanted = parseFloat(address.get('threshold'));
    if (!Number.isNaN(wanted)) setStep(nearest(wanted));
  }

  function nearest(threshold) {
    const distances = layers[state.layer].thresholds.map(value => Math.abs(value - threshold));
    return distances.indexOf(Math.min(...distances));
  }

  function showMarks() {
    const { curve, thresholds } = layers[state.layer] || {};
    find('marks').textContent = curve ? [['best', 'best'], ['auto', 'label-free']].filter(([key]) => curve[key] !== null).map(
      ([key, text]) => `${text}: ${thresholds[curve[key]].toFixed(2)}`).join(', ') : '';
  }

  slider.addEventListener('input', () => { state.step = Number(slider.value); show(); });
  slider.addEventListener('change', sortImages);
  find('scores').addEventListener('change', () => { setLayer(Number(find('scores').value)); showMarks(); redraw(); });
  find('filter').addEventListener('change', redraw);
  find('order').addEventListener('change', sortImages);
  find('curve').addEventListener('click', event => {
    const box = find('curve').getBoundingClientRect();
    const last = layers[state.layer].thresholds.length - 1;
    const step = Math.round(((event.clientX - box.left) / box.width * 400 - 8) / 384 * last);
    setStep(Math.min(Math.max(step, 0), last));
    show();
    sortImages();
  });
  showMarks();
  redraw();
  document.documentElement.dataset.ready = 'yes';
})();
