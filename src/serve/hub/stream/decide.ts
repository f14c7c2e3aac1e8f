/** Who hears what of a message. The audience itself is decided where everything else asks too. */
import type { Viewer } from '../access/authenticate.ts';
import type { Visible } from '../access/visible.ts';
import { couldSeeSince, type Since } from '../members/since.ts';
import { rightsOf } from '../taxii/place.ts';
import type { Message, Telling } from './message.ts';

export interface Filters {
  /** UUIDs; undefined: all. */
  readonly collections: ReadonlySet<string> | undefined;
  readonly types: ReadonlySet<string> | undefined;
}

export interface Listener {
  readonly viewer: Viewer;
  readonly since: Since;
  readonly filters: Filters;
}

/** What this listener is told of a message; undefined when nothing of it exists for it. */
export const tellingFor = async (
  visible: Visible,
  { viewer, since, filters }: Listener,
  message: Message,
): Promise<Telling | undefined> => {
  const { collection, type, audience, other, telling, first } = message;
  if (filters.collections?.has(collection.id) === false) return undefined;
  if (filters.types?.has(type) === false) return undefined;
  if (!rightsOf(viewer, collection).read) return undefined;
  if (!(await visible.sees(viewer, audience))) return undefined;
  const seesOther = other !== undefined && (await visible.sees(viewer, other));
  if (telling.kind === 'withdrawn' || telling.kind === 'removed') {
    // Still seen under its new audience: nothing is withdrawn, and the change is told next.
    if (seesOther) return undefined;
    // What is gone is named only to those who could see it when it was there.
    return message.at >= couldSeeSince(since, message.groups, collection.id) ? telling : undefined;
  }
  return first !== undefined && !seesOther ? first : telling;
};
