// How the server is: a word in the header, the rest in a dialog.

import { getJSON } from './api.js';
import { $, h, set } from './dom.js';
import { bytes, count, duration } from './words.js';

const often = 10_000; // milliseconds
let last = null;
let version = '';

const words = { ok: 'Ready', degraded: 'Degraded', starting: 'Starting', failed: 'Not ready', stopping: 'Stopping' };

export function watch(ofPage) {
  version = ofPage.version;
  $('server').addEventListener('click', open);
  $('server-close').addEventListener('click', () => $('server-dialog').close());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
  setInterval(() => { if (!document.hidden) ask(); }, often);
  return ask();
}

/** health is what the server last said of itself; null before it has. */
export const health = () => last;

async function ask() {
  try {
    last = await (await fetch('/health')).json();
    show(last.status, `${words[last.status] ?? last.status}`, busy(last));
    if (last.version !== version) $('newer').hidden = false;
  } catch {
    last = null;
    show('failed', 'Not reached', '');
  }
  if ($('server-dialog').open) fill();
}

function busy({ queue }) {
  const waiting = queue.running + queue.uploading;
  return waiting ? `${count(waiting, 'request')}, ${count(queue.pages, 'page')}` : '';
}

function show(status, word, rest) {
  $('server').dataset.status = status;
  set($('server-word'), word);
  set($('server-busy'), rest);
  $('server').setAttribute('aria-label', `Server: ${word}. Show more`);
}

async function open() {
  fill();
  $('server-dialog').showModal();
  try {
    fill(await getJSON('/api/info'));
  } catch { /* what is known of its health stands there */ }
}

let info = null;

function fill(known = info) {
  info = known;
  if (!last) {
    set($('server-facts'), row('State', 'It cannot be reached.'));
    return;
  }
  set($('server-facts'),
    row('State', words[last.status] ?? last.status),
    last.engines.map((e, i) => row(i ? 'Engine in reserve' : 'Engine', named(e), e.endpoints?.map(endpoint))),
    row('Layout', named(last.layout)),
    row('Queue', `${last.queue.running} of ${last.queue.limit} requests, ${count(last.queue.pages, 'page')} to do`),
    row('Opening documents', last.rendering.detail || last.rendering.state),
    info ? row('Limits', `${bytes(info.limits.max_upload_bytes)} a file, ${info.limits.max_pages.toLocaleString('en')} pages`) : null,
    row('Up for', duration(last.uptime_s)),
    row('Version', last.version));
}

const named = (part) => [part.name, part.model, part.state === 'ready' ? '' : part.detail || part.state].filter(Boolean).join(' · ');

const endpoint = (e) => h('p', { class: 'quiet' }, `${e.name}: ${e.state}, ${e.in_flight} of ${e.limit} in flight${e.detail ? `, ${e.detail}` : ''}`);

const row = (name, text, more) => h('div', {}, h('dt', {}, name), h('dd', {}, text, more ?? []));
