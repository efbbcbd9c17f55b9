/** Stores that outlive their view: an upload or a back-test goes on while another view is open. */
import type { Desk } from "./desk.ts";

const kept_stores = new WeakMap<Desk, Map<unknown, unknown>>();

/** The one store of this kind for this log-in. */
export function kept<S>(desk: Desk, Store: new (desk: Desk) => S): S {
  const stores = kept_stores.get(desk) ?? new Map<unknown, unknown>();
  kept_stores.set(desk, stores);
  if (!stores.has(Store)) stores.set(Store, new Store(desk));
  return stores.get(Store) as S;
}
