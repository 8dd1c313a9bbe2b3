// Server-sent events over fetch, which can send a key. A stream that breaks off is taken up
// where it ended.

import { call, pause } from './api.js';

// parse calls see({id, event, data}) for each event of a body.
async function parse(body, see) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pieces = []; // of an event that is not whole
  let tail = ''; // the last of them, as the end of an event may be in two
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    pieces.push(value);
    tail = tail.slice(-3) + value;
    if (!/\r?\n\r?\n/.test(tail)) continue;
    const blocks = pieces.join('').split(/\r?\n\r?\n/);
    tail = blocks.pop();
    pieces = [tail];
    for (const block of blocks) {
      const event = readBlock(block);
      if (event) see(event);
    }
  }
}

function readBlock(block) {
  const event = { id: '', event: 'message', data: '' };
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data.push(value);
    else if (name === 'id' || name === 'event') event[name] = value;
  }
  event.data = data.join('\n');
  return data.length ? event : null;
}

const firstWait = 500;
const longestWait = 15_000;

/** follow calls see(event, data) for every event of a job or a stream from the first to the last,
 *  however often the connection breaks; broken(true) while it does. first is an answer that has
 *  begun. */
export async function follow(path, { signal, see, broken = () => {}, first = null }) {
  let seen = '';
  let over = false;
  for (let wait = firstWait; !over;) {
    try {
      const response = first ?? await call(path, { signal, headers: { Accept: 'text/event-stream', ...(seen && { 'Last-Event-ID': seen }) } });
      first = null;
      broken(false);
      if (response.status === 204) return;
      await parse(response.body, (event) => {
        wait = firstWait;
        seen = event.id || seen;
        over ||= /^document\./.test(event.event);
        see(event.event, JSON.parse(event.data));
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error.status && !error.retryable) throw error;
    }
    if (over || signal.aborted) return;
    broken(true);
    await pause(wait, signal);
    wait = Math.min(wait * 2, longestWait);
  }
}
