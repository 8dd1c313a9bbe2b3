// A document that is being read, or was: what is known of it, wherever that comes from.
// Listeners of "change" draw it.

import { call, getJSON, patiently, send } from './api.js';
import { follow } from './stream.js';
import { large, remove, upload } from './upload.js';

const jobs = '/api/ocr/jobs';

export class Reading extends EventTarget {
  constructor({ name, file = null, kind = 'document' }) {
    super();
    Object.assign(this, {
      name, file, kind, id: '', state: 'sending', sent: 0, pages: new Map(), numbers: [], total: 0,
      progress: { total: 0, done: 0 }, usage: null, notice: '', refused: '', problem: null, fields: null, broken: false, created: new Date(), began: null, ended: null,
    });
    this.stop = new AbortController(); // of the request that has it read
    this.queued = 0;
  }

  get over() { return !['sending', 'queued', 'running'].includes(this.state); }

  /** change tells listeners once a frame, however much has happened. */
  change() {
    this.queued ||= requestAnimationFrame(() => {
      this.queued = 0;
      this.dispatchEvent(new Event('change'));
    });
  }

  fail(problem) {
    if (problem.name === 'AbortError') return;
    this.problem = problem;
    this.state = 'failed';
    this.ended ??= new Date();
    this.change();
  }

  /** open knows which pages were asked for. */
  open(event) {
    if (event.filename) this.name = event.filename;
    this.total = event.total_pages;
    this.notice = event.notice ?? '';
    this.numbers = event.page_numbers ?? Array.from({ length: event.pages }, (_, i) => i + 1);
    if (event.error) this.problem = Object.assign(new Error(event.error.detail), event.error);
    this.state = 'running';
  }

  page(page) {
    this.pages.set(page.number, page);
    if (this.numbers.includes(page.number)) return;
    // Only a count was known, of pages that do not begin with 1.
    const unread = this.numbers.findLastIndex((n) => !this.pages.has(n));
    this.numbers.splice(unread, unread < 0 ? 0 : 1, page.number);
    this.numbers.sort((a, b) => a - b);
  }

  cancel() { this.stop.abort(); }

  /** close ends what only serves the screen; the reading goes on. */
  close() {}
}

/** JobReading is read by a job, which outlives this page. */
export class JobReading extends Reading {
  /** start sends the document. */
  async start(values) {
    const { signal } = this.stop;
    const sent = (share) => { this.sent = share; this.change(); };
    try {
      if (this.file.size < large) {
        await this.submit(formOf(values, this.file), sent);
      } else {
        const path = await upload(this.file, { signal, sent });
        await this.submit(formOf({ ...values, file_ids: path.split('/').pop() }));
        remove(path); // the job has a copy of its own
      }
    } catch (error) {
      if (error.name === 'AbortError') this.state = 'canceled';
      this.fail(error);
      this.change();
    }
  }

  /** submit is done again when nobody can say whether it came: by its key the server knows it then. */
  async submit(form, sent) {
    const { signal } = this.stop;
    const headers = { 'Idempotency-Key': unique() };
    this.take(await patiently(() => send(jobs, form, { headers, signal, sent }), signal));
  }

  close() { this.watch?.abort(); }

  /** take takes a job as the server shows it. */
  take(job) {
    this.id = job.id;
    this.kind = job.kind;
    this.state = job.state;
    this.progress = job.progress;
    this.usage = job.usage ?? null;
    this.files = job.files.length;
    this.created = new Date(job.created_at);
    this.ended = job.ended_at ? new Date(job.ended_at) : null;
    this.began = job.started_at ? new Date(job.started_at) : null;
    this.problem = job.error ? Object.assign(new Error(job.error.detail), job.error) : null;
    this.change();
  }

  /** follow keeps the reading up to date until it is over or closed. */
  async follow() {
    if (this.following || this.complete || !this.id) return;
    this.following = true;
    this.watch = new AbortController();
    const { signal } = this.watch;
    try {
      await follow(`${jobs}/${this.id}/events`, {
        signal,
        see: (event, data) => this.see(event, data),
        broken: (broken) => { this.broken = broken; this.change(); },
      });
      if (signal.aborted) return;
      if (this.kind === 'extract' && ['succeeded', 'partial'].includes(this.state)) await this.takeFields(signal);
      this.complete = true;
    } catch (error) {
      this.fail(error);
    } finally {
      this.following = false;
    }
  }

