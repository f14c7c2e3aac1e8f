/**
 * Pages as an async iterator (TAXII 2.1, sections 3.4 and 3.5). Each page carries the cursor to keep once it
 * has been dealt with: whoever stops there, and starts again from it, misses nothing.
 */
import { answerInvalid, refused } from './fault.ts';
import type { Page } from './resources.ts';
import type { Session } from './session.ts';

/** Where to go on. As JSON it can be kept anywhere; texts of the server are kept as they came. */
export interface Cursor {
  /** Everything up to here was seen: `X-TAXII-Date-Added-Last` of a finished run. */
  readonly addedAfter?: string | undefined;
  /** Within a run that began at `addedAfter`. */
  readonly next?: string | undefined;
}

export interface PageOptions {
  readonly cursor?: Cursor | undefined;
  readonly limit?: number | undefined;
  /** `{ type: ['indicator'] }` becomes `match[type]=indicator`. */
  readonly match?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface PageSeen<T> {
  readonly items: readonly T[];
  /** Keep it after this page was dealt with. */
  readonly cursor: Cursor;
  readonly more: boolean;
  /** The server no longer knew `next`, and the run began anew: some items come again, none is missed. */
  readonly restarted: boolean;
}

const address = (
  url: URL,
  { limit, match = {} }: PageOptions,
  { addedAfter, next }: Cursor,
): URL => {
  const asked = new URL(url);
  if (addedAfter !== undefined) asked.searchParams.set('added_after', addedAfter);
  for (const [name, values] of Object.entries(match))
    asked.searchParams.set(`match[${name}]`, values.join(','));
  if (limit !== undefined) asked.searchParams.set('limit', String(limit));
  // 3.5: with every other parameter as it was.
  if (next !== undefined) asked.searchParams.set('next', next);
  return asked;
};

const LONGEST_STAMP = 64;
const stampOf = (header: string | null): string | undefined =>
  header === null || header.length > LONGEST_STAMP || !/^\d{4}-[0-9T:.-]+Z$/.test(header)
    ? undefined
    : header;

/** @throws StillwatchError `TAXII_REFUSED`, `TAXII_ANSWER_INVALID`, `TAXII_UNREACHABLE`. */
export async function* pagesOf<T>(
  session: Session,
  url: URL,
  parse: (value: unknown) => Page<T>,
  options: PageOptions = {},
): AsyncGenerator<PageSeen<T>, void, undefined> {
  let cursor: Cursor = options.cursor ?? {};
  let restarted = false;
  for (;;) {
    const asked = address(url, options, cursor);
    const { status, value, header } = await session.ask({
      method: 'GET',
      url: asked,
      repeatable: true,
    });
    // Tokens of some servers expire. The run's own start is still known: twice is better than never.
    if (
      cursor.next !== undefined &&
      !restarted &&
      (status === 400 || status === 404 || status === 410)
    ) {
      cursor = cursor.addedAfter === undefined ? {} : { addedAfter: cursor.addedAfter };
      restarted = true;
      continue;
    }
    if (status !== 200) throw refused('GET', status, value);
    const page = parse(value);
    const last = stampOf(header('x-taxii-date-added-last'));
    const after = last ?? cursor.addedAfter;
    const following: Cursor = page.more
      ? page.next === undefined
        ? // 3.5: `next` is the server's choice; without it the stamp of the last item leads on.
          { addedAfter: after }
        : {
            ...(cursor.addedAfter === undefined ? {} : { addedAfter: cursor.addedAfter }),
            next: page.next,
          }
      : after === undefined
        ? {}
        : { addedAfter: after };
    const stands = following.next === cursor.next && following.addedAfter === cursor.addedAfter;
    if (page.more && stands)
      throw answerInvalid('says that more follows, and where it stood before');
    cursor = following;
    yield { items: page.items, cursor, more: page.more, restarted };
    if (!page.more) return;
    restarted = false;
  }
}
