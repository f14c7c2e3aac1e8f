/** Computing a standing from what is kept, and telling everybody when it has changed. */
import {
  type Standing,
  standingOf,
  type Statement,
  type Subject,
} from '../../../share/corroboration/standing.ts';
import type { CorroborationRule } from '../../../share/corroboration/rule.ts';
import type { Writing } from '../../store/store.ts';
import { type KeptSubject, type KeptWords, putDue, putSubject, wordsOf } from './kept.ts';

export interface PublishedStatement extends Statement {
  readonly ref: string;
}

export const statementsOf = (
  all: readonly { readonly tag: string; readonly words: KeptWords }[],
): readonly PublishedStatement[] =>
  all.flatMap(({ tag, words: { sighting, opinion } }) =>
    [sighting, opinion].flatMap((word) => (word === undefined ? [] : [{ tag, ...word }])),
  );

export const asSubject = ({
  kind,
  permitted,
  contributor,
  validUntil,
  retracted,
}: KeptSubject): Subject => ({
  kind,
  permitted,
  contributor,
  validUntil,
  retracted: retracted !== null,
});

/** Computes, keeps and announces; within the write that changed what it is computed from. */
export const judge = async (
  { records, appendEvents }: Pick<Writing, 'records' | 'appendEvents'>,
  object: string,
  subject: KeptSubject,
  rule: CorroborationRule,
  now: number,
): Promise<Standing> => {
  const words = await wordsOf(records, object);
  const standing = standingOf(asSubject(subject), statementsOf(words), now, rule);
  const { status, ceiling, changes, confirmers, disputers } = standing;
  await putSubject(records, object, {
    ...subject,
    status,
    ceiling,
    changes,
    confirmed: subject.confirmed || confirmers > 0,
    disputed: subject.disputed ?? (disputers > 0 ? now : null),
  });
  if (changes !== null) await putDue(records, object, changes);
  // A new indicator, and one that is taken back, are told by the store's own events.
  const told = status === 'retracted' || subject.audience === null;
  if (!told && (status !== subject.status || ceiling !== subject.ceiling))
    await appendEvents([
      {
        at: now * 1000,
        kind: 'object-changed',
        collection: subject.collectionKey,
        audience: subject.audience!,
        body: {
          id: object,
          type: 'indicator',
          version: subject.version,
          added: subject.lastAdded,
          standing: { status, ceiling },
        },
      },
    ]);
  return standing;
};
