// The page: joins its parts. The address says which document is open, so that a reload opens it
// again.

import { $ } from './dom.js';
import * as health from './health.js';
import * as key from './key.js';
import { DirectReading, JobReading } from './reading.js';
import { Rail } from './rail.js';
import { formOf, Start } from './start.js';
import { View } from './view.js';

const settings = await (await fetch('/page/settings.json')).json();
const uploads = queue(2); // files that are sent side by side

const rail = new Rail({ jobs: settings.jobs, open: (reading) => show(reading) });
const view = new View({ another });
const start = new Start(take);

/** take has a file read. */
function take(file, kind, values, open) {
  const reading = new (settings.jobs ? JobReading : DirectReading)({ name: file.name, file, kind });
  rail.add(reading);
  if (open) show(reading);
  uploads(async () => {
    if (reading.stop.signal.aborted) return;
    if (!settings.jobs) { await reading.start(formOf(file, values)); return; }
    await JobReading.start(reading, formOf(file, values));
    if (!reading.id) return;
    rail.keep(reading);
    if (rail.current === reading) { remember(reading); reading.follow(); }
  });
}

/** another finds fields in a document that was read: its file is still here. */
function another(reading) {
  showStart();
  if (reading.kind !== 'extract') start.choose('extract');
  start.offered = reading.file;
  $('offered').hidden = false;
  $('offered').textContent = `Read ${reading.name} again`;
}

$('offered').addEventListener('click', () => { if (start.offered) start.files([start.offered]); });

function show(reading) {
  if (rail.current && rail.current !== reading) rail.current.close?.();
  rail.current = reading;
  $('start').hidden = true;
  $('view').hidden = false;
  document.body.classList.remove('choosing');
  view.open(reading);
  rail.draw();
  if (reading.id) { remember(reading); reading.follow?.(); }
}

function remember(reading) { history.replaceState(null, '', `#${reading.id}`); }

function showStart() {
  view.close();
  rail.current = null;
  $('view').hidden = true;
  $('start').hidden = false;
  $('offered').hidden = true;
  document.title = 'ocr-gateway';
  document.body.classList.remove('choosing');
  history.replaceState(null, '', location.pathname);
  rail.draw();
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
$('new').addEventListener('click', showStart);
$('brand').addEventListener('click', (e) => { e.preventDefault(); showStart(); });
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
  const asked = rail.find(location.hash.slice(1));
  if (asked && !rail.current) show(asked);
} catch (error) {
  start.refuse(error.message);
}
