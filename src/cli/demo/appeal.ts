/** The honest customer's way back: an appeal by decision id at one lab, and right again at all of them. */
import type { LabName } from '../../prove/demo/lab-name.ts';
import { decodeBundleFile } from '../../share/ledger/bundle-file.ts';
import { LOG_KEY, parseVerifierKey } from '../../share/ledger/verifier-key.ts';
import { verifyBundle } from '../../share/ledger/verify.ts';
import type { DemoLab } from './lab.ts';
import { atGate } from './wait.ts';

/** A lab that is busy may take long; one that takes longer than this has a fault. */
export const LIMIT_MS = 90_000;

const call = async (
  { lab, token }: DemoLab,
  path: string,
  body: object,
): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(`${lab.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
};

export interface PutRight {
  readonly case: string;
  readonly told: string;
  /** Milliseconds from the reviewer's outcome until each lab's gate lets the customer pass; null: it does not. */
  readonly ms: Readonly<Record<LabName, number | null>>;
  /** Objects that were taken back from the hub. */
  readonly retracted: readonly string[];
}

interface DecidedCase {
  readonly outcome?: {
    readonly told?: string;
    readonly effects?: readonly { readonly effect: string; readonly objects?: readonly string[] }[];
  };
}

/** @param account of the customer at each lab, where it is refused */
export const appeal = async (
  at: DemoLab,
  labs: readonly DemoLab[],
  decision: string,
  account: Readonly<Record<LabName, string>>,
): Promise<PutRight> => {
  const filed = await call(at, '/appeals', {
    decision_id: decision,
    statement:
      'We are an evaluation institute. We run public test questions against many models, from rented machines.',
    contact: 'desk@evaluation-institute.example',
  });
  const id = String(filed.case);
  const from = performance.now();
  const decided = await call(at, `/cases/${id}/decide`, {
    outcome: 'overturned',
    wrong: 'membership',
    reason:
      'The institute, its contract and its machines are known; it shares a hosting provider with the operator.',
    told: 'The decision was wrong and has been taken back. We have told everybody whom we had warned.',
  });
  const ms: Record<LabName, number | null> = { A: null, B: null, C: null };
  await Promise.all(
    labs.map(async (lab) => {
      const { gate } = lab.service.deciding.book;
      const passes = (): boolean =>
        gate.answer({ account: account[lab.name] }, Date.now()).action === 'allow';
      if (await atGate(lab, passes, LIMIT_MS)) ms[lab.name] = Math.round(performance.now() - from);
    }),
  );
  const { outcome } = decided as DecidedCase;
  const retracted = (outcome?.effects ?? []).flatMap(({ effect, objects = [] }) =>
    effect === 'retract' ? objects : [],
  );
  return { case: id, told: outcome?.told ?? '', ms, retracted };
};

export interface LedgerCheck {
  /** Entries that were verified, one for each version of an object; those of versions that take one back. */
  readonly entries: number;
  readonly taken_back: number;
  /** Of the whole ledger. */
  readonly size: number;
}

const isRevoked = (object: unknown): boolean =>
  (object as { readonly revoked?: unknown } | null)?.revoked === true;

/** What `stillwatch ledger verify` does with a bundle, with the key that the hub showed at the beginning. */
export const checkLedger = async (
  hub: string,
  token: string,
  logKey: string,
  objects: readonly string[],
): Promise<LedgerCheck> => {
  const query = objects.map((id) => `object=${encodeURIComponent(id)}`).join('&');
  const response = await fetch(`${hub}/ledger/bundle?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`ledger bundle: ${response.status} ${text}`);
  const log = [parseVerifierKey(logKey, LOG_KEY)];
  const bundle = decodeBundleFile(text);
  const { entries, checkpoint } = verifyBundle(bundle, { log, witnesses: [], quorum: 0 });
  // What the openings say is verified with their entries.
  const taken = bundle.entries.filter(({ openings }) =>
    openings.some(({ field, value }) => field === 'object' && isRevoked(value)),
  );
  return { entries: entries.length, taken_back: taken.length, size: checkpoint.size };
};

export const ledgerKey = async (hub: string): Promise<string> => {
  const response = await fetch(`${hub}/ledger/keys`);
  return ((await response.json()) as { readonly key: string }).key;
};
