/**
 * Corroboration at the door: whatever the guard accepts and publishes counts in the same transaction, for
 * what it is (an indicator) or for what it says of one (a sighting, an opinion).
 */
import { saidBy } from '../../../share/corroboration/said.ts';
import type { CorroborationRule } from '../../../share/corroboration/rule.ts';
import { EXTENSION_IDS } from '../../../share/indicator/profile/extension-definitions.ts';
import {
  INDICATOR_KINDS,
  type IndicatorKind,
  PERMITTED_ACTIONS,
  type PermittedAction,
} from '../../../share/indicator/profile/words.ts';
import type { Collection, Member } from '../../store/records.ts';
import type { AddOutcome, Store, Writing } from '../../store/store.ts';
import { labelText, maySee } from '../access/audience.ts';
import type { Secrets } from '../access/secret.ts';
import type { Visible } from '../access/visible.ts';
import type { Admit } from '../admit.ts';
import { checkObject } from '../taxii/check-object.ts';
import { parseLabel, reachesAllOf, readersOf, versionsOf } from './everything.ts';
import { judge } from './judge.ts';
import {
  type KeptSubject,
  ownerOf,
  putOwned,
  putWords,
  subjectOf,
  tagOf,
  wordsBy,
} from './kept.ts';
import { noteRetraction } from './retraction.ts';
import { ruleOf, weighs } from './rule.ts';

type Json = Readonly<Record<string, unknown>>;

interface Given {
  readonly object: Json;
  readonly id: string;
  readonly label: string;
}

/** What the profile says of an indicator; undefined for one of another profile, which has no standing. */
const profileOf = (
  object: Json,
):
  | { readonly kind: IndicatorKind; readonly permitted: PermittedAction; readonly until: number }
  | undefined => {
  const extensions = object.extensions as Readonly<Record<string, Json>> | undefined;
  if (object.type !== 'indicator' || typeof extensions !== 'object') return undefined;
  const kind = INDICATOR_KINDS.find((one) => Object.hasOwn(extensions, EXTENSION_IDS[one]));
  if (kind === undefined) return undefined;
  const permitted = PERMITTED_ACTIONS.find(
    (one) => one === extensions[EXTENSION_IDS[kind]]!.permitted_action,
  );
  const until = Date.parse(String(object.valid_until));
  return permitted === undefined || Number.isNaN(until) ? undefined : { kind, permitted, until };
};

