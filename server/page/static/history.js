// Which jobs this browser has started: their ids alone, and for this tab the names of files.

const place = 'ocr-gateway.jobs';
const names = 'ocr-gateway.names';
const most = 100;

function read(storage, name, empty) {
  try {
    return JSON.parse(storage.getItem(name)) ?? empty;
  } catch {
    return empty;
  }
}

/** ids are the jobs, the newest first. */
export function ids() {
  const found = read(localStorage, place, []);
  return Array.isArray(found) ? found.filter((id) => typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id)) : [];
}

export function add(id, name) {
  localStorage.setItem(place, JSON.stringify([id, ...ids().filter((other) => other !== id)].slice(0, most)));
  sessionStorage.setItem(names, JSON.stringify({ ...read(sessionStorage, names, {}), [id]: name }));
}

export function remove(id) {
  localStorage.setItem(place, JSON.stringify(ids().filter((other) => other !== id)));
}

export const nameOf = (id) => {
  const name = read(sessionStorage, names, {})[id];
  return typeof name === 'string' ? name : '';
};

export function rename(id, name) {
  if (name && nameOf(id) !== name) sessionStorage.setItem(names, JSON.stringify({ ...read(sessionStorage, names, {}), [id]: name }));
}
