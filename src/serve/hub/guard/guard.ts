/**
 * The guard of guarded collections. In order: who signed it, whether it may leave, whether it would hit
 * the innocent, under which name it is published. Everything it decides is recorded in the transaction
 * that publishes: nonce, names, sealed origin, refusals, entries of the ledger.
 */
import { setImmediate } from 'node:timers/promises';
import { checkLeaving } from '../../../share/sharing/firewall/check.ts';
import { objectDigest } from '../../../share/sharing/signing/envelope.ts';
import { checkWarninglists } from '../../../share/sharing/warninglist/check.ts';
import type { Warninglist } from '../../../share/sharing/warninglist/warninglist.ts';
import type { StixObject } from '../../../share/stix/types.ts';
import type { AddOutcome, Store, Writing } from '../../store/store.ts';
import { groupMarking, labelOf, labelText } from '../access/audience.ts';
import type { Secrets } from '../access/secret.ts';
import type { Admission, Admit, Contribution, Verdict } from '../admit.ts';
import { Refusal } from '../http/refusal.ts';
import { acceptedFacts, type Fact, type HubLedger } from '../ledger/record.ts';
import { checkObject } from '../taxii/check-object.ts';
import { hubIdentityOf } from './names.ts';
import { keepContribution, keepOrigin, sealsOf } from './origin.ts';
import { isReady, type Json, publish, publishedRecordId, type Ready } from './publish.ts';
import { keepRefusal, refusedObject } from './refusals.ts';
import {
  forgettable,
  nonceId,
  type Refused,
  type SignedRequest,
  verifiedRequest,
} from './signed-body.ts';

export interface GuardOptions {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly ledger: HubLedger;
  readonly warninglists?: readonly Warninglist[];
}

const LONGEST_TURN_MS = 10;

type Judged = { readonly ready: Ready } | { readonly faults: readonly Refused[] };

/** Why an object may not be published whatever it is called. */
const faultsOf = (object: unknown, lists: readonly Warninglist[]): readonly Refused[] => {
  const { allowed, faults } = checkLeaving(object);
  return allowed ? checkWarninglists(object, lists) : faults;
};

const idOf = (object: unknown): string => String((object as Json).id);

const judge = async (
  { objects, member, now }: Contribution,
  { store, secrets, ledger, warninglists = [] }: GuardOptions,
): Promise<readonly Judged[]> => {
  const faults: (readonly Refused[])[] = [];
  let since = performance.now();
  for (const object of objects) {
    faults.push(faultsOf(object, warninglists));
    // A contribution made to be costly to look at must not keep the others waiting.
    if (performance.now() - since > LONGEST_TURN_MS) {
      await setImmediate();
      since = performance.now();
    }
  }
  const passing = objects.filter((_, i) => faults[i]!.length === 0);
  const together = new Map(
    passing.map((object) => [idOf(object), labelOf(object as StixObject, '')] as const),
  );
  const groups = (await store.records.list('group')).map(({ value }) => value);
  const publishing = {
    secrets,
    records: store.records,
    member: member.id,
    reader: {
      member,
      groups: new Set(groups.map(groupMarking)),
      memberOf: new Set(
        groups.filter(({ members }) => members.includes(member.id)).map(groupMarking),
      ),
    },
    identity: hubIdentityOf(secrets, ledger.origin).id,
    now: Math.floor(now / 1000),
  };
  const judged: Judged[] = [];
  for (const [i, object] of objects.entries()) {
    if (faults[i]!.length > 0) {
      judged.push({ faults: faults[i]! });
      continue;
    }
    const published = await publish(object as Json, together, publishing);
    judged.push(isReady(published) ? { ready: published } : { faults: [published] });
  }
  return judged;
};

const verdictOf = (judged: Judged): Verdict => {
  if ('ready' in judged) return { accepted: true, object: judged.ready.object };
  const [first, ...more] = judged.faults;
  const { code, path, sentence } = first!;
  const rest = more.length > 0 ? ` And ${more.length} more: GET /api/refusals lists them.` : '';
  return { accepted: false, code, path, sentence: `${sentence}${rest}` };
};

