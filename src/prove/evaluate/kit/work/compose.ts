/** Writes one world and remembers what no log carries: who harvested how much. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountRow, TrafficRow } from '../../../simulate/rows.ts';
import { type WorldSummary, writeWorld } from '../../../simulate/write-world.ts';
import { type LabelRow, readLabels } from '../../labels.ts';
import type { Lab } from './lab.ts';
import { requestOf, type WorldSpec } from './world-spec.ts';

/** What campaigns sent, over a whole world. */
export interface Sent {
  readonly exchanges: number;
  /** Of these, requests of the data set that were answered. */
  readonly harvested: number;
  /** Tokens of prompts and answers: of the data set, and of everything carried beside it. */
  readonly harvestTokens: number;
  readonly otherTokens: number;
  /** Tokens of the data set's prompts alone. */
  readonly promptTokens: number;
  /** Different payment instruments and addresses that campaign accounts use. */
  readonly cards: number;
  readonly addresses: number;
}

export interface ComposedWorld {
  readonly traffic: string;
  readonly accounts: string;
  readonly labels: readonly LabelRow[];
  readonly summary: WorldSummary;
  readonly sent: Sent;
  /** Row numbers of each campaign's exchanges in traffic.jsonl, ascending, and their times (epoch ms). */
  readonly rowsOf: ReadonlyMap<string, { readonly rows: number[]; readonly times: number[] }>;
}

/** Different payment instruments of some accounts. */
const cardsOf = (path: string, members: ReadonlySet<string>): number => {
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    // Written by this process a moment ago: the rows are what the simulator calls them.
    .map((line) => JSON.parse(line) as AccountRow);
  const own = rows.filter((row) => members.has(row.account_id));
  return new Set(own.flatMap((row) => row.payment_fingerprint ?? [])).size;
};

/** Replaces the world that the scratch folder held. */
export const compose = async (
  spec: WorldSpec,
  seed: number,
  { sources, scratch }: Lab,
): Promise<ComposedWorld> => {
  const folder = join(scratch, 'world');
  rmSync(folder, { recursive: true, force: true });
  const byAccount = new Map<string, { rows: number[]; times: number[] }>();
  let row = 0;
  const sent = { harvested: 0, harvestTokens: 0, promptTokens: 0 };
  const tokens = new Map<string, number>();
  const addresses = new Map<string, Set<string>>();
  const watch = (r: TrafficRow, harvest: boolean): void => {
    const own = byAccount.get(r.account_id) ?? { rows: [], times: [] };
    byAccount.set(r.account_id, own);
    own.rows.push(row++);
    own.times.push(Date.parse(r.timestamp));
    const places = addresses.get(r.account_id) ?? new Set();
    addresses.set(r.account_id, places.add(r.ip));
    const size = r.prompt_tokens + r.response_tokens;
    tokens.set(r.account_id, (tokens.get(r.account_id) ?? 0) + size);
    if (!harvest) return;
    if (r.status === 200) sent.harvested++;
    sent.harvestTokens += size;
    sent.promptTokens += r.prompt_tokens;
  };
  const summary = await writeWorld(requestOf(spec, sources, seed), folder, undefined, watch);
  const labels = await readLabels(join(folder, 'labels.jsonl'));
  const members = labels.filter((label) => label.label === 'distillation');
  const rowsOf = new Map<string, { rows: number[]; times: number[] }>();
  let allTokens = 0;
  for (const { account_id, campaign } of members) {
    allTokens += tokens.get(account_id) ?? 0;
    const known = rowsOf.get(campaign!) ?? { rows: [], times: [] };
    rowsOf.set(campaign!, known);
    const own = byAccount.get(account_id);
    if (own === undefined) continue;
    known.rows.push(...own.rows);
    known.times.push(...own.times);
  }
  for (const { rows, times } of rowsOf.values()) {
    rows.sort((a, b) => a - b);
    times.sort((a, b) => a - b);
  }
  const ids = new Set(members.map((label) => label.account_id));
  const used = new Set([...ids].flatMap((id) => [...(addresses.get(id) ?? [])]));
  return {
    traffic: join(folder, 'traffic.jsonl'),
    accounts: join(folder, 'accounts.jsonl'),
    labels,
    summary,
    sent: {
      ...sent,
      exchanges: [...rowsOf.values()].reduce((sum, { rows }) => sum + rows.length, 0),
      otherTokens: allTokens - sent.harvestTokens,
      cards: cardsOf(join(folder, 'accounts.jsonl'), ids),
      addresses: used.size,
    },
    rowsOf,
  };
};
