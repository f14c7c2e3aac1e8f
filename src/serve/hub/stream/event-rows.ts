/** The versions that events of the log speak of, as they lie in the store now: few queries for many events. */
import type { Store, StoredEvent, VersionRow } from '../../store/store.ts';

/** What the event of an object says (`src/serve/store/versions-write.ts`). */
export interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly added: number;
  /** Of a change of audience: whether this is the audience that it has now. */
  readonly visible?: boolean;
  /** Of a change that is none of the object: what the members' words make of it now. */
  readonly standing?: { readonly status: string; readonly ceiling: string };
}

export const bodyOf = ({ body }: StoredEvent): EventBody => body as EventBody;

/** Rows of one look at the store. */
const MOST_ROWS = 1000;

export const placeOf = (collection: number, added: number): string => `${collection} ${added}`;

/**
 * By place. Missing is what is no longer there, and what is not in one of the audiences.
 *
 * @param audiencesOf the audiences in which the version of an event is looked for
 */
export const rowsOf = async (
  store: Pick<Store, 'page'>,
  events: readonly StoredEvent[],
  audiencesOf: (event: StoredEvent) => readonly number[],
): Promise<ReadonlyMap<string, VersionRow>> => {
  const found = new Map<string, VersionRow>();
  const wanted = Map.groupBy(
    events.filter(({ collection }) => collection !== undefined),
    (event) => `${event.collection} ${audiencesOf(event).join()}`,
  );
  for (const some of wanted.values()) {
    const collection = some[0]!.collection!;
    const left = new Set(some.map((event) => bodyOf(event).added));
    const last = Math.max(...left);
    let after = Math.min(...left) - 1;
    // An object may have many more versions than those that are told: never past the last of them.
    for (let more = true; more && left.size > 0 && after < last; ) {
      const page = await store.page(
        {
          collection,
          audiences: audiencesOf(some[0]!),
          after,
          ids: [...new Set(some.map((event) => bodyOf(event).id))],
          versions: ['all'],
          specVersions: ['2.0', '2.1'],
        },
        MOST_ROWS,
      );
      for (const row of page.rows) {
        if (left.delete(row.added)) found.set(placeOf(collection, row.added), row);
        after = row.added;
      }
      more = page.more;
    }
  }
  return found;
};
