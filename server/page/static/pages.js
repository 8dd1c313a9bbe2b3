// The pages of a document, one below the other. Only those near the screen are drawn; the others
// keep their place by their height.

import { content, plainText } from './content.js';
import { copy, h, set } from './dom.js';
import { boxes, crop, doubtful, Picture, place } from './overlay.js';
import { count, percent, typeName } from './words.js';

const usualShape = '210 / 297';

export class Pages {
  /** mode is "regions" or "markdown": what stands beside the pictures. */
  constructor(reading, { mode, current }) {
    Object.assign(this, { reading, mode, current, rows: new Map(), seen: new Set() });
    this.element = h('div', { class: 'pages' });
    this.watcher = new IntersectionObserver((entries) => this.moved(entries), { rootMargin: '900px 0px' });
    this.reader = new IntersectionObserver((entries) => this.read(entries), { rootMargin: '-30% 0px -65% 0px' });
  }

  close() {
    this.watcher.disconnect();
    this.reader.disconnect();
    for (const row of this.rows.values()) row.empty();
  }

  /** update makes rows for the pages that there are, and draws those anew that have come. */
  update() {
    const { reading } = this;
    for (const number of reading.numbers) if (!this.rows.has(number)) this.add(number);
    for (const row of this.rows.values()) row.update(reading.pages.get(row.number));
  }

  add(number) {
    const row = new Row(this, number);
    this.rows.set(number, row);
    const after = [...this.rows.keys()].filter((n) => n > number).sort((a, b) => a - b)[0];
    this.element.insertBefore(row.element, after ? this.rows.get(after).element : null);
    this.watcher.observe(row.element);
    this.reader.observe(row.element);
  }

  moved(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.rows.get(Number(target.dataset.page));
      if (isIntersecting) row.fill();
      else row.empty();
    }
  }

  read(entries) {
    for (const { target, isIntersecting } of entries) if (isIntersecting) this.current(Number(target.dataset.page));
  }

  show(mode) {
    this.mode = mode;
    for (const row of this.rows.values()) row.redraw();
  }

  go(number) { this.rows.get(number)?.element.scrollIntoView({ block: 'start' }); }

  /** point shows a place on a page: where a field was found. */
  point(number, bbox) {
    const row = this.rows.get(number);
    row?.fill();
    row?.mark(bbox);
  }
}

class Row {
  constructor(pages, number) {
    Object.assign(this, { pages, number, page: null, picture: null, chosen: '' });
    this.sheet = h('div', { class: 'sheet waiting' });
    this.sheet.style.aspectRatio = usualShape;
    this.side = h('div', { class: 'side' });
    this.sheet.append(h('span', { class: 'page-number', 'aria-hidden': 'true' }, String(number)));
    this.element = h('section', { class: 'row', 'data-page': number, 'aria-label': `Page ${number}` },
      h('div', { class: 'sheet-place' }, this.sheet), this.side);
  }

  update(page) {
    if (this.page === page || !page) return;
    this.clear();
    this.page = page;
    this.sheet.classList.remove('waiting');
    if (page.width) this.sheet.style.aspectRatio = `${page.width} / ${page.height}`;
    this.draw();
  }

  /** fill draws the page as soon as it is there. */
  fill() {
    this.near = true;
    this.draw();
  }

  /** empty leaves only the place of the page. */
  empty() {
    this.near = false;
    if (this.drawn) this.element.style.minHeight = `${this.element.offsetHeight}px`;
    this.clear();
  }

  clear() {
    this.drawn = false;
    this.picture?.drop();
    this.picture = null;
    set(this.sheet);
    set(this.side);
  }

  draw() {
    const { page } = this;
    if (this.drawn || !this.near || !page) return;
    this.drawn = true;
    this.element.style.minHeight = '';
    const parts = [h('span', { class: 'page-number', 'aria-hidden': 'true' }, String(this.number))];
    if (page.width) {
      this.picture = new Picture(this.pages.reading, page, this.sheet.clientWidth);
      parts.unshift(this.picture.image);
      if (page.regions?.length) parts.push(boxes(page, (region) => this.choose(region, this.side)));
    }
    set(this.sheet, parts);
    this.drawSide();
  }

