/** One lab of the demo: the service as `stillwatch lab serve` runs it, its gate, a gateway, a connection to the hub. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGuard } from '../../act/gateway/node/guard.ts';
import { type Gateway, startGateway } from '../../prove/demo/gateway.ts';
import type { LabName } from '../../prove/demo/lab-name.ts';
import type { HonestTraffic } from '../../prove/demo/world.ts';
import type { AccountRow } from '../../prove/simulate/rows.ts';
import { createSerializer } from '../../prove/simulate/serialize.ts';
import type { RunningGate } from '../../serve/gate/start.ts';
import { parseConfig } from '../../serve/lab/config/config.ts';
import { type DecidingService, openDecidingService } from '../../serve/lab/deciding/service.ts';
import { openSharingOffice, type SharingOffice } from '../../serve/lab/sharing/office.ts';
import { sharingRoutes } from '../../serve/lab/sharing/routes.ts';
import type { Sharing } from '../../serve/lab/sharing/sharing.ts';
import { type Lab, startLab } from '../../serve/lab/start.ts';
import type { Membership } from './hub.ts';

export interface DemoLab {
  readonly name: LabName;
  readonly lab: Lab;
  readonly service: DecidingService;
  readonly gate: RunningGate;
  readonly gateway: Gateway;
  readonly token: string;
  readonly tokenFile: string;
  readonly appealUrl: string;
  /** Reads the past and what is known of accounts, as from a log. */
  readonly read: (honest: HonestTraffic, others: readonly AccountRow[]) => Promise<void>;
  readonly connect: (hub: string, membership: Membership) => Promise<void>;
  readonly sharing: () => Sharing | null;
  readonly stop: () => Promise<void>;
}

export interface DemoLabOptions {
  readonly name: LabName;
  readonly folder: string;
  readonly model: URL;
  readonly onError: (error: unknown) => void;
}

export const POLICY = new URL('./policy.yaml', import.meta.url).pathname;
const BASELINE = new URL('../../prove/demo/baseline.json', import.meta.url).pathname;
/** False discovery rate: labs of two hundred customers find little at the default of one in a hundred. */
const LEVEL = 0.05;
const EVERYTHING = ['ingest', 'read', 'admin', 'gate', 'appeal', 'review'] as const;
/** The story says when a lab looks: its time is that of the traffic. */
const NEVER_SECONDS = 86_400;

const post = async (url: string, token: string, body: string): Promise<void> => {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
};

export const startDemoLab = async (options: DemoLabOptions): Promise<DemoLab> => {
  const { name, folder, model, onError } = options;
  const data = join(folder, `lab-${name.toLowerCase()}`);
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step().catch(onError);
  };
  let service: DecidingService | undefined;
  let office: SharingOffice | undefined;
  try {
    const lab = await startLab({
      listen: '127.0.0.1:0',
      data,
      config: parseConfig(
        {
          version: 1,
          clock: 'traffic',
          checkpoint_seconds: 3600,
          look: { every_seconds: NEVER_SECONDS, level: LEVEL, baseline: BASELINE },
        },
        `lab ${name}`,
      ),
      // The parts of `stillwatch lab serve`, put together as there.
      routes: async (core) => {
        // An hour of the traffic is less than a second here, so a finding may be renewed at every look.
        const opened = openSharingOffice(core, { renewMs: 0, onError });
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
    undo.push(() => lab.stop());
    undo.push(() => service!.stop());
    undo.push(() => office!.stop());
    const appealUrl = `https://lab-${name.toLowerCase()}.example/appeals`;
    const gate = await service!.startGate({ listen: { host: '127.0.0.1', port: 0 }, appealUrl });
    const token = await lab.tokens.issue('demo', EVERYTHING, Date.now());
    const tokenFile = join(folder, `lab-${name.toLowerCase()}.token`);
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const { book } = service!.deciding;
    const gateway = await startGateway({
      // In process: in a world that runs thousands of times faster, an answer kept for seconds is kept for hours.
      guard: createGuard({ gate: book.gate, appealUrl, fails: 'open' }),
      model,
      ingest: new URL('/ingest', lab.url),
      token,
      onError,
    });
    undo.push(() => gateway.close());
    return {
      name,
      lab,
      service: service!,
      gate,
      gateway,
      token,
      tokenFile,
      appealUrl,
      read: async ({ history, accounts }, others) => {
        const known = [...accounts, ...others].map((one) => `${JSON.stringify(one)}\n`);
        await post(`${lab.url}/accounts`, token, known.join(''));
        await post(`${lab.url}/ingest`, token, history.map(createSerializer()).join(''));
      },
      connect: (hub, { tokenFile: token_file, keyFile: key_file }) =>
        office!.connect({
          ...{ hub, token_file, key_file, collection: 'exchange' },
          ...{ release: 'automatic', plain_http: true },
        }),
      sharing: () => office!.current(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
