// The documents of this browser, the newest first.

import { getJSON } from './api.js';
import { $, h, set } from './dom.js';
import * as history from './history.js';
import { JobReading } from './reading.js';
import { count, stateName, when } from './words.js';

const often = 3_000; // milliseconds between looks at jobs that are not done

export class Rail {
  constructor({ jobs, open, removed }) {
    Object.assign(this, { jobs, open, removed, readings: [], items: new Map(), current: null });
    setInterval(() => { if (!document.hidden) this.look(); }, often);
  }

  add(reading) {
    this.readings.unshift(reading);
    this.items.set(reading, new Item(reading, () => this.open(reading), () => this.remove(reading)));
    reading.addEventListener('change', () => this.drawOne(reading));
    this.draw();
  }

  /** keep remembers a job beyond this page. */
  keep(reading) { history.add(reading.id, reading.name); }

  find(id) { return this.readings.find((r) => r.id === id); }

  /** fetch takes a job in that another browser has started. */
  async fetch(id) {
    this.take(await getJSON(`/api/ocr/jobs/${encodeURIComponent(id)}`));
    const reading = this.find(id);
    this.keep(reading);
    return reading;
  }

  remove(reading) {
    this.readings = this.readings.filter((r) => r !== reading);
    this.items.delete(reading);
    if (reading.id) history.remove(reading.id);
    this.removed(reading);
    reading.close();
    this.draw();
  }

  /** look asks how the jobs are that are read and not on the screen, one after the other. */
  async look() {
    if (this.looking) return;
    this.looking = true;
    for (const reading of this.readings.filter(unwatched)) {
      try {
        const job = await getJSON(`/api/ocr/jobs/${reading.id}`);
        if (unwatched(reading)) reading.take(job);
      } catch (error) {
        if (error.status === 404) reading.fail(error); // it is forgotten
      }
    }
    this.looking = false;
  }

  /** refresh asks how the jobs of this browser are. Those that the server has forgotten go. */
  async refresh() {
    const ids = history.ids();
    if (!this.jobs || !ids.length) return;
    const wanted = new Set(ids);
    let cursor = '';
    const found = [];
    do {
      const list = await getJSON(`/api/ocr/jobs?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      found.push(...list.jobs.filter((job) => wanted.delete(job.id)));
      cursor = list.next_cursor;
    } while (cursor && wanted.size);
    for (const id of wanted) history.remove(id);
    for (const job of found.reverse()) this.take(job);
  }

  take(job) {
    const known = this.find(job.id);
    if (known) {
      if (!known.following) known.take(job);
      return;
    }
    const reading = new JobReading({ name: history.nameOf(job.id) });
    reading.take(job);
    this.add(reading);
  }

  drawOne(reading) {
    if (reading.id) history.rename(reading.id, reading.name);
    this.items.get(reading)?.draw(reading === this.current);
  }

  draw() {
    $('rail-empty').hidden = this.readings.length > 0;
    $('documents-count').textContent = this.readings.length ? ` (${this.readings.length})` : '';
    for (const reading of this.readings) this.drawOne(reading);
    const elements = this.readings.map((r) => this.items.get(r).element);
    if (elements.some((e, i) => $('documents').children[i] !== e) || $('documents').children.length !== elements.length) set($('documents'), elements);
  }
}

const unwatched = (reading) => !reading.over && reading.id && !reading.following;

// Item is a document in the list. Its elements stay, so that whoever is on one is not thrown off.
class Item {
  constructor(reading, open, remove) {
    this.reading = reading;
    this.name = h('span', { class: 'name', dir: 'auto' });
    this.facts = h('span', { class: 'quiet' });
    this.button = h('button', { type: 'button', class: 'document', click: open }, this.name, this.facts);
    this.close = h('button', { type: 'button', class: 'icon', click: remove }, '×');
    this.element = h('li', {}, this.button, this.close);
  }

  draw(current) {
    const { reading } = this;
    const name = reading.name || `Document of ${when(reading.created)}`;
    const { total = 0, done = 0 } = reading.progress;
    const rest = reading.over ? (total ? count(total, 'page') : '') : total ? `${done} of ${total}` : '';
    this.name.textContent = name;
    this.facts.textContent = [reading.kind === 'extract' ? 'fields' : '', stateName(reading.state), rest].filter(Boolean).join(' · ');
    this.close.hidden = !reading.over;
    this.close.setAttribute('aria-label', `Take ${name} off the list`);
    this.element.dataset.state = reading.state;
    this.element.classList.toggle('current', current);
    if (current) this.button.setAttribute('aria-current', 'true');
    else this.button.removeAttribute('aria-current');
  }
}
