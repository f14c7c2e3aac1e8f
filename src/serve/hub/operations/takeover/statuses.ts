/** Statuses of medallion as TAXII 2.1, section 4.3.1, has them: 2.x listed ids, and named a count otherwise. */
import { isJson, type Json, own } from './medallion-file.ts';

type Detail = { readonly id: string; readonly version: string; readonly message?: string };

const detailsOf = (value: unknown, fallback: string): readonly Detail[] =>
  (Array.isArray(value) ? value : []).flatMap((one: unknown): Detail[] => {
    if (typeof one === 'string') return [{ id: one, version: fallback }];
    if (!isJson(one)) return [];
    const { id, version, message } = one;
    return typeof id === 'string'
      ? [
          {
            id,
            version: typeof version === 'string' ? version : fallback,
            ...(typeof message === 'string' ? { message } : {}),
          },
        ]
      : [];
  });

/** Undefined when it has no id. Its counts are those of its lists. */
export const statusOf = (status: Json): (Json & { readonly id: string }) | undefined => {
  const { id } = status;
  if (typeof id !== 'string' || !/^[A-Za-z0-9-]{1,100}$/.test(id)) return undefined;
  const given = own(status, 'request_timestamp');
  const time = typeof given === 'string' ? given : undefined;
  const fallback = time ?? '1970-01-01T00:00:00Z';
  const lists = {
    successes: detailsOf(own(status, 'successes'), fallback),
    failures: detailsOf(own(status, 'failures'), fallback),
    pendings: detailsOf(own(status, 'pendings'), fallback),
  };
  return {
    id,
    status: own(status, 'status') === 'complete' ? 'complete' : 'pending',
    ...(time === undefined ? {} : { request_timestamp: time }),
    total_count: lists.successes.length + lists.failures.length + lists.pendings.length,
    success_count: lists.successes.length,
    successes: lists.successes,
    failure_count: lists.failures.length,
    failures: lists.failures,
    pending_count: lists.pendings.length,
    pendings: lists.pendings,
  };
};
