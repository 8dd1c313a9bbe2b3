// The documents of this browser, the newest first.

import { getJSON } from './api.js';
import { $, h, set } from './dom.js';
import * as history from './history.js';
import { JobReading } from './reading.js';
import { count, stateName, when } from './words.js';

const often = 3_000; // milliseconds between looks at jobs that are not done

export class Rail {
  constructor({ jobs, open }) {
    Object.assign(this, { jobs, open, readings: [], current: null });
    setInterval(() => { if (!document.hidden && this.readings.some((r) => !r.over && r.id && !r.following)) this.refresh(); }, often);
  }

  add(reading) {
    this.readings.unshift(reading);
    reading.addEventListener('change', () => this.draw());
    this.draw();
  }

  /** keep remembers a job beyond this page. */
  keep(reading) { history.add(reading.id, reading.name); }

  find(id) { return this.readings.find((r) => r.id === id); }

  remove(reading) {
    reading.close();
    this.readings = this.readings.filter((r) => r !== reading);
    if (reading.id) history.remove(reading.id);
    this.draw();
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
    this.draw();
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

  draw() {
    for (const r of this.readings) if (r.id) history.rename(r.id, r.name);
    $('rail-empty').hidden = this.readings.length > 0;
    $('documents-count').textContent = this.readings.length ? ` (${this.readings.length})` : '';
    set($('documents'), this.readings.map((reading) => this.item(reading)));
  }

  item(reading) {
    const name = reading.name || `Document of ${when(reading.created)}`;
    const { total = 0, done = 0 } = reading.progress;
    const rest = reading.over ? (total ? count(total, 'page') : '') : total ? `${done} of ${total}` : '';
    return h('li', { class: reading === this.current ? 'current' : '', 'data-state': reading.state },
      h('button', { type: 'button', class: 'document', 'aria-current': reading === this.current ? 'true' : null, click: () => this.open(reading) },
        h('span', { class: 'name', dir: 'auto' }, name),
        h('span', { class: 'quiet' }, [reading.kind === 'extract' ? 'fields' : '', stateName(reading.state), rest].filter(Boolean).join(' · '))),
      reading.over ? h('button', { type: 'button', class: 'icon', 'aria-label': `Take ${name} off the list`, click: () => this.remove(reading) }, '×') : null);
  }
}
