// A document on the screen: its state, its pages, and what can be done with it.

import { $, h, say, set } from './dom.js';
import { fields } from './fields.js';
import { formats, save, stem } from './formats.js';
import { Pages } from './pages.js';
import { count, duration, money, stateName } from './words.js';

const layouts = [['both', 'Both'], ['picture', 'Picture'], ['text', 'Text']];
const modes = [['regions', 'Regions'], ['markdown', 'Markdown']];

export class View {
  constructor({ another }) {
    Object.assign(this, { reading: null, another, layout: 'both', mode: 'regions', drawn: null });
    this.changed = () => this.update();
    set($('layouts'), choices('layout', 'What is shown', layouts, this.layout, (v) => { this.layout = v; $('view').dataset.layout = v; this.restore(); }));
    set($('modes'), choices('mode', 'What stands beside the pictures', modes, this.mode, (v) => { this.mode = v; this.pages?.show(v); }));
    $('view').dataset.layout = this.layout;
    $('boxes').addEventListener('change', (e) => $('view').classList.toggle('bare', !e.target.checked));
    $('cancel').addEventListener('click', () => this.reading.cancel());
    $('again').addEventListener('click', () => this.another(this.reading, this.next()));
    $('page-before').addEventListener('click', () => this.go(-1));
    $('page-after').addEventListener('click', () => this.go(1));
    $('page-input').addEventListener('change', (e) => this.goTo(Number(e.target.value) || this.current));
    $('strip').addEventListener('click', (e) => { if (e.target.dataset.page) this.pages.go(Number(e.target.dataset.page)); });
    closeOutside($('download'));
  }

  open(reading) {
    this.close();
    this.reading = reading;
    this.current = 0;
    this.cells = new Map();
    this.states = new Map();
    this.drawn = null;
    set($('strip'));
    set($('fields'));
    set($('formats'));
    this.pages = new Pages(reading, { mode: this.mode, current: (n) => this.at(n) });
    set($('pages'), this.pages.element);
    reading.addEventListener('change', this.changed);
    this.update();
    window.scrollTo(0, 0);
  }

  close() {
    this.reading?.removeEventListener('change', this.changed);
    this.pages?.close();
    this.reading = this.pages = null;
    set($('pages'));
  }

  update() {
    const { reading } = this;
    this.head();
    this.strip();
    this.pages.update();
    if (!this.current && reading.numbers.length) this.at(reading.numbers[0]);
    if (reading.over && (reading.id || reading.pages.size)) this.offer();
    if (reading.fields && this.drawn !== reading.fields) {
      this.drawn = reading.fields;
      set($('fields'), h('h2', {}, 'Fields'), fields(reading.fields, (n, box) => this.pages.point(n, box)));
    }
    $('view').classList.toggle('with-fields', reading.kind === 'extract');
    if (reading.kind === 'extract' && !reading.fields && !$('fields').firstChild) set($('fields'), h('h2', {}, 'Fields'), h('p', { class: 'quiet' }, 'They are looked for when all pages are read.'));
  }

  head() {
    const { reading } = this;
    set($('title'), reading.name || 'Document');
    document.title = `${reading.name || 'Document'} – ocr-gateway`;
    const line = summary(reading);
    set($('state'), line);
    $('view').dataset.state = reading.state;
    $('cancel').hidden = reading.over;
    $('again').hidden = !reading.over || !reading.file;
    $('again').textContent = this.next() === 'extract' && reading.kind !== 'extract' ? 'Find fields' : 'Read again';
    $('download').hidden = !$('formats').firstChild;
    $('broken').hidden = !reading.broken;
    const fault = reading.over && reading.problem && reading.state !== 'canceled' ? reading.problem.message : '';
    $('problem').hidden = !fault;
    set($('problem-text'), fault);
    const notice = [reading.notice, reading.over ? '' : reading.refused, reading.files > 1 ? `This job has ${reading.files} files; the first is shown.` : ''].filter(Boolean).join(' ');
    $('notice').hidden = !notice;
    set($('notice'), notice);
    this.bar();
  }

  /** next is what a document is read for next: one that was read, for its fields. */
  next() {
    const read = ['succeeded', 'partial'].includes(this.reading.state);
    return read ? 'extract' : this.reading.kind;
  }

  bar() {
    const { reading } = this;
    const { total = 0, done = 0 } = reading.progress;
    const bar = $('progress');
    bar.hidden = reading.over;
    const share = reading.state === 'sending' ? reading.sent : total ? done / total : 0;
    bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    bar.setAttribute('aria-valuetext', summary(reading));
    bar.firstElementChild.style.width = `${share * 100}%`;
    const spoken = reading.over ? `${reading.name}: ${stateName(reading.state)}` : total ? `${done} of ${count(total, 'page')} read` : stateName(reading.state);
    if (spoken !== this.spoken) say(spoken);
    this.spoken = spoken;
  }