  see(event, data) {
    if (data.file > 0) return; // of a job with several files, which this page does not make
    if (event === 'file.opened') this.open(data);
    else if (event === 'job.progress') this.progress = { ...this.progress, ...data };
    else if (event.startsWith('page.')) this.page(data);
    else if (event.startsWith('document.')) this.take(data);
    this.change();
  }

  async takeFields(signal) {
    this.fields = await getJSON(`${jobs}/${this.id}/result?file=0`, { signal });
    this.change();
  }

  async cancel() {
    if (!this.id) { this.stop.abort(); return; }
    try {
      this.take(await getJSON(`${jobs}/${this.id}`, { method: 'DELETE' }));
    } catch (error) {
      this.refused = `It was not canceled: ${error.message}`; // and is still read
      this.change();
    }
  }

  /** picture is the address of a page's picture. */
  picture(number, width) { return `${jobs}/${this.id}/pages/${number}/image?width=${width}`; }

  /** download is the document in a format. */
  async download(format) {
    return (await call(`${jobs}/${this.id}/result?file=0&format=${encodeURIComponent(format)}`)).blob();
  }
}

/** DirectReading is read by a request that lasts as long as this page: where no jobs are kept. */
export class DirectReading extends Reading {
  async start(values) {
    const path = this.kind === 'extract' ? '/api/ocr/extract' : '/api/ocr/document/stream';
    const { signal } = this.stop;
    this.state = 'running';
    this.began = new Date();
    this.change();
    try {
      const response = await call(path, { method: 'POST', body: formOf(values, this.file), signal });
      if (this.kind === 'extract') this.takeExtraction(await response.json());
      else await this.stream(response, signal);
    } catch (error) {
      this.fail(error);
    }
    if (signal.aborted && !this.over) this.state = 'canceled';
    this.ended ??= new Date();
    this.change();
  }

  /** stream keeps the reading up to date by an answer, and by others where that breaks off. */
  stream(first, signal) {
    this.location = first.headers.get('Location');
    return follow(this.location, {
      first, signal,
      see: (event, data) => this.see(event, data),
      broken: (broken) => { this.broken = broken; this.change(); },
    });
  }

  cancel() {
    super.cancel();
    // Else the server waits for this page to come back.
    if (this.location) call(this.location, { method: 'DELETE' }).catch(() => {});
  }

  takeExtraction(found) {
    this.fields = found;
    this.open({ total_pages: found.summary.total_pages, pages: found.pages.length, notice: found.summary.notice });
    for (const page of found.pages) this.page({ ...page, regions: [], markdown: '' });
    this.progress = { total: found.pages.length, done: found.pages.length };
    this.usage = found.usage;
    this.state = found.status === 'ok' ? 'succeeded' : 'partial';
  }

  see(event, data) {
    if (event === 'job.accepted' || event === 'job.progress') this.account(data);
    else if (event.startsWith('page.')) this.page(data);
    else if (event.startsWith('document.')) {
      this.account(data.summary ?? data);
      this.usage = data.usage ?? null;
      this.state = { 'document.completed': 'succeeded', 'document.partial': 'partial', 'document.canceled': 'canceled' }[event] ?? 'failed';
      if (data.error) this.problem = Object.assign(new Error(data.error.detail), data.error);
    }
    this.change();
  }

  account(data) {
    const summary = data.summary ?? data;
    if (!this.numbers.length && summary.pages) this.open({ total_pages: summary.total_pages, pages: summary.pages, notice: summary.notice });
    const done = (summary.ok ?? 0) + (summary.partial ?? 0) + (summary.failed ?? 0);
    this.progress = { total: summary.pages ?? this.progress.total, done, ok: summary.ok, partial: summary.partial, failed: summary.failed };
  }

  picture() { return ''; }

  async download(format) {
    const pages = this.numbers.map((n) => this.pages.get(n)).filter(Boolean);
    if (format === 'md') return new Blob([pages.map((p) => p.markdown).filter(Boolean).join('\n\n')], { type: 'text/markdown' });
    return new Blob([JSON.stringify(this.fields ?? { pages }, null, 2)], { type: 'application/json' });
  }
}

/** formOf is a request with options, and the file where that was not sent before. */
function formOf(values, file = null) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  if (file) form.append('file', file, file.name || 'document');
  return form;
}

// unique is a name that nobody else has. Pages that came over plain HTTP have no randomUUID.
const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
