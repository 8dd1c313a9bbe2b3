// The picture of a page with a box for each region, in reading order.

import { call } from './api.js';
import { h } from './dom.js';
import { percent, typeName } from './words.js';

const widths = [480, 700, 1100, 1600, 2400]; // of pictures: few, so that the browser's cache has them

/** place puts an element over a box of a page. */
export function place(element, [x1, y1, x2, y2], page) {
  const share = (n, of) => `${(100 * n) / of}%`;
  element.style.left = share(x1, page.width);
  element.style.top = share(y1, page.height);
  element.style.width = share(Math.max(x2 - x1, 1), page.width);
  element.style.height = share(Math.max(y2 - y1, 1), page.height);
}

/** nameOf is what a screen reader says of a region. */
export function nameOf(region) {
  const sure = region.confidence == null ? '' : `, ${percent(region.confidence)} sure`;
  const text = region.content ? `: ${region.content.slice(0, 1000).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 80)}` : '';
  return `${region.order}, ${typeName(region.type)}${sure}${text}`;
}

/** doubtful regions are those that the engine is not sure of. */
export const doubtful = (region) => region.confidence != null && region.confidence < 0.8;

/** boxes are the buttons over a page's regions, of which one is in the order of tabs; arrow
 *  keys lead to the others. */
export function boxes(page, choose) {
  const buttons = page.regions.filter((r) => r.bbox).map((region) => {
    const button = h('button', {
      type: 'button', class: `box type-${region.type}${doubtful(region) ? ' unsure' : ''}${region.status === 'failed' ? ' broken' : ''}${region.bbox[0] < 0.03 * page.width ? ' edge' : ''}`,
      'data-region': region.id, 'aria-label': nameOf(region), title: [typeName(region.type), region.confidence == null ? '' : percent(region.confidence)].filter(Boolean).join(' · '), tabindex: '-1', click: () => choose(region),
    }, h('span', { class: 'order', 'aria-hidden': 'true' }, String(region.order)));
    place(button, region.bbox, page);
    return button;
  });
  if (buttons.length) buttons[0].tabIndex = 0;
  return h('div', { class: 'boxes', role: 'group', 'aria-label': `Regions of page ${page.number}`, keydown: (e) => step(e, buttons) }, buttons);
}

function step(event, buttons) {
  const at = buttons.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  const next = buttons[Math.max(0, Math.min(to, buttons.length - 1))];
  buttons.forEach((b) => { b.tabIndex = b === next ? 0 : -1; });
  next.focus();
  next.click();
}

/** Picture is the picture of a page. It is fetched when it is shown and dropped after. */
export class Picture {
  /** width is that of its place, in CSS pixels. */
  constructor(reading, page, width) {
    this.image = h('img', { alt: `Page ${page.number}`, draggable: 'false', decoding: 'async' });
    this.image.hidden = true;
    this.parts = []; // images that show parts of it
    this.stop = new AbortController();
    this.load(reading, page, width || 700);
  }

  async load(reading, page, width) {
    try {
      const blob = await this.bytes(reading, page, width);
      if (!blob || this.stop.signal.aborted) return;
      this.url = URL.createObjectURL(blob);
      for (const image of [this.image, ...this.parts]) image.src = this.url;
      await this.image.decode();
      this.image.hidden = false;
    } catch { /* the page stays white, with its boxes */ }
  }

  async bytes(reading, page, width) {
    const wanted = width * Math.min(window.devicePixelRatio, 2);
    const address = reading.picture(page.number, widths.find((w) => w >= wanted) ?? widths.at(-1));
    if (address) return (await call(address, { signal: this.stop.signal })).blob();
    // Without a job there is the file itself, where the browser can draw it as it was read.
    return reading.file?.type.startsWith('image/') && page.rotation === 0 ? reading.file : null;
  }

  /** show has another image show it. */
  show(image) {
    this.parts.push(image);
    if (this.url) image.src = this.url;
  }

  drop() {
    this.stop.abort();
    for (const image of [this.image, ...this.parts]) image.removeAttribute('src'); // what is still loading them stops
    if (this.url) URL.revokeObjectURL(this.url);
  }
}

/** crop is the part of a page's picture that shows a region. */
export function crop(picture, region, page) {
  const [x1, y1, x2, y2] = region.bbox;
  const image = h('img', { alt: '' });
  const frame = h('div', { class: 'crop', role: 'img', 'aria-label': region.label || 'Picture' }, image);
  const w = Math.max(x2 - x1, 1);
  frame.style.aspectRatio = `${w} / ${Math.max(y2 - y1, 1)}`;
  frame.style.width = `${Math.min(100, (100 * w) / page.width + 20)}%`;
  image.style.width = `${(100 * page.width) / w}%`;
  image.style.left = `${(-100 * x1) / w}%`;
  image.style.top = `${(-100 * y1) / Math.max(y2 - y1, 1)}%`;
  picture.show(image);
  return frame;
}