  /** strip has a square for each page. */
  strip() {
    const { reading } = this;
    $('navigate').hidden = reading.numbers.length < 2;
    $('page-count').textContent = `of ${reading.numbers.length.toLocaleString('en')}`;
    if (this.cells.size !== reading.numbers.length || reading.numbers.some((n) => !this.cells.has(n))) {
      this.cells = new Map(reading.numbers.map((n) => [n, h('span', { 'data-page': n, title: `Page ${n}` })]));
      this.states.clear();
      set($('strip'), [...this.cells.values()]);
      this.cells.get(this.current)?.classList.add('current');
    }
    for (const [n, page] of reading.pages) {
      if (this.states.get(n) === page.status) continue;
      this.states.set(n, page.status);
      this.cells.get(n)?.setAttribute('data-status', page.status);
    }
  }

  at(number) {
    this.cells.get(this.current)?.classList.remove('current');
    this.current = number;
    this.cells.get(number)?.classList.add('current');
    if (document.activeElement !== $('page-input')) $('page-input').value = String(number);
  }

  go(step) {
    const { numbers } = this.reading;
    const at = numbers.indexOf(this.current) + step;
    if (numbers[at] !== undefined) this.goTo(numbers[at]);
  }

  goTo(number) {
    const { numbers } = this.reading;
    const nearest = numbers.find((n) => n >= number) ?? numbers.at(-1);
    this.pages.go(nearest);
    this.at(nearest);
  }

  /** restore keeps the current page in sight when the pages change their heights. */
  restore() {
    for (const row of this.pages.rows.values()) row.redraw();
    if (this.reading.numbers.length > 1) this.pages.go(this.current);
  }

  /** offer lists the formats, anew when the pages of a document that was read before have come. */
  offer() {
    const { reading } = this;
    const some = formats.filter(({ name }) => name === 'json' || (reading.kind !== 'extract' && (reading.id || name === 'md')));
    const words = [...reading.pages.values()].some((p) => p.regions?.some((r) => r.words));
    if ($('formats').firstChild && words === this.words) return;
    this.words = words;
    set($('formats'), some.map((format) => {
      const lacks = format.words && !words;
      const hint = lacks ? 'read without words’ places' : format.hint;
      return h('li', {}, h('button', { type: 'button', 'data-format': format.name, disabled: lacks, click: (e) => this.download(format, e.currentTarget) },
        format.label, hint ? h('span', { class: 'quiet' }, hint) : null));
    }));
    $('download').hidden = false;
  }

  async download(format, button) {
    const { reading } = this;
    button.disabled = true;
    set($('download-fault'));
    try {
      save(await reading.download(format.name), stem(reading.name) + format.extension);
      $('download').open = false;
    } catch (error) {
      set($('download-fault'), error.message);
    }
    button.disabled = false;
  }
}

function choices(name, label, options, chosen, choose) {
  return h('fieldset', { class: 'choices' }, h('legend', { class: 'off-screen' }, label), options.map(([value, text]) => h('label', {},
    h('input', { type: 'radio', name, value, checked: value === chosen, change: () => choose(value) }), h('span', {}, text))));
}

/** closeOutside has a menu close as menus do. */
function closeOutside(details) {
  document.addEventListener('click', (e) => { if (!details.contains(e.target)) details.open = false; });
  details.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || !details.open) return;
    details.open = false;
    details.querySelector('summary').focus();
  });
}

/** summary is a document's state in a line. */
function summary(reading) {
  const { total = 0, done = 0, partial = 0, failed = 0, seconds_left: left } = reading.progress;
  if (reading.state === 'sending') return reading.sent < 1 ? `Sending, ${Math.round(reading.sent * 100)} %` : 'Sent; waiting for the server';
  if (!reading.over) {
    if (!total) return stateName(reading.state);
    return [`${done.toLocaleString('en')} of ${count(total, 'page')}`, failed ? `${failed} failed` : '', left > 1 ? `about ${duration(left)} left` : ''].filter(Boolean).join(' · ');
  }
  return [
    stateName(reading.state),
    total ? (done < total ? `${done} of ${count(total, 'page')}` : count(total, 'page')) : '',
    failed ? `${failed} failed` : '', partial ? `${partial} with gaps` : '',
    reading.began && reading.ended ? duration((reading.ended - reading.began) / 1000) : '',
    engines(reading),
    cost(reading.usage),
  ].filter(Boolean).join(' · ');
}

const engines = (reading) => [...new Set([...reading.pages.values()].map((p) => p.engine).filter(Boolean))].join(', ');

/** cost is what a document took: money where the operator has named prices, tokens where a model
 *  was asked. */
function cost(usage) {
  const tokens = (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0);
  return [
    usage?.currency ? money(usage.cost ?? 0, usage.currency) : '',
    tokens ? count(tokens, 'token') : '',
  ].filter(Boolean).join(' · ');
}