/** One entry for each code: a contribution of thousands must not fill the ledger with its faults. */
const refusedFacts = (
  judged: readonly Judged[],
  contribution: string | undefined,
  at: number,
): readonly Fact[] => {
  const counts = new Map<string, number>();
  for (const one of judged)
    if ('faults' in one)
      counts.set(one.faults[0]!.code, (counts.get(one.faults[0]!.code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({
    kind: 'refused',
    at,
    code,
    contribution: { sha256: contribution ?? null, count },
  }));
};

/** What stays of a contribution, whatever became of it. */
const recorder = (
  options: GuardOptions,
  contribution: Contribution,
  judged: readonly Judged[],
  request: SignedRequest | undefined,
) => {
  const { store, secrets, ledger } = options;
  const { member, collection, objects, now } = contribution;
  const nowMs = Math.floor(now / 1000);
  const digest = request && objectDigest(request.signed);
  const ready = judged.flatMap((one) => ('ready' in one ? [one.ready] : []));

  const useNonce = async ({ records }: Writing): Promise<void> => {
    if (request === undefined) return;
    const { nonce, until } = request.remember;
    // Two copies of one contribution may have been checked at the same time: the second ends here.
    if (!(await records.putNew('seen', nonceId(member.id, nonce, until), { until })))
      throw new Refusal(409, 'The contribution was received before', {
        description: 'CONTRIBUTION_REPLAYED: sign again, with a new nonce, only what is new.',
      });
    // One in sixteen looks for what may be forgotten.
    if (nonce.charCodeAt(0) % 16 === 0)
      for (const prefix of forgettable(member.id, nowMs))
        for (const { id } of await records.list('seen', prefix)) await records.remove('seen', id);
  };
  const introduce = async ({ records, addVersions }: Writing): Promise<void> => {
    if (!(await records.putNew('seen', `introduced/${collection.id}`, {}))) return;
    const identity = hubIdentityOf(secrets, ledger.origin);
    const checked = checkObject(identity, '');
    if (typeof checked === 'string') return;
    const audience = labelText(labelOf(identity as StixObject, ''));
    const body = JSON.stringify(identity);
    await addVersions(collection.key, [{ ...checked.version, audience, body }], now);
  };
  const keepNames = async (writing: Writing, outcomes: readonly AddOutcome[]): Promise<void> => {
    const { records } = writing;
    const seals = await sealsOf(records, secrets);
    for (const [i, { object, own, constant }] of ready.entries()) {
      if (constant || outcomes[i]?.outcome !== 'added') continue;
      const { id, created, modified } = object as Record<string, string>;
      const label = labelText(labelOf(object as unknown as StixObject, ''));
      await records.put('seen', publishedRecordId(id!), {
        created,
        modified,
        label,
        collection: collection.id,
      });
      await records.put('seen', `own/${member.id}/${own}`, { id, modified });
      const origin = {
        member: member.id,
        object: own,
        key: request!.envelope.key,
        contribution: digest!,
      };
      await keepOrigin(records, seals, id!, modified!, origin);
    }
    if (request !== undefined && outcomes.some(({ outcome }) => outcome === 'added'))
      await keepContribution(records, seals, digest!, request.signed);
  };
  const record = async (writing: Writing, outcomes: readonly AddOutcome[]): Promise<void> => {
    await useNonce(writing);
    if (ready.length > 0) await introduce(writing);
    await keepNames(writing, outcomes);
    const versions = ready.map(({ object }) => ({
      body: JSON.stringify(object),
      revoked: object.revoked === true,
    }));
    const facts = [
      ...acceptedFacts(collection.key, versions, outcomes, { sha256: digest ?? null }, now),
      ...refusedFacts(judged, digest, nowMs),
    ];
    if (facts.length > 0) await ledger.recordIn(writing, facts);
    const refused = judged.flatMap((one, i) =>
      'faults' in one ? [refusedObject(objects[i], one.faults)] : [],
    );
    if (refused.length === 0) return;
    await keepRefusal(writing.records, {
      at: new Date(nowMs).toISOString(),
      member: member.id,
      collection: collection.id,
      ...(digest === undefined ? {} : { contribution: digest }),
      objects: refused,
    });
    await writing.appendEvents([
      {
        at: now,
        kind: 'refusal',
        body: { member: member.id, collection: collection.id, count: refused.length },
      },
    ]);
  };
  return (writing: Writing, outcomes: readonly AddOutcome[]): Promise<void> =>
    record(writing, outcomes).catch((error: unknown) => {
      if (error instanceof Refusal)
        // The write is undone with its records; that somebody replayed is kept by one of its own.
        void store
          .write(({ records }) =>
            keepRefusal(records, {
              at: new Date(nowMs).toISOString(),
              member: member.id,
              collection: collection.id,
              objects: [
                refusedObject(objects[0], [
                  { code: 'CONTRIBUTION_REPLAYED', path: '', sentence: error.title },
                ]),
              ],
            }),
          )
          .catch(() => {});
      throw error;
    });
};

/** Makes the guard of a hub. */
export const guardOf = (options: GuardOptions): Admit => {
  const { store, ledger } = options;
  return async (contribution): Promise<Admission> => {
    const request = await verifiedRequest(contribution, ledger.origin, store.records);
    const verified = 'signed' in request ? request : undefined;
    const judged: readonly Judged[] =
      verified === undefined
        ? contribution.objects.map(() => ({ faults: [request as Refused] }))
        : await judge(contribution, options);
    return {
      verdicts: judged.map(verdictOf),
      record: recorder(options, contribution, judged, verified),
    };
  };
};
