/** Findings of this lab become drafts, and drafts new versions of what was published before. */
import type { PermittedAction } from '../../../share/indicator/profile/words.ts';
import type { TlpLevel } from '../../../share/stix/tlp.ts';
import type { LabFinding } from '../findings.ts';
import type { LabCore } from '../core.ts';
import type { Customers } from './customers.ts';
import { digestOf, draftOf, unsureOf, withoutStruck } from './draft.ts';
import { itemOf } from './kept.ts';
import type { Outbox } from './outbox.ts';
import type { Blinder } from './tokens.ts';
import type { Reason } from './words.ts';

export interface PublisherOptions {
  readonly outbox: Outbox;
  readonly customers: Customers;
  readonly blinder: Blinder;
  readonly release: 'person' | 'automatic';
  readonly k: number;
  readonly tlp: TlpLevel;
  readonly permit: PermittedAction;
  readonly salt: Uint8Array;
  readonly renewMs: number;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

export interface Publisher {
  /** Drafts what the last look found, where it differs from what was drafted before. */
  readonly run: () => Promise<void>;
  readonly retract: (ids: readonly string[], reason: Reason) => Promise<readonly string[]>;
  readonly sharedFor: (finding: string, account: string) => readonly SharedObject[];
}

/** An object of this lab that was published because of a finding. */
export interface SharedObject {
  readonly object: string;
  /** Whether it names the account that was asked about. */
  readonly about_subject: boolean;
}

const SALT_BYTES = 16;

export const openPublisher = (
  core: Pick<LabCore, 'findings' | 'report'>,
  options: PublisherOptions,
): Publisher => {
  const { outbox, customers, blinder, release, clock, renewMs } = options;

  const tokensOf = (finding: LabFinding): Map<string, readonly string[]> => {
    const tokens = new Map<string, readonly string[]>();
    const missing: string[] = [];
    for (const account of finding.campaign.accounts) {
      const payment = customers.paymentOf(account);
      if (payment === undefined) continue;
      const made = blinder.tokensOf(payment).slice(0, 1);
      if (made.length > 0) tokens.set(account, made);
      else missing.push(payment);
    }
    if (missing.length > 0) blinder.want(missing);
    return tokens;
  };
  const draft = async (finding: LabFinding): Promise<void> => {
    const report = core.report();
    const before = outbox.items().get(finding.id);
    const now = clock();
    if (report === null) return;
    if (before?.state === 'discarded' || before?.state === 'retracted') return;
    // What was sent is let stand for a while: a campaign grows with every look.
    if (before?.sent_at != null && now - before.sent_at < renewMs) return;
    const { k, tlp, permit, salt } = options;
    const objects = draftOf(finding, report, before, {
      k,
      tlp,
      permit,
      salt: salt.subarray(0, SALT_BYTES),
      tokens: tokensOf(finding),
      now,
    });
    if (objects === null) return;
    if (before !== undefined && digestOf(before.objects) === digestOf(objects)) return;
    const state = release === 'automatic' ? 'released' : 'drafted';
    const created = before?.created ?? new Date(now).toISOString();
    const item = itemOf({ kind: 'finding', state, at: now, created, objects }, before);
    // Released, discarded or taken back meanwhile: the next look drafts from that.
    await outbox.change(finding.id, (current) => (current === before ? item : undefined));
  };
  let running: Promise<void> = Promise.resolve();
  return {
    run: () => {
      running = running.then(async () => {
        for (const finding of core.findings())
          if (finding.seen && finding.campaign.verdict === 'distillation')
            await draft(finding).catch(options.onError);
      });
      return running;
    },
    retract: async (ids, reason) => {
      const named = new Set(ids);
      const done: string[] = [];
      for (const id of [...outbox.items().keys()])
        await outbox.change(id, (item) => {
          if (item?.kind !== 'finding' || item.state === 'retracted') return undefined;
          const known = [...item.objects, ...item.taken];
          const mine = known.map((one) => String(one.id)).filter((one) => named.has(one));
          if (!named.has(id) && mine.length === 0) return undefined;
          done.push(id);
          const struck = new Set([...item.struck, ...mine]);
          const left = withoutStruck(item.taken, struck);
          const at = clock();
          if (named.has(id) || !left.some((one) => one.type === 'indicator')) {
            const unsure = unsureOf(item, item.objects);
            const isUnknown = item.taken.length === 0 && unsure.length === 0;
            return { ...item, state: isUnknown ? 'discarded' : 'retracted', unsure, reason, at };
          }
          const unsure = unsureOf(
            item,
            item.objects.filter(({ id: one }) => struck.has(String(one))),
          );
          // At once, whatever waits for a person: that is drafted again by the next look.
          const state = 'released';
          return { ...item, at, reason, objects: left, unsure, struck: [...struck], state };
        });
      return done;
    },
    sharedFor: (finding, account) => {
      const payment = customers.paymentOf(account);
      const tokens = payment === undefined ? [] : blinder.tokensOf(payment);
      return (outbox.items().get(finding)?.taken ?? [])
        .filter(({ type, revoked }) => type === 'indicator' && revoked !== true)
        .map(({ id, pattern }) => ({
          object: String(id),
          about_subject: tokens.some((token) => String(pattern).includes(token)),
        }));
    },
  };
};
