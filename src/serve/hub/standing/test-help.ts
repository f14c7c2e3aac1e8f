/** A store with members, a guarded collection, and contributions that come through the door. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { EXTENSION_IDS } from '../../../share/indicator/profile/extension-definitions.ts';
import type { IndicatorKind } from '../../../share/indicator/profile/words.ts';
import { openStore } from '../../store/open.ts';
import type { Collection, Member, Tier } from '../../store/records.ts';
import { newMember } from '../access/issue.ts';
import { labelText } from '../access/audience.ts';
import { secretsOf } from '../access/secret.ts';
import { visibleTo } from '../access/visible.ts';
import type { Admit } from '../admit.ts';
import { hubLedger } from '../ledger/record.ts';
import { prepare } from '../prepare.ts';
import { checkObject } from '../taxii/check-object.ts';
import { withStanding } from './contribute.ts';

export const START = Date.parse('2026-11-01T00:00:00Z');
const uuid = (n: number): string => `6a2f0c5e-8d0b-4f5e-9f0e-${String(n).padStart(12, '0')}`;

export const indicator = (
  n: number,
  more: object = {},
  kind: IndicatorKind = 'query-signature',
) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--${uuid(n)}`,
  created: '2026-11-01T00:00:00.000Z',
  modified: '2026-11-01T00:00:00.000Z',
  valid_until: '2027-01-15T00:00:00Z',
  extensions: { [EXTENSION_IDS[kind]]: { permitted_action: 'suspend' } },
  ...more,
});
export const sighting = (n: number, about: number, more: object = {}) => ({
  type: 'sighting',
  spec_version: '2.1',
  id: `sighting--${uuid(n)}`,
  created: '2026-11-01T00:00:00.000Z',
  modified: '2026-11-01T00:00:00.000Z',
  sighting_of_ref: `indicator--${uuid(about)}`,
  ...more,
});
export const opinion = (n: number, about: number, given: string, more: object = {}) => ({
  type: 'opinion',
  spec_version: '2.1',
  id: `opinion--${uuid(n)}`,
  created: '2026-11-01T00:00:00.000Z',
  modified: '2026-11-01T00:00:00.000Z',
  opinion: given,
  object_refs: [`indicator--${uuid(about)}`],
  ...more,
});

/** What stands before the standing here takes everything: signatures are the guard's own tests. */
const takeAll: Admit = async ({ objects }) => ({
  verdicts: objects.map((object) => ({
    accepted: true,
    object: object as Readonly<Record<string, unknown>>,
  })),
});

export const openTestHub = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-standing-'));
  const store = await openStore(folder);
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const secrets = await secretsOf(store);
  const visible = visibleTo(store);
  const ledger = await hubLedger(store);
  await prepare(store, secrets, START);
  const collection: Collection = (await store.records.list('collection'))
    .map(({ value }) => value)
    .find(({ kind }) => kind === 'guarded')!;
  let now = START;
  const hub = { store, secrets, visible, ledger, clock: () => now };
  const admit = withStanding(hub, takeAll);
  const join_ = async (name: string, tier: Tier = 'founder'): Promise<Member> => {
    const member = newMember(name, tier, now);
    await store.write(({ records }) => records.put('member', member.id, member));
    return member;
  };
  return {
    hub,
    collection,
    join: join_,
    at: (ms: number) => {
      now = ms;
    },
    now: () => now,
    /** As the add endpoint does it. */
    give: async (member: Member, ...objects: readonly object[]) => {
      const contribution = {
        collection,
        member,
        objects,
        body: new Uint8Array(),
        header: () => undefined,
        now: now * 1000,
      };
      const admission = await admit(contribution);
      return store.write(async (writing) => {
        const versions = objects.map((object) => {
          const checked = checkObject(object, '');
          if (typeof checked === 'string') throw new Error(checked);
          return {
            ...checked.version,
            audience: labelText(checked.label),
            body: JSON.stringify(object),
          };
        });
        const outcomes = await writing.addVersions(collection.key, versions, now * 1000);
        await admission.record?.(writing, outcomes);
        return outcomes;
      });
    },
  };
};
