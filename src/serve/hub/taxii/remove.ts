/** 5.7 Delete an Object. */
import { forbidden, notFound } from '../http/refusal.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { removedFacts } from '../ledger/record.ts';
import { parseFilters } from './filters.ts';
import { readable, rightsOf, viewerOf } from './place.ts';

export const remove = async (hub: Hub, call: Call): Promise<Reply> => {
  const collection = await readable(hub, call);
  const viewer = viewerOf(call);
  // 5.7: who may not both read and write may not delete.
  if (!rightsOf(viewer, collection).write) throw forbidden('You may not write to this collection.');
  if (collection.kind === 'guarded')
    throw forbidden(
      'Objects of a guarded collection are retracted by a signed contribution, not deleted.',
    );
  const { selection } = parseFilters(call.query, 'delete', 1);
  const removed = await hub.visible.ask(viewer, async (audiences) => {
    const wanted = {
      ...selection,
      collection: collection.key,
      ids: [call.params.object!],
      audiences,
    };
    // Looked at first: with a list of audiences that is out of date nothing must be removed.
    const { newestAudience, rows } = await hub.store.page(
      { ...wanted, after: 0, withoutBody: true },
      1,
    );
    const known = audiences.length === 0 ? 0 : newestAudience;
    if (rows.length === 0) return { newestAudience: known, count: 0 };
    const now = call.now * 1000;
    const gone = await hub.store.write(async (writing) => {
      const versions = await writing.removeVersions(wanted, now);
      await hub.ledger.recordIn(writing, removedFacts(collection.id, versions, now));
      return versions;
    });
    return { newestAudience: 0, count: gone.length };
  });
  if (removed.count === 0) throw notFound();
  return { status: 200, body: '' };
};
