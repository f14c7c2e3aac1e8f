/**
 * The oblivious function at the hub: one key for each kind of identifier and quarter, evaluations on a
 * thread of their own, budgets per member, and every count in the ledger before an answer leaves.
 */
import { randomBytes } from 'node:crypto';
import {
  type BudgetState,
  type EvaluationLimits,
  freshBudget,
  spend,
  type Spending,
} from '../../../share/sharing/blinding/budget.ts';
import { createEvaluator, type Evaluator } from '../../../share/sharing/blinding/evaluator.ts';
import {
  type Epoch,
  epochAt,
  IDENTIFIER_KINDS,
  type IdentifierKind,
} from '../../../share/sharing/blinding/kind.ts';
import {
  type KeyCommitment,
  ROOT_SECRET_BYTES,
} from '../../../share/sharing/blinding/server-key.ts';
import type { EvaluationRequest } from '../../../share/sharing/blinding/wire.ts';
import type { Records, Store } from '../../store/store.ts';
import type { Hub, Service } from '../hub.ts';

const ROOT = 'blinding-root';

export interface Blinding {
  readonly evaluator: Evaluator;
  /** Of the quarters before, now and next: published before it is used. */
  readonly commitments: (now: number) => Promise<readonly KeyCommitment[]>;
}

/** Enough for a lab that blinds what is new each day; far too little to try all phone numbers. */
export const DEFAULT_LIMITS: EvaluationLimits = { burst: 2560, perSecond: 50, perEpoch: 500_000 };

export const LIMIT_NAMES = ['burst', 'perSecond', 'perEpoch'] as const;
export const limitSetting = (member: string, name: (typeof LIMIT_NAMES)[number]): string =>
  `blinding-limit/${member}/${name}`;

export const limitsOf = async (
  records: Pick<Records, 'get'>,
  member: string,
): Promise<EvaluationLimits> => {
  const own = async (name: (typeof LIMIT_NAMES)[number]): Promise<number> =>
    Number((await records.get('setting', limitSetting(member, name))) ?? DEFAULT_LIMITS[name]);
  return {
    burst: await own('burst'),
    perSecond: await own('perSecond'),
    perEpoch: await own('perEpoch'),
  };
};

/** The root secret of all keys, made once for each database. */
const rootOf = async (store: Store): Promise<Uint8Array> => {
  const known =
    (await store.records.get('setting', ROOT)) ??
    (await store.write(async ({ records }) => {
      await records.putNew('setting', ROOT, randomBytes(ROOT_SECRET_BYTES).toString('base64url'));
      return records.get('setting', ROOT);
    }));
  return Buffer.from(String(known), 'base64url');
};

const QUARTER_MS = 92 * 86_400_000;

/** A day in the quarter before and one in the next are never in this one. */
export const epochsAround = (now: number): readonly [Epoch, Epoch, Epoch] => {
  const date = new Date(now);
  const start = Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3, 1);
  return [epochAt(start - 1), epochAt(now), epochAt(start + QUARTER_MS)];
};

export const epochEnd = (now: number): number => {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3 + 3, 1);
};

/**
 * Takes a batch out of the member's budget and writes its count to the ledger, in one transaction.
 *
 * @throws StillwatchError `BLINDING_RATE_EXCEEDED`, `BLINDING_BUDGET_SPENT`
 */
export const charge = async (
  { store, ledger }: Pick<Hub, 'store' | 'ledger'>,
  member: string,
  { kind, epoch, blinded }: Pick<EvaluationRequest, 'kind' | 'epoch' | 'blinded'>,
  now: number,
): Promise<Spending> =>
  store.write(async (writing) => {
    const { records } = writing;
    const id = `blinding/${member}/${kind}/${epoch}`;
    const limits = await limitsOf(records, member);
    const before =
      ((await records.get('seen', id)) as BudgetState | undefined) ??
      freshBudget(limits, epoch, now);
    const count = blinded.length;
    const spending = spend(before, limits, { count, epoch, now });
    await records.put('seen', id, { ...spending.state });
    if (spending.granted)
      await ledger.recordIn(writing, [
        { kind: 'evaluated', at: now, member: { id: member }, identifier: kind, epoch, count },
      ]);
    return spending;
  });

const running = new WeakMap<Hub, Blinding>();

export const blindingOf = (hub: Hub): Blinding => {
  const blinding = running.get(hub);
  if (blinding === undefined) throw new Error('the blinding of this hub was not started');
  return blinding;
};

export const blindingService: Service = async (hub) => {
  const evaluator = createEvaluator(await rootOf(hub.store));
  const known = new Map<string, Promise<KeyCommitment>>();
  const commitment = (kind: IdentifierKind, epoch: Epoch): Promise<KeyCommitment> => {
    const name = `${kind} ${epoch}`;
    const found = known.get(name) ?? evaluator.commitment(kind, epoch);
    known.set(name, found);
    // Asked again after a failure: a promise that was refused is no answer for ever.
    found.catch(() => known.delete(name));
    return found;
  };
  running.set(hub, {
    evaluator,
    commitments: (now) =>
      Promise.all(
        epochsAround(now).flatMap((epoch) =>
          IDENTIFIER_KINDS.map((kind) => commitment(kind, epoch)),
        ),
      ),
  });
  return () => evaluator.close();
};
