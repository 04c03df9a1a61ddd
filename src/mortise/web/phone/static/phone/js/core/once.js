// Work that must not run twice at once. Pure.

/**
 * The same work, one at a time. Asked while it runs, it runs once more afterwards, however often it was asked: whoever asks
 * gets a run that began after they asked.
 * @template T @param {() => Promise<T>} work @returns {() => Promise<T>}
 */
export function oneAtATime(work) {
  /** @type {Promise<T> | null} */
  let running = null;
  /** @type {Promise<T> | null} */
  let next = null;
  const begin = () => {
    const run = (async () => work())().finally(() => {
      if (running === run) running = null;
    });
    running = run;
    return run;
  };
  const beginNext = () => {
    next = null;
    return begin();
  };
  return () => {
    if (!running && !next) return begin();
    next ??= (running ?? Promise.resolve()).then(beginNext, beginNext);
    return next;
  };
}
