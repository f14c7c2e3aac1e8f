/** Labs with a hub in one process, for tests; and worlds that one operator works in. All traffic is simulated. */

import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Corpus } from '../src/prove/simulate/corpus.ts';
import { type HarvestFamily, harvestCorpus } from '../src/prove/simulate/grammar/harvest.ts';
import { writeWorld } from '../src/prove/simulate/write-world.ts';
import type { TestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import { parseConfig } from '../src/serve/lab/config/config.ts';
import type { Sharing, SharingOptions } from '../src/serve/lab/sharing/sharing.ts';
import { openSharing } from '../src/serve/lab/sharing/start.ts';
import { type Lab, startLab } from '../src/serve/lab/start.ts';
import { newPrivateKey, rawPublicKey } from '../src/share/sharing/signing/ed25519.ts';
import { memberKey } from '../src/share/sharing/signing/member-key.ts';

export const folders: string[] = [];
export const tidy = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
};
const newFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `stillwatch-${name}-`));
  folders.push(folder);
  return folder;
};

/** Part `part` of two of a corpus: two labs never see the same prompt. */
const half = (corpus: Corpus, part: 0 | 1): Corpus => {
  const size = Math.floor(corpus.size / 2);
  return {
    ...corpus,
    name: `${corpus.name}:half-${part}`,
    size,
    units: [{ key: 'all', start: 0, size }],
    at: (i) => corpus.at(2 * i + part),
  };
};

interface Row {
  readonly account_id: string;
  readonly [field: string]: unknown;
}

export interface World {
  readonly traffic: readonly Row[];
  readonly accounts: readonly Row[];
  /** Accounts of each harvest, in order. */
  readonly campaigns: ReadonlyMap<string, readonly string[]>;
}

const rows = (path: string): Row[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

export const worldOf = async (
  seed: number,
  families: readonly HarvestFamily[],
  part: 0 | 1,
  accounts = 400,
  size = 50,
  per = 50,
): Promise<World> => {
  const folder = newFolder('world');
  const harvest = families.map((family) => half(harvestCorpus(family, 'en'), part));
  await writeWorld(
    {
      world: 'hydra',
      accounts,
      campaigns: families.length,
      campaignAccounts: [size, size],
      perAccount: [per, per + 40],
      seed,
      harvest,
    },
    folder,
  );
  const labels = rows(join(folder, 'labels.jsonl'));
  const campaigns = new Map<string, string[]>();
  for (const { account_id, label, campaign } of labels)
    if (label === 'distillation')
      campaigns.set(String(campaign), [...(campaigns.get(String(campaign)) ?? []), account_id]);
  return {
    traffic: rows(join(folder, 'traffic.jsonl')),
    accounts: rows(join(folder, 'accounts.jsonl')),
    campaigns,
  };
};

/** The world with the instruments of `from` in the hands of `to`: one operator, other accounts. */
export const withInstrumentsOf = (
  world: World,
  to: readonly string[],
  other: World,
  from: readonly string[],
): World => {
  const known = new Map(other.accounts.map((row) => [row.account_id, row.payment_fingerprint]));
  return {
    ...world,
    accounts: world.accounts.map((row) => {
      const at = to.indexOf(row.account_id);
      return at < 0 ? row : { ...row, payment_fingerprint: known.get(from[at % from.length]!) };
    }),
  };
};

export const feed = async (
  lab: Lab,
  path: string,
  list: readonly Row[],
): Promise<Readonly<Record<string, unknown>>> => {
  const token = await lab.tokens.issue('test', ['ingest', 'admin'], Date.now());
  const response = await fetch(`${lab.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: list.map((row) => `${JSON.stringify(row)}\n`).join(''),
  });
  return (await response.json()) as Readonly<Record<string, unknown>>;
};

export const newLab = (data = newFolder('lab')): Promise<Lab> =>
  startLab({
    listen: '127.0.0.1:0',
    data,
    config: parseConfig(
      { version: 1, clock: 'traffic', look: { every_seconds: 3600, level: 0.1 } },
      'test',
    ),
    onError: (error) => console.error(error),
  });

export interface Member {
  readonly id: string;
  readonly token: string;
  readonly key: KeyObject;
}

export const joinHub = async (hub: TestHub, name: string): Promise<Member> => {
  const { id, token } = await hub.member(name, 'founder');
  const key = newPrivateKey();
  const registered = memberKey({ member: id, publicKey: rawPublicKey(key), validFrom: 0 });
  await hub.hub.store.write(({ records }) =>
    records.put('key', `${id}/${registered.id}`, registered),
  );
  return { id, token, key };
};

export const connect = (
  lab: Lab,
  hub: string,
  { token, key }: Member,
  more: Partial<SharingOptions> = {},
): Promise<Sharing> =>
  openSharing(lab, {
    hub,
    credential: token,
    key,
    onError: (error) => console.error(error),
    ...more,
  });

/** Waits until something holds. @throws Error saying what did not. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 15_000,
): Promise<void> => {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
