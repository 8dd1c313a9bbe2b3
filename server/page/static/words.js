// Numbers, times and states in people's words.

export const count = (n, one, many = one + 's') => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export function bytes(n) {
  if (n < 1024) return `${n} bytes`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let i = -1;
  do { n /= 1024; i++; } while (n >= 1024 && i < units.length - 1);
  return `${n < 10 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function money(amount, currency) {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: amount && amount < 0.1 ? 5 : 2 };
  try {
    return amount.toLocaleString('en', { style: 'currency', currency, ...digits });
  } catch { // no currency that is known
    return `${amount.toLocaleString('en', digits)} ${currency}`;
  }
}

export const percent = (share) => `${Math.round(share * 100)} %`;

export function when(date) {
  const today = new Date().toDateString() === date.toDateString();
  return date.toLocaleString([], today ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

const states = {
  sending: 'Sending', queued: 'Waiting', running: 'Reading', succeeded: 'Done', partial: 'Done, with gaps',
  failed: 'Failed', canceled: 'Canceled', expired: 'Ran out of time',
};

export const stateName = (state) => states[state] ?? state;

const types = { page_number: 'page number', image: 'picture' };

export const typeName = (type) => types[type] ?? type;
