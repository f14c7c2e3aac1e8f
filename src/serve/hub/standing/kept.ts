/**
 * What the hub keeps for standings, under names of its own in the store. Members appear as tags only: one
 * for each member and object, made with the hub's secret, so that two objects never show that one member
 * spoke of both.
 */
import type { IndicatorKind, PermittedAction } from '../../../share/indicator/profile/words.ts';
import type { Ceiling, Saying, StandingStatus } from '../../../share/corroboration/standing.ts';
import type { Secrets } from '../access/secret.ts';
import type { Micros, Records, RecordsWriter } from '../../store/store.ts';

const TAG_LENGTH = 22;
const tagged = (secrets: Secrets, purpose: string, text: string): string =>
  secrets.digest(`${purpose} ${text}`).slice(0, TAG_LENGTH);

/** The public name of a member for one object. 128 bits: two members never share one. */
export const tagOf = (secrets: Secrets, object: string, member: string): string =>
  tagged(secrets, 'standing tag', `${object} ${member}`);
/** The hub's own name for a member, by which what it contributed and said is found again; never published. */
export const ownerOf = (secrets: Secrets, member: string): string =>
  tagged(secrets, 'standing owner', member);

/** An indicator, as far as its standing goes. Times are in milliseconds since 1970. */
export interface KeptSubject {
  readonly collection: string;
  readonly collectionKey: number;
  readonly owner: string;
  readonly kind: IndicatorKind;
  readonly permitted: PermittedAction;
  readonly contributor: { readonly tag: string; readonly at: number; readonly weighs: boolean };
  readonly validUntil: number;
  readonly firstAdded: Micros;
  /** Its newest version. */
  readonly lastAdded: Micros;
  readonly version: string;
  /** Number and text of its audience. */
  readonly audience: number | null;
  readonly label: string;
  readonly retracted: number | null;
  /** As last announced. */
  readonly status: StandingStatus;
  readonly ceiling: Ceiling;
  readonly changes: number | null;
  /** For the scorecard of its contributor. */
  readonly confirmed: boolean;
  readonly disputed: number | null;
  readonly falseHits: number;
}

export interface KeptWord {
  readonly says: Saying;
  readonly at: number;
  readonly weighs: boolean;
  /** The sighting or opinion. */
  readonly ref: string;
}
/** What one member said last of one indicator, of sightings and of opinions. */
export interface KeptWords {
  readonly sighting?: KeptWord | undefined;
  readonly opinion?: KeptWord | undefined;
}

const SUBJECT = 'standing/';
const said = (object: string): string => `said/${object}/`;
const owned = (owner: string): string => `owned/${owner}/`;
const voiced = (owner: string): string => `voiced/${owner}/`;

// All of these were written by the functions below, under the same names.
export const subjectOf = async (
  records: Pick<Records, 'get'>,
  object: string,
): Promise<KeptSubject | undefined> =>
  (await records.get('sealed', SUBJECT + object)) as unknown as KeptSubject | undefined;

export const putSubject = (
  records: RecordsWriter,
  object: string,
  subject: KeptSubject,
): Promise<void> => records.put('sealed', SUBJECT + object, { ...subject });

export const wordsOf = async (
  records: Pick<Records, 'list'>,
  object: string,
): Promise<readonly { readonly tag: string; readonly words: KeptWords }[]> =>
  (await records.list('sealed', said(object))).map(({ id, value }) => ({
    tag: id.slice(said(object).length),
    words: value as KeptWords,
  }));

export const wordsBy = async (
  records: Pick<Records, 'get'>,
  object: string,
  tag: string,
): Promise<KeptWords> =>
  ((await records.get('sealed', said(object) + tag)) as KeptWords | undefined) ?? {};

export const putWords = async (
  records: RecordsWriter,
  object: string,
  tag: string,
  owner: string,
  words: KeptWords,
): Promise<void> => {
  await records.put('sealed', said(object) + tag, { ...words });
  await records.put('sealed', voiced(owner) + object, {});
};

export const putOwned = (records: RecordsWriter, owner: string, object: string): Promise<void> =>
  records.put('sealed', owned(owner) + object, {});

const named = async (records: Pick<Records, 'list'>, prefix: string): Promise<readonly string[]> =>
  (await records.list('sealed', prefix)).map(({ id }) => id.slice(prefix.length));
/** Indicators that a member contributed. */
export const ownedBy = (records: Pick<Records, 'list'>, owner: string) =>
  named(records, owned(owner));
/** Indicators that a member spoke of. */
export const voicedBy = (records: Pick<Records, 'list'>, owner: string) =>
  named(records, voiced(owner));

/** Hours since 1970, by which standings that will change by themselves are found. */
export const HOUR = 3_600_000;
const due = (hour: number): string => `due/${String(hour).padStart(8, '0')}/`;
export const putDue = async (
  records: RecordsWriter,
  object: string,
  changes: number,
): Promise<void> => records.put('sealed', due(Math.floor(changes / HOUR)) + object, {});
export const dueIn = (records: Pick<Records, 'list'>, hour: number) => named(records, due(hour));
export const removeDue = async (
  records: RecordsWriter,
  hour: number,
  object: string,
): Promise<boolean> => records.remove('sealed', due(hour) + object);