interface Work {
  readonly writing: Writing;
  readonly secrets: Secrets;
  readonly collection: Collection;
  readonly member: Member;
  readonly rule: CorroborationRule;
  readonly counts: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const recordIndicator = async (
  { writing, secrets, collection, member, rule, counts, now }: Work,
  { object, id, label }: Given,
  outcome: AddOutcome,
): Promise<void> => {
  const { records } = writing;
  const profile = profileOf(object);
  const before = await subjectOf(records, id);
  const tag = tagOf(secrets, id, member.id);
  if (profile === undefined && before === undefined) return;
  // Somebody else's: the guard lets nobody change it, and its standing would not follow.
  if (before !== undefined && (before.contributor.tag !== tag || before.retracted !== null)) return;
  const owner = ownerOf(secrets, member.id);
  const revoked = object.revoked === true;
  const fresh: KeptSubject = {
    collection: collection.id,
    collectionKey: collection.key,
    owner,
    kind: profile?.kind ?? before!.kind,
    permitted: profile?.permitted ?? before!.permitted,
    contributor: { tag, at: now, weighs: counts },
    validUntil: profile?.until ?? before!.validUntil,
    firstAdded: before?.firstAdded ?? outcome.added,
    lastAdded: outcome.added,
    version: outcome.version,
    audience: before?.label === label ? before.audience : null,
    label,
    retracted: revoked ? now : null,
    status: before?.status ?? 'single-source',
    ceiling: before?.ceiling ?? 'watch',
    changes: null,
    confirmed: before?.confirmed ?? false,
    disputed: before?.disputed ?? null,
    falseHits: before?.falseHits ?? 0,
  };
  if (before === undefined) await putOwned(records, owner, id);
  await judge(writing, id, fresh, rule, now);
  if (revoked)
    await noteRetraction(writing, secrets, {
      object: id,
      collection,
      firstAdded: fresh.firstAdded,
      labels: [...new Set([label, before?.label ?? label])],
      reason: 'contributor',
      owner,
      now,
    });
};

const recordWords = async (
  { writing, secrets, collection, member, rule, counts, now }: Work,
  { object, id, label }: Given,
  audiences: ReadonlyMap<string, number>,
): Promise<void> => {
  const { records } = writing;
  for (const { about, says, falseHit } of saidBy(object)) {
    const subject = await subjectOf(records, about);
    const audience = audiences.get(about);
    // Unknown here, not for this member's eyes, or said to fewer than may see what it speaks of.
    if (subject === undefined || audience === undefined || subject.collection !== collection.id)
      continue;
    if (!reachesAllOf(parseLabel(label), parseLabel(subject.label))) continue;
    const tag = tagOf(secrets, about, member.id);
    const before = await wordsBy(records, about, tag);
    const word = { says, at: now, weighs: counts, ref: id };
    const channel = object.type === 'sighting' ? 'sighting' : 'opinion';
    // Taking back an older sighting leaves what a newer one says.
    if (object.revoked === true && before[channel]?.ref !== id) continue;
    const owner = ownerOf(secrets, member.id);
    await putWords(records, about, tag, owner, { ...before, [channel]: word });
    const told = { ...subject, audience, falseHits: subject.falseHits + (falseHit ? 1 : 0) };
    await judge(writing, about, told, rule, now);
  }
};

/** Numbers of the audiences of the indicators that are spoken of, as far as the member may see them. */
const audiencesOf = async (
  store: Store,
  visible: Visible,
  collection: Collection,
  member: Member,
  given: readonly Given[],
): Promise<ReadonlyMap<string, number>> => {
  const abouts = new Set(given.flatMap(({ object }) => saidBy(object).map(({ about }) => about)));
  const found = new Map<string, number>();
  if (abouts.size === 0) return found;
  const reader = (await readersOf(store.records)).find((one) => one.member.id === member.id);
  for (const about of abouts) {
    const subject = await subjectOf(store.records, about);
    if (reader === undefined || subject === undefined) continue;
    if (!maySee(reader, parseLabel(subject.label))) continue;
    const row = (await versionsOf(store, visible, collection.key, about)).at(-1);
    if (row !== undefined) found.set(about, row.audience);
  }
  return found;
};

/** Stands behind another door and counts what passes it. */
export const withStanding =
  (
    hub: { readonly store: Store; readonly secrets: Secrets; readonly visible: Visible },
    admit: Admit,
  ): Admit =>
  async (contribution) => {
    const admission = await admit(contribution);
    const { collection, member } = contribution;
    const { store, secrets, visible } = hub;
    // One for each outcome: what is published, in the order in which it is stored.
    const given = admission.verdicts.flatMap((verdict): Given[] => {
      if (!verdict.accepted) return [];
      const checked = checkObject(verdict.object, '');
      return typeof checked === 'string'
        ? []
        : [{ object: verdict.object, id: checked.version.id, label: labelText(checked.label) }];
    });
    if (given.length === 0) return admission;
    const audiences = await audiencesOf(store, visible, collection, member, given);
    return {
      ...admission,
      record: async (writing, outcomes) => {
        await admission.record?.(writing, outcomes);
        const now = Math.floor(contribution.now / 1000);
        const rule = await ruleOf(writing.records);
        const counts = await weighs(writing.records, member, rule, now);
        const work = { writing, secrets, collection, member, rule, counts, now };
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome.outcome !== 'added') continue;
          await recordIndicator(work, given[i]!, outcome);
          await recordWords(work, given[i]!, audiences);
        }
      },
    };
  };
