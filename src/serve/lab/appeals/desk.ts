/** Cases of a lab: every event is checked, stored, and only then counts. */
import { createCasework, openCase, type Casework } from '../../../act/casework/casework.ts';
import type { Case, CaseEvent, Opened } from '../../../act/casework/case.ts';
import { parseCaseEvent } from '../../../act/casework/case-event.ts';
import { contentUuid } from '../../../act/response/policy/stable-hash.ts';
import type { Also } from '../decisions/book.ts';
import { createSerial } from '../deciding/serial.ts';
import type { Store } from '../../store/store.ts';

export interface Desk {
  readonly casework: Omit<Casework, 'append'>;
  /** Checked, durable, then in effect. `also` is stored with it or not at all. @throws StillwatchError */
  readonly append: (event: CaseEvent, also?: Also) => Promise<Case>;
  /** A case about something that asks for a person; the same matter has one case. */
  readonly open: (
    kind: Opened['kind'],
    about: readonly Pick<Opened, 'about' | 'subject' | 'by'>[],
    at: number,
  ) => Promise<void>;
  readonly events: (id: string) => readonly CaseEvent[];
}

/** Deterministic, so that a crash between a proposal and its case makes no second one. */
export const caseIdOf = (about: string): string => `case--${contentUuid(['case', about])}`;

/** @throws StillwatchError CASE_EVENT_INVALID */
export const openDesk = async (store: Store): Promise<Desk> => {
  // In the order in which they happened, over all cases: a later case may build on an earlier one.
  const kept = (await store.records.list('case-event')).map(({ id, value }) => ({
    number: Number.parseInt(id, 10),
    event: parseCaseEvent(value),
  }));
  let last = kept.at(-1)?.number ?? 0;
  const casework = createCasework(kept.map(({ event }) => event));
  const history = new Map<string, CaseEvent[]>();
  const note = (event: CaseEvent): void => {
    const before = history.get(event.case);
    if (before === undefined) history.set(event.case, [event]);
    else before.push(event);
  };
  for (const { event } of kept) note(event);
  const serial = createSerial();

  const append: Desk['append'] = (event, also) =>
    serial(async () => {
      casework.check(event);
      await store.write(async ({ records }) => {
        await records.put('case-event', String(last + 1).padStart(12, '0'), event);
        await also?.(records);
      });
      last += 1;
      note(event);
      return casework.append(event);
    });
  return {
    casework,
    append,
    open: async (kind, matters, at) => {
      for (const one of matters) {
        const id = caseIdOf(one.about);
        if (casework.get(id) === undefined) await append(openCase(id, kind, { ...one, at }));
      }
    },
    events: (id) => history.get(id) ?? [],
  };
};