  drawSide() {
    const { page } = this;
    const fault = page.error ? note(page) : null;
    const marked = this.pages.mode === 'markdown';
    set(this.side, fault, marked ? markdown(page) : this.blocks());
  }

  redraw() {
    this.element.style.minHeight = '';
    if (this.drawn) this.drawSide();
  }

  blocks() {
    const { page } = this;
    const shown = (page.regions ?? []).filter((r) => r.content || r.type === 'image' || r.error);
    if (!shown.length) return page.error ? [] : [h('p', { class: 'absent' }, 'Nothing to read on this page.')];
    return shown.map((region) => this.block(region));
  }

  block(region) {
    const cut = this.picture ? (r) => crop(this.picture, r, this.page) : null;
    const unsure = doubtful(region);
    return h('div', { class: `block type-${region.type}`, 'data-region': region.id, click: (e) => { if (!e.target.closest('a, button')) this.choose(region, this.sheet); } },
      h('span', { class: 'order', 'aria-hidden': 'true' }, String(region.order), unsure ? h('span', { class: 'doubt' }, percent(region.confidence)) : null),
      h('div', { class: 'meta' }, facts(region), copyButton(region)),
      h('div', { class: 'content', dir: 'auto' }, content(region, cut)),
      region.error ? h('p', { class: 'fault' }, region.error.detail) : null);
  }

  /** choose marks a region on the picture and in the text, and brings it in sight where it was
   *  not chosen from. */
  choose(region, other) {
    for (const element of this.pages.element.querySelectorAll('.chosen')) element.classList.remove('chosen');
    for (const element of this.pages.element.querySelectorAll('.line, .evidence')) element.remove();
    for (const element of this.element.querySelectorAll('[data-region]')) if (element.dataset.region === region.id) element.classList.add('chosen');
    for (const line of region.lines ?? []) this.draft('line', line.bbox);
    const target = [...other.querySelectorAll('.chosen')][0];
    target?.scrollIntoView({ block: 'nearest' });
  }

  draft(kind, bbox) {
    if (!bbox) return null;
    const element = h('span', { class: kind, 'aria-hidden': 'true' });
    place(element, bbox, this.page);
    this.sheet.append(element);
    return element;
  }

  mark(bbox) {
    for (const element of this.pages.element.querySelectorAll('.evidence')) element.remove();
    const element = this.page && this.draft('evidence', bbox);
    (element ?? this.element).scrollIntoView({ block: 'center' });
  }
}

function facts(region) {
  const known = [
    typeName(region.type),
    region.confidence == null ? null : percent(region.confidence),
    region.source === 'pdf' ? 'the PDF’s own text' : null,
    region.script || null,
    region.lines?.length > 1 ? count(region.lines.length, 'line') : null,
  ];
  return h('span', {}, known.filter(Boolean).join(' · '));
}

function copyButton(region) {
  if (!region.content) return null;
  const what = region.format === 'latex' ? 'Copy LaTeX' : 'Copy';
  return h('button', { type: 'button', class: 'small', 'aria-label': `${what}: region ${region.order}`, click: (e) => copy(plainText(region), e.currentTarget) }, what);
}

function markdown(page) {
  if (!page.markdown) return [h('p', { class: 'absent' }, 'No Markdown.')];
  return [
    h('div', { class: 'meta shown' }, h('span', {}, 'Markdown'),
      h('button', { type: 'button', class: 'small', 'aria-label': `Copy the Markdown of page ${page.number}`, click: (e) => copy(page.markdown, e.currentTarget) }, 'Copy')),
    h('pre', { class: 'source', tabindex: '0', dir: 'auto' }, page.markdown),
  ];
}

function note(page) {
  return h('div', { class: `note ${page.status}`, role: 'note' },
    h('strong', {}, page.status === 'failed' ? `Page ${page.number} could not be read` : `Page ${page.number} is not complete`),
    h('p', {}, page.error.detail));
}
