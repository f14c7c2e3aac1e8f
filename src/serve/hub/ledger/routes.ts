/** The ledger over HTTP: static files (C2SP tlog-tiles), bundles, and the door for witnesses. */
import { StillwatchError } from '../../../base/errors.ts';
import { encodeBundleFile } from '../../../share/ledger/bundle-file.ts';
import { CHECKPOINT_PATH, parseTilePath } from '../../../share/ledger/tile.ts';
import { readLedger, headOf } from '../../../share/ledger/reader.ts';
import { formatVerifierKey } from '../../../share/ledger/verifier-key.ts';
import { believe } from '../../../share/ledger/trust.ts';
import { readBody } from '../http/body.ts';
import { badRequest, notFound, Refusal } from '../http/refusal.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { bundleFor, MOST_ENTRIES } from './bundles.ts';
import { acceptCosigned, witnessesOf } from './witness.ts';

const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';
const JSON_TYPE = 'application/json';
const LONGEST_NOTE = 16 << 10;
/** A full tile never changes (tlog-tiles, "Merkle Tree"). */
const FOR_EVER = { 'Cache-Control': 'public, max-age=31536000, immutable' };

const checkpoint = async ({ store }: Hub): Promise<Reply> => ({
  status: 200,
  type: TEXT,
  body: (await store.ledger.read(CHECKPOINT_PATH)) ?? '',
});

const tile = async ({ store }: Hub, { params }: Call): Promise<Reply> => {
  const path = `tile/${params.path}`;
  // One spelling for each tile; whatever else lies beside the files of the log has no path.
  if (parseTilePath(path) === undefined) throw notFound();
  const bytes = await store.ledger.read(path);
  if (bytes === undefined) throw notFound();
  return { status: 200, type: BYTES, headers: FOR_EVER, body: bytes };
};

const keys = async ({ store, ledger }: Hub): Promise<Reply> => ({
  status: 200,
  type: JSON_TYPE,
  body: JSON.stringify({
    origin: ledger.origin,
    key: formatVerifierKey(ledger.verifier),
    witnesses: (await witnessesOf(store.records)).map(formatVerifierKey),
  }),
});

const KNOWN: ReadonlySet<string> = new Set(['object', 'index', 'witnessed', 'since']);

/** What came from a stranger is a refusal, not a fault of ours. */
const asRefusal = (error: unknown): unknown =>
  error instanceof StillwatchError && error.code.startsWith('LEDGER_')
    ? new Refusal(422, 'The note cannot be accepted', {
        description: `${error.code}: ${error.message}`,
      })
    : error;

const bundle = async (hub: Hub, call: Call): Promise<Reply> => {
  const { query, viewer } = call;
  for (const name of query.keys())
    if (!KNOWN.has(name)) throw badRequest('There are object, index, witnessed and since.');
  const objects = query.getAll('object');
  const indexes = query
    .getAll('index')
    .map((text) => (/^\d{1,15}$/.test(text) ? Number(text) : -1));
  if (indexes.includes(-1)) throw badRequest('An index is a whole number.');
  if (objects.length + indexes.length > MOST_ENTRIES)
    throw badRequest(`At most ${MOST_ENTRIES} entries in one bundle.`);
  const since = query.get('since') ?? undefined;
  try {
    // Only a checkpoint that this ledger signed is proved to be its beginning.
    if (since !== undefined)
      believe(since, { log: [hub.ledger.verifier], witnesses: [], quorum: 0 });
    const made = await bundleFor(hub, viewer, {
      objects,
      indexes,
      older: since,
      witnessed: query.get('witnessed') === '1',
    });
    if (made === undefined) throw notFound();
    return { status: 200, type: JSON_TYPE, body: encodeBundleFile(made) };
  } catch (error) {
    if (since !== undefined) throw asRefusal(error);
    throw error;
  }
};

const cosign = async (hub: Hub, { request }: Call): Promise<Reply> => {
  const bytes = await readBody(request, LONGEST_NOTE);
  const text = Buffer.from(bytes).toString('utf8');
  try {
    const size = await acceptCosigned(hub.store, hub.ledger, text);
    return { status: 200, type: JSON_TYPE, body: JSON.stringify({ size }) };
  } catch (error) {
    throw asRefusal(error);
  }
};

/** Entries, as the health of the hub and its operator ask. */
export const ledgerSize = async ({ store }: Pick<Hub, 'store'>): Promise<number> =>
  headOf(await readLedger(store.ledger.read).checkpoint()).size;

export const ledgerRoutes = (hub: Hub): readonly Route[] => {
  const on = (
    method: Route['method'],
    path: string,
    name: string,
    summary: string,
    handle: (hub: Hub, call: Call) => Promise<Reply>,
    more: Partial<Route>,
  ): Route => ({
    method,
    path,
    name,
    summary,
    access: 'anyone',
    taxii: false,
    statuses: [200],
    handle: (call) => handle(hub, call),
    ...more,
  });
  return [
    on('GET', '/ledger/checkpoint', 'ledgerCheckpoint', 'The newest signed tree head', checkpoint, {
      type: TEXT,
      answer: { type: 'string' },
    }),
    on('GET', '/ledger/tile/*path', 'ledgerTile', 'Tiles and entries (C2SP tlog-tiles)', tile, {
      statuses: [200, 404],
      type: BYTES,
      answer: { type: 'string' },
    }),
    on('GET', '/ledger/keys', 'ledgerKeys', 'Verifier keys of the log and its witnesses', keys, {
      type: JSON_TYPE,
      answer: { type: 'object', required: ['origin', 'key', 'witnesses'] },
    }),
    on(
      'GET',
      '/ledger/bundle',
      'ledgerBundle',
      'Entries with their proofs, checked offline by `stillwatch ledger verify`',
      bundle,
      {
        query: ['object', 'index', 'witnessed', 'since'],
        statuses: [200, 400, 404, 422],
        type: JSON_TYPE,
        answer: { type: 'object', required: ['kind', 'version', 'checkpoint', 'entries'] },
      },
    ),
    on(
      'POST',
      '/ledger/add-checkpoint',
      'ledgerCosign',
      'Takes a checkpoint of this ledger that a known witness has cosigned',
      cosign,
      {
        statuses: [200, 413, 422],
        type: JSON_TYPE,
        takes: { type: 'string' },
        answer: { type: 'object', required: ['size'] },
      },
    ),
  ];
};
