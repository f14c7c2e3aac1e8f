/** Labs for `finding-to-decision.ts`, put together as `stillwatch lab serve` does, and one whose looks are given. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY } from '../src/cli/demo/lab.ts';
import type { Membership } from '../src/cli/demo/hub.ts';
import type { LabName } from '../src/prove/demo/lab-name.ts';
import type { AccountRow, TrafficRow } from '../src/prove/simulate/rows.ts';
import { createSerializer } from '../src/prove/simulate/serialize.ts';
import { parseConfig } from '../src/serve/lab/config/config.ts';
import { type DecidingService, openDecidingService } from '../src/serve/lab/deciding/service.ts';
import type { Looked } from '../src/serve/lab/engine/messages.ts';
import { type FindingsChange, openFindings } from '../src/serve/lab/findings.ts';
import { openSharingOffice, type SharingOffice } from '../src/serve/lab/sharing/office.ts';
import { sharingRoutes } from '../src/serve/lab/sharing/routes.ts';
import type { LabCore } from '../src/serve/lab/core.ts';
import { type Lab, startLab } from '../src/serve/lab/start.ts';
import { inOrder, type LabWorld } from './finding-worlds.ts';

export interface BenchLab {
  readonly name: LabName;
  readonly lab: Lab;
  readonly service: DecidingService;
  readonly gateUrl: string;
  readonly token: string;
  readonly send: ReturnType<typeof senderTo>;
  readonly connect: (hub: string, membership: Membership) => Promise<void>;
  readonly sharing: () => NonNullable<ReturnType<SharingOffice['current']>>;
  /** What a look found: stored and told as `startLab` does with what its engine found. */
  readonly found: (looked: Looked, look: number) => Promise<FindingsChange>;
  readonly stop: () => Promise<void>;
}

const BASELINE = new URL('../src/prove/demo/baseline.json', import.meta.url).pathname;
const NEVER_SECONDS = 86_400;
const LINES = 5_000;

/** The lab's core as its parts see it, with looks that are given: what follows `engine.look` in `startLab`. */
const givenLooks = async (
  core: LabCore,
): Promise<{ readonly core: LabCore; readonly found: BenchLab['found'] }> => {
  const findings = await openFindings(core.store);
  const listeners: Parameters<LabCore['onFindings']>[0][] = [];
  let last: Looked | null = null;
  return {
    core: {
      ...core,
      findings: findings.list,
      report: () => last?.report ?? null,
      campaigns: () => last?.report.campaigns ?? [],
      looked: () => ({
        accounts: last?.accounts ?? [],
        organizations: last?.organizations ?? new Map<string, number>(),
      }),
      onFindings: (listener) => {
        listeners.push(listener);
      },
    },
    found: async (looked, look) => {
      last = looked;
      const change = await findings.update(looked.report, look, new Date());
      for (const listener of listeners) await listener(change);
      return change;
    },
  };
};

type Rows = readonly (TrafficRow | AccountRow)[];

const senderTo = (url: string, token: string): ((path: string, rows: Rows) => Promise<void>) => {
  const serialize = createSerializer();
  const headers = { authorization: `Bearer ${token}` };
  return async (path, rows) => {
    for (let i = 0; i < rows.length; i += LINES) {
      const lines = rows
        .slice(i, i + LINES)
        .map((row) => ('timestamp' in row ? serialize(row) : `${JSON.stringify(row)}\n`));
      const request = { method: 'POST', headers, body: lines.join('') };
      const response = await fetch(`${url}${path}`, request);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      await response.text();
    }
  };
};

const configOf = (name: string, look: object = {}) =>
  parseConfig(
    { version: 1, clock: 'traffic', look: { every_seconds: NEVER_SECONDS, ...look } },
    name,
  );

/** One look at a world, by a lab that sees nothing else. */
export const lookAt = async (
  { honest, operators }: LabWorld,
  folder: string,
  level: number,
): Promise<Looked | null> => {
  const config = configOf('look');
  const lab = await startLab({ listen: '127.0.0.1:0', data: folder, config });
  try {
    const token = await lab.tokens.issue('bench', ['ingest'], Date.now());
    const send = senderTo(lab.url, token);
    const hands = [honest, ...operators];
    await send(
      '/accounts',
      hands.flatMap(({ accounts }) => accounts),
    );
    await send('/ingest', inOrder(hands));
    const window = config.look.window_days * 86_400_000;
    // Benjamini-Hochberg, as a scan decides: one look is all there is.
    const wish = { level, window, procedure: 'scan', most: config.look.most_accounts } as const;
    return await lab.engine.look(wish);
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

export const startBenchLab = async (
  name: LabName,
  folder: string,
  onError: (error: unknown) => void,
): Promise<BenchLab> => {
  let service: DecidingService | undefined;
  let office: SharingOffice | undefined;
  let found: BenchLab['found'] | undefined;
  const lab = await startLab({
    listen: '127.0.0.1:0',
    data: join(folder, `lab-${name.toLowerCase()}`),
    config: configOf(`lab ${name}`, { baseline: BASELINE }),
    routes: async (own) => {
      const given = name === 'A' ? await givenLooks(own) : undefined;
      const core = given?.core ?? own;
      found = given?.found;
      const opened = openSharingOffice(core, { onError });
      service = await openDecidingService(core, {
        policyFile: POLICY,
        sharing: opened.seam,
        onError,
      });
      const { deciding, routes } = service;
      opened.onChanged(async (accounts, retracted) => {
        if (retracted.length > 0) await deciding.withdraw(retracted, 'retraction');
        if (accounts.length > 0) await deciding.reconsider(accounts);
      });
      office = opened;
      return [...routes, ...sharingRoutes(opened)];
    },
    onError,
    onFailure: onError,
  });
  const token = await lab.tokens.issue('bench', ['ingest', 'read', 'gate'], Date.now());
  const gate = await service!.startGate({
    listen: { host: '127.0.0.1', port: 0 },
    appealUrl: `https://lab-${name.toLowerCase()}.example/appeals`,
  });
  return {
    name,
    lab,
    service: service!,
    gateUrl: gate.url,
    token,
    send: senderTo(lab.url, token),
    connect: (hub, { tokenFile: token_file, keyFile: key_file }) =>
      office!.connect({
        ...{ hub, token_file, key_file, collection: 'exchange' },
        ...{ release: 'automatic', plain_http: true },
      }),
    sharing: () => office!.current()!,
    found: (looked, look) => found!(looked, look),
    stop: async () => {
      await office!.stop();
      await service!.stop();
      await lab.stop();
    },
  };
};
