/** A running hub: store, server and services, started and stopped as one. */
import type { AddressInfo } from 'node:net';
import { StillwatchError } from '../../base/errors.ts';
import type { Warninglist } from '../../share/sharing/warninglist/warninglist.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { authenticator } from './access/authenticate.ts';
import { secretsOf } from './access/secret.ts';
import { visibleTo } from './access/visible.ts';
import { admitOf } from './guard-door.ts';
import { logTo, type Log } from './http/log.ts';
import { hubServer, stopServer, type TlsFiles } from './http/server.ts';
import type { Hub } from './hub.ts';
import { hubLedger, originOf } from './ledger/record.ts';
import { metricsOf } from './operations/metrics.ts';
import { type FirstStart, prepare } from './prepare.ts';
import { routesOf } from './routes.ts';
import { SERVICES } from './services.ts';
import { withStanding } from './standing/contribute.ts';

export interface HubStart {
  /** `HOST:PORT`; port 0 is any free one. */
  readonly listen: string;
  /** A folder, or `postgres://…`. */
  readonly data: string;
  readonly maxPage?: number | undefined;
  readonly keepDays?: number | undefined;
  /** Lists of what no indicator may name, beside the built-in ones (`--warninglist`). */
  readonly warninglists?: readonly Warninglist[] | undefined;
  readonly publicUrl?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly log?: Log | undefined;
  readonly clock?: (() => number) | undefined;
  /** How long requests under way may take to finish when the hub stops. */
  readonly graceMs?: number | undefined;
}

export interface RunningHub {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Only at the first start with this data. */
  readonly first: FirstStart | undefined;
  readonly hub: Hub;
  readonly close: () => Promise<void>;
}

export const DEFAULT_MAX_PAGE = 1000;
export const DEFAULT_KEEP_DAYS = 30;
const GRACE_MS = 10_000;

/** @throws StillwatchError `USAGE` */
export const parseListen = (text: string): { readonly host: string; readonly port: number } => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new StillwatchError(
      'USAGE',
      '--listen is not HOST:PORT',
      'Give it as 127.0.0.1:8080 or [::1]:8080; port 0 is any free one.',
    );
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port };
};

const listenOn = async (
  server: ReturnType<typeof hubServer>,
  { listen, tls }: HubStart,
): Promise<string> => {
  const { host, port } = parseListen(listen);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => resolve());
    });
  } catch (cause) {
    throw new StillwatchError(
      'HUB_ADDRESS_UNUSABLE',
      `The hub cannot listen on ${listen}: ${(cause as NodeJS.ErrnoException).code ?? 'fault'}`,
      'Choose another port, or stop what listens there.',
      { cause },
    );
  }
  const named = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${named}:${(server.address() as AddressInfo).port}`;
};

const hubOf = async (store: Store, given: HubStart, stopping: AbortSignal): Promise<Hub> => {
  const secrets = await secretsOf(store);
  const ledger = await hubLedger(store, originOf(given.publicUrl));
  const visible = visibleTo(store);
  const guard = admitOf(store, secrets, ledger, given.warninglists);
  return {
    store,
    secrets,
    visible,
    admit: withStanding({ store, secrets, visible }, guard),
    ledger,
    options: {
      maxPage: given.maxPage ?? DEFAULT_MAX_PAGE,
      keepDays: given.keepDays ?? DEFAULT_KEEP_DAYS,
      publicUrl: given.publicUrl?.replace(/\/+$/, ''),
    },
    log: given.log ?? logTo(process.stderr),
    stopping,
    clock: given.clock ?? Date.now,
  };
};

/**
 * Starts a hub; the first start with its data makes all that it needs.
 *
 * @throws StillwatchError `USAGE`, `HUB_ADDRESS_UNUSABLE`, or one of the store's.
 */
export const startHub = async (given: HubStart): Promise<RunningHub> => {
  parseListen(given.listen);
  const stop = new AbortController();
  const store = await openStore(given.data);
  const stops: (() => Promise<void>)[] = [];
  try {
    const hub = await hubOf(store, given, stop.signal);
    const server = hubServer({
      routes: routesOf(hub),
      authenticate: authenticator(store, hub.secrets),
      log: hub.log,
      observe: metricsOf(hub).observe,
      clock: hub.clock,
      tls: given.tls,
    });
    for (const service of SERVICES) stops.push(await service(hub));
    const url = await listenOn(server, given);
    stops.push(() => stopServer(server, given.graceMs ?? GRACE_MS));
    // Last of all: a start that fails must not take the operator's token with it, which is shown once.
    const first = await prepare(store, hub.secrets, hub.clock());
    hub.log.write('started', { url, store: store.engine });
    return {
      url,
      first,
      hub,
      close: async () => {
        stop.abort();
        for (const end of stops.reverse()) await end();
        await store.close();
        hub.log.write('stopped', {});
        hub.log.flush();
      },
    };
  } catch (error) {
    for (const end of stops.reverse()) await end();
    await store.close();
    throw error;
  }
};
