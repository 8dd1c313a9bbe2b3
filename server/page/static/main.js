// The page: joins its parts. The address says which document is open, so that a reload opens it
// again.

import { $ } from './dom.js';
import * as health from './health.js';
import * as key from './key.js';
import { DirectReading, JobReading } from './reading.js';
import { Rail } from './rail.js';
import { Start } from './start.js';
import { View } from './view.js';

const settings = await (await fetch('/page/settings.json')).json();
const uploads = queue(2); // files that are sent side by side

const rail = new Rail({ jobs: settings.jobs, open: visit, removed: (reading) => { if (reading === rail.current) leave(); } });
const view = new View({ another });
const start = new Start({ take, maxUpload: settings.max_upload });

/** take has a file read. */
function take(file, kind, values, open) {
  const reading = new (settings.jobs ? JobReading : DirectReading)({ name: file.name, file, kind });
  rail.add(reading);
  if (open) visit(reading);
  uploads(async () => {
    await reading.start(values);
    if (!reading.id) return;
    rail.keep(reading);
    if (rail.current === reading) { history.replaceState(null, '', `#${reading.id}`); reading.follow(); }
  });
}

/** another has a document read in another way, whose file is still here. */
function another(reading, kind) {
  leave();
  start.choose(kind);
  start.offered = reading.file;
  $('offered').hidden = false;
  $('offered').textContent = kind === 'extract' ? `Find fields in ${reading.name}` : `Read ${reading.name} again`;
}

$('offered').addEventListener('click', () => { if (start.offered) start.files([start.offered]); });

/** visit opens a document so that the browser's way back leads here. */
function visit(reading) {
  if (reading === rail.current) { document.body.classList.remove('choosing'); return; }
  history.pushState(null, '', reading.id ? `#${reading.id}` : location.pathname);
  show(reading);
}

function show(reading) {
  if (rail.current !== reading) rail.current?.close();
  rail.current = reading;
  $('start').hidden = true;
  $('view').hidden = false;
  document.body.classList.remove('choosing');
  view.open(reading);
  rail.draw();
  reading.follow?.();
}

function leave() {
  history.pushState(null, '', location.pathname);
  showStart();
}

function showStart() {
  view.close();
  rail.current?.close();
  rail.current = null;
  $('view').hidden = true;
  $('start').hidden = false;
  $('offered').hidden = true;
  document.title = 'ocr-gateway';
  document.body.classList.remove('choosing');
  rail.draw();
}

/** route shows what the address names. */
async function route() {
  const id = location.hash.slice(1);
  if (!id) { showStart(); return; }
  try {
    const reading = rail.find(id) ?? await rail.fetch(id);
    if (location.hash.slice(1) === id && rail.current !== reading) show(reading);
  } catch (error) {
    showStart();
    start.refuse(error.message);
  }
}

/** queue runs work, so many at a time, in its order. */
function queue(most) {
  const waiting = [];
  let running = 0;
  const next = () => {
    if (running >= most || !waiting.length) return;
    running++;
    waiting.shift()().finally(() => { running--; next(); });
  };
  return (work) => { waiting.push(work); next(); };
}

$('key-later').addEventListener('click', () => $('key-dialog').close('later'));
$('new').addEventListener('click', leave);
$('brand').addEventListener('click', (e) => { e.preventDefault(); leave(); });
// The address is that of the document.
document.querySelector('.skip').addEventListener('click', (e) => { e.preventDefault(); $('main').focus(); });
window.addEventListener('popstate', route);
$('show-documents').addEventListener('click', () => document.body.classList.toggle('choosing'));
$('forget-key').addEventListener('click', () => { key.forget(); location.reload(); });
$('words').hidden = !settings.jobs;

health.watch(settings).then(() => {
  // With a model elsewhere words are looked for on this machine beside it, which takes as long again.
  $('option-words').checked = health.health()?.engine?.name === 'embedded';
});
if (settings.key_required && !key.key()) await key.ask();
$('forget-key').hidden = !settings.key_required;

try {
  await rail.refresh();
  if (location.hash && !rail.current) await route();
} catch (error) {
  start.refuse(error.message);
}
