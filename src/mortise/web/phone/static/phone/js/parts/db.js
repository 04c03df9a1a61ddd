// The phone's store: one database under a versioned schema. A write is finished when the device says it is on disk.

const NAME = "mortise";
const SCHEMA = 2;

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

export function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, SCHEMA);
    request.onupgradeneeded = (event) => {
      if (event.oldVersion < 1) {
        request.result.createObjectStore("meta");
        request.result.createObjectStore("items", { keyPath: "id" }).createIndex("person", "person");
      }
      if (event.oldVersion < 2) request.result.createObjectStore("recordings", { keyPath: "id" }).createIndex("person", "person");
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close(); // a newer version of the app wants to change the schema
        opening = null;
      };
      request.result.onclose = () => (opening = null); // the browser took the store away: it is opened again at the next use
      resolve(request.result);
    };
    request.onerror = () => {
      opening = null;
      reject(request.error);
    };
  });
  return opening;
}

/**
 * Run `work` in one transaction; resolves with what it returned once everything is committed.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(meta: IDBObjectStore, items: IDBObjectStore, ask: (request: IDBRequest) => Promise<any>) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function transaction(mode, work) {
  return within(["meta", "items"], mode, (tx, ask) => work(tx.objectStore("meta"), tx.objectStore("items"), ask));
}

/**
 * The same over all that is kept.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(meta: IDBObjectStore, items: IDBObjectStore, recorded: IDBObjectStore, ask: (request: IDBRequest) => Promise<any>) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function everything(mode, work) {
  return within(["meta", "items", "recordings"], mode, (tx, ask) => work(tx.objectStore("meta"), tx.objectStore("items"), tx.objectStore("recordings"), ask));
}

/**
 * The same over the recordings of the sensors.
 * @template T
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore, ask: (request: IDBRequest) => Promise<any>) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function recordings(mode, work) {
  return within(["recordings"], mode, (tx, ask) => work(tx.objectStore("recordings"), ask));
}

async function begun(stores, mode) {
  const begin = (db) => db.transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const db = await database();
  try {
    return begin(db);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
    opening = null; // the connection was lost without a word: once more with a new one
    return begin(await database());
  }
}

async function within(stores, mode, work) {
  const tx = await begun(stores, mode);
  const done = new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve(undefined);
    tx.onabort = () => reject(tx.error ?? new Error("not stored"));
  });
  done.catch(() => {});
  const ask = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  let result;
  try {
    result = await work(tx, ask);
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // it has ended already
    }
    throw error;
  }
  await done;
  return result;
}

export const read = (/** @type {string} */ key) => transaction("readonly", (meta, _, ask) => ask(meta.get(key)));
export const write = (/** @type {string} */ key, /** @type {any} */ value) => transaction("readwrite", (meta, _, ask) => ask(meta.put(value, key)));
export const erase = (/** @type {string} */ key) => transaction("readwrite", (meta, _, ask) => ask(meta.delete(key)));
