import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StillwatchError } from '../src/base/errors.ts';
import { type Baseline, makeBaseline, readBaseline } from '../src/detect/scan/baseline.ts';
import { halfOf } from '../src/detect/scan/resample.ts';
import { scan, searchLog } from '../src/detect/scan/scan.ts';
import { loadIntentModel } from '../src/detect/verdict/intent-model.ts';
import { writeWorld } from '../src/prove/simulate/write-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-baseline-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const model = loadIntentModel();
const log = (world: string): string => join(folder, world, 'traffic.jsonl');
const accounts = (world: string): string => join(folder, world, 'accounts.jsonl');

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StillwatchError);
    assert.equal(error.code, 'BASELINE_UNREADABLE');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'accepted' });
};

describe('a baseline', () => {
  let baseline: Baseline;
  before(async () => {
    await writeWorld({ world: 'quiet', accounts: 700, seed: 5 }, join(folder, 'good'));
    await writeWorld({ world: 'quiet', accounts: 700, seed: 6 }, join(folder, 'new'));
    const { search, tally } = await searchLog([log('good')], { accounts: accounts('good') });
    baseline = await makeBaseline(search, tally.exchanges, model, { resamples: 1 });
  });
  const kept = (change: (b: Record<string, never>) => void): string => {
    const copy = JSON.parse(JSON.stringify(baseline)) as Record<string, never>;
    change(copy);
    const path = join(folder, 'changed.json');
    writeFileSync(path, JSON.stringify(copy));
    return path;
  };

  test('is read back as it was written', () => {
    assert.deepEqual(
      readBaseline(
        kept(() => {}),
        model,
      ),
      JSON.parse(JSON.stringify(baseline)),
    );
  });

  test('holds the groups of the whole and of the random halves, with their identity scores', () => {
    assert.ok(baseline.reference.groups > 20, `${baseline.reference.groups}`);
    assert.notEqual(baseline.reference.network, null);
    assert.equal(baseline.reference.leftOut, 0);
  });

  test('holds no prompt and no identifier', () => {
    const text = JSON.stringify(baseline);
    assert.ok(!/acct|acc_|account_id|user-|@/.test(text));
  });

  test('refuses what is not one, each with its reason', () => {
    type Loose = Record<string, unknown>;
    const faults: [(b: Loose) => void, RegExp][] = [
      [(b) => delete b.kind, /not a Stillwatch baseline/],
      [(b) => Object.assign(b, { version: 1 }), /version 2/],
      [(b) => Object.assign(b, { model: 'intent-other' }), /intent-other/],
      [(b) => delete b.embedding, /embedding/],
      [(b) => Object.assign(b.reference as Loose, { intent: { large: [1] } }), /size and segment/],
      [(b) => Object.assign(b.reference as Loose, { values: { x: ['1'] } }), /no numbers/],
      [(b) => Object.assign(b, { drift: { people: { volume: 'many' } } }), /drift/],
    ];
    for (const [change, reason] of faults)
      assert.match(
        refusal(() => readBaseline(kept(change), model)),
        reason,
      );
  });

  test('a scan with another embedding is refused', async () => {
    const other = { ...baseline, embedding: 'other' };
    await assert.rejects(
      scan([log('new')], { level: 0.01, baseline: other }),
      /made with the embedding other/,
    );
  });

  test('traffic of the same kind has not drifted; longer answers have (null and positive control)', async () => {
    const options = { level: 0.01, accounts: accounts('new'), baseline };
    const same = (await scan([log('new')], options)).report.drift!;
    assert.ok(same.tests > 5);
    assert.deepEqual(same.alarms, []);
    const shifted = {
      ...baseline,
      drift: {
        people: {
          ...baseline.drift.people,
          'response-length': baseline.drift.people!['response-length']!.map((v) => v - 3),
        },
      },
    };
    const drift = (await scan([log('new')], { ...options, baseline: shifted })).report.drift!;
    assert.deepEqual(
      drift.alarms.map(({ segment, signal }) => [segment, signal]),
      [['people', 'response-length']],
    );
  });

  test('halves share no entity and leave nobody out', async () => {
    const { search } = await searchLog([log('new')], { accounts: accounts('new') });
    const [kept, left] = (['kept', 'left'] as const).map((h) => halfOf(search.population, 3, h));
    assert.equal(kept!.ids.length + left!.ids.length, search.population.ids.length);
    assert.equal(new Set([...kept!.ids, ...left!.ids]).size, search.population.ids.length);
    const organizations = (half: typeof kept): Set<string | null> =>
      new Set(half!.records.map((r) => r?.organizationId ?? null));
    const shared = [...organizations(kept)].filter((o) => o !== null && organizations(left).has(o));
    assert.deepEqual(shared, []);
  });
});
