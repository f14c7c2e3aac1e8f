/** Cases of a lab: every event is checked, stored, and only then counts. */

import type { Case, CaseEvent, Opened } from '../../../act/casework/case.ts';
import { parseCaseEvent } from '../../../act/casework/case-event.ts';
import { type Casework, createCasework, openCase } from '../../../act/casework/casework.ts';
import { contentUuid } from '../../../act/response/policy/stable-hash.ts';
import type { Store } from '../../store/store.ts';
import { createSerial } from '../serial.ts';
import type { Also } from '../decisions/shelf.ts';

export interface Desk {
  readonly casework: Omit<Casework, 'append' | 'remove'>;
  /** Checked, durable, then in effect. `also` is stored with it or not at all. @throws StillwatchError */
  readonly append: (event: CaseEvent, also?: Also) => Promise<Case>;
  /** A case about something that asks for a person; the same matter has one case. */
  readonly open: (
    kind: Opened['kind'],
    about: readonly Pick<Opened, 'about' | 'subject' | 'by'>[],
    at: number,
  ) => Promise<void>;
  readonly events: (id: string) => readonly CaseEvent[];
  /** Deletes cases with all that is kept of them. */
  readonly remove: (ids: readonly string[]) => Promise<void>;
  /** Writes events of cases anew, each as `edit` makes it; those that it leaves as they are cost nothing. */
  readonly rewrite: (edit: (event: CaseEvent) => CaseEvent, also?: Also) => Promise<void>;
}

/** Deterministic, so that a crash between a proposal and its case makes no second one. */
export const caseIdOf = (about: string): string => `case--${contentUuid(['case', about])}`;

interface Numbered {
  readonly number: number;
  readonly event: CaseEvent;
}

const keyOf = (number: number): string => String(number).padStart(12, '0');

/** @throws StillwatchError CASE_EVENT_INVALID */
export const openDesk = async (store: Store): Promise<Desk> => {
  // In the order in which they happened, over all cases: a later case may build on an earlier one.
  const kept = (await store.records.list('case-event')).map(({ id, value }) => ({
    number: Number.parseInt(id, 10),
    event: parseCaseEvent(value),
  }));
  let last = kept.at(-1)?.number ?? 0;
  let casework = createCasework(kept.map(({ event }) => event));
  const history = new Map<string, Numbered[]>();
  const note = (one: Numbered): void => {
    const before = history.get(one.event.case);
    if (before === undefined) history.set(one.event.case, [one]);
    else before.push(one);
  };
  for (const one of kept) note(one);
  const serial = createSerial();

  const append: Desk['append'] = (event, also) =>
    serial(async () => {
      casework.check(event);
      await store.write(async ({ records }) => {
        await records.put('case-event', keyOf(last + 1), event);
        await also?.(records);
      });
      last += 1;
      note({ number: last, event });
      return casework.append(event);
    });
  return {
    get casework() {
      return casework;
    },
    append,
    open: async (kind, matters, at) => {
      for (const one of matters) {
        const id = caseIdOf(one.about);
        if (casework.get(id) === undefined) await append(openCase(id, kind, { ...one, at }));
      }
    },
    events: (id) => (history.get(id) ?? []).map(({ event }) => event),
    remove: (ids) =>
      serial(async () => {
        await store.write(async ({ records }) => {
          for (const id of ids) {
            for (const { number } of history.get(id) ?? [])
              await records.remove('case-event', keyOf(number));
            await records.remove('case-contact', id);
            for (const effect of await records.list('case-effect', `${id}/`))
              await records.remove('case-effect', effect.id);
          }
        });
        for (const id of ids) history.delete(id);
        casework.remove(ids);
      }),
    rewrite: (edit, also) =>
      serial(async () => {
        const all = [...history.values()].flat().sort((a, b) => a.number - b.number);
        const edited = all.map(({ number, event }) => ({ number, event: edit(event), was: event }));
        // What does not make the same cases is refused before anything is written.
        const rewritten = createCasework(edited.map(({ event }) => event));
        await store.write(async ({ records }) => {
          for (const { number, event, was } of edited)
            if (event !== was) await records.put('case-event', keyOf(number), event);
          await also?.(records);
        });
        casework = rewritten;
        history.clear();
        for (const { number, event } of edited) note({ number, event });
      }),
  };
};
