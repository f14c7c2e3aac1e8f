import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StillwatchError } from '../base/errors.ts';
import { below, createRandom } from '../base/random.ts';
import {
  type CampaignEvidence,
  type EvidenceManifest,
  fileOf,
  packDigest,
} from '../detect/scan/evidence-pack.ts';
import { scan } from '../detect/scan/scan.ts';
import { verifyPack } from '../detect/scan/verify-pack.ts';
import { writeWorld } from '../prove/simulate/write-world.ts';
import { readEvidence, writeEvidence } from './evidence-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-pack-'));
after(() => rmSync(folder, { recursive: true }));

/** Where each kind of finding stands in the pack of the world below. */
const KINDS = { harvest: 0, relay: 1 } as const;
type Kind = keyof typeof KINDS;

before(async () => {
  const world = join(folder, 'world');
  const spec = { world: 'mixed', accounts: 800, seed: 3, days: 14, network: 'strong' } as const;
  await writeWorld({ ...spec, campaigns: 1, campaignAccounts: [40, 40] }, world);
  const result = await scan([join(world, 'traffic.jsonl')], {
    accounts: join(world, 'accounts.jsonl'),
    level: 0.01,
    threads: 0,
  });
  const [harvest, relay] = result.report.campaigns;
  assert.deepEqual([harvest?.verdict, relay?.verdict], ['distillation', 'account-network']);
  writeEvidence(join(folder, 'pack'), result);
});

type Json = Record<string, unknown>;
type Pack = { manifest: EvidenceManifest; campaigns: CampaignEvidence[] };
const read = (name: string): Pack => readEvidence(join(folder, name));
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What `verify` says of a folder: sentences, or the code of the error. */
const verdictOn = (name: string): string[] => {
  try {
    const { manifest, campaigns } = read(name);
    return verifyPack(manifest, campaigns);
  } catch (error) {
    assert.ok(error instanceof StillwatchError, `not a coded error: ${String(error)}`);
    assert.equal(error.code, 'EVIDENCE_UNREADABLE');
    return [error.message];
  }
};

interface Leaf {
  readonly path: string;
  readonly holder: Json;
  readonly name: string;
}
const leavesOf = (value: unknown, path = ''): Leaf[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]): Leaf[] =>
        typeof inner === 'object' && inner !== null
          ? leavesOf(inner, `${path}/${name}`)
          : [{ path: `${path}/${name}`, holder: value as Json, name }],
      );

const changed = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isInteger(value) ? value + 1 : value * 1.01;
  if (typeof value === 'boolean') return !value;
  return value === null ? 1 : `${String(value)}x`;
};

/** Changes `count` values of one file, each alone. */
const tamperEach = (file: string, count: number): void => {
  const path = join(folder, 'pack', file);
  const original = readFileSync(path, 'utf8');
  const data: unknown = JSON.parse(original);
  const leaves = leavesOf(data);
  const random = createRandom(1, file);
  try {
    for (let i = 0; i < count; i++) {
      const leaf = leaves[below(random, leaves.length)]!;
      const before = leaf.holder[leaf.name];
      leaf.holder[leaf.name] = changed(before);
      writeFileSync(path, JSON.stringify(data));
      leaf.holder[leaf.name] = before;
      assert.notDeepEqual(verdictOn('pack'), [], `${file}${leaf.path} was changed, not noticed`);
    }
  } finally {
    writeFileSync(path, original);
  }
};

describe('the evidence pack', () => {
  test('is as its scan left it (null control)', () => {
    assert.deepEqual(verdictOn('pack'), []);
  });

  test('does not verify after any one value was changed', () => {
    for (const index of Object.values(KINDS))
      tamperEach(read('pack').manifest.files[index]!.name, 25);
    tamperEach('manifest.json', 25);
    assert.deepEqual(verdictOn('pack'), []);
  });

  test('is not read when a field or a file is missing, or is another one', () => {
    for (const field of ['identity', 'content', 'relay', 'hypothesis', 'accounts', 'segment']) {
      cpSync(join(folder, 'pack'), join(folder, 'damaged'), { recursive: true });
      const path = join(folder, 'damaged', read('pack').manifest.files[0]!.name);
      const { [field]: _, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Json;
      writeFileSync(path, JSON.stringify(rest));
      assert.match(verdictOn('damaged')[0]!, new RegExp(`${field}: expected`));
      rmSync(path);
      assert.match(verdictOn('damaged')[0]!, /cannot be read \(ENOENT\)/);
      writeFileSync(path, '[');
      assert.match(verdictOn('damaged')[0]!, /not one JSON object/);
    }
    assert.match(verdictOn('nowhere')[0]!, /manifest\.json: cannot be read \(ENOENT\)/);
  });
});

/** A forger who changes a pack and makes all digests agree again. */
const forged = (kind: Kind, change: (campaign: Json, pack: Json) => void): string[] => {
  const pack = copy(read('pack'));
  const campaign = pack.campaigns[KINDS[kind]]!;
  change(campaign as unknown as Json, pack as unknown as Json);
  const files = pack.campaigns.map(fileOf);
  const manifest = { ...pack.manifest, files };
  return verifyPack({ ...manifest, sha256: packDigest(manifest) }, pack.campaigns);
};

/** Any object of a pack, by the path to it. */
const at = (value: unknown, ...path: string[]): Json =>
  path.reduce((holder, name) => (holder as Json)[name], value) as Json;

describe('a pack whose digests were made to agree', () => {
  test('still fails where score, p-value or verdict do not follow from the evidence', () => {
    const cases: readonly (readonly [Kind, RegExp, (campaign: Json, pack: Json) => void])[] = [
      ['harvest', /intent score is/, (c) => Object.assign(at(c, 'intent'), { score: 0.5 })],
      ['harvest', /intent log_p is/, (c) => Object.assign(at(c, 'intent'), { log_p: -99 })],
      ['harvest', /network log_p is/, (c) => Object.assign(at(c, 'network'), { log_p: -99 })],
      ['harvest', /network score is/, (c) => Object.assign(at(c, 'identity'), { keys: [] })],
      [
        'harvest',
        /intent score is/,
        (c) => {
          for (const member of c.content as { rows: Json[] }[])
            for (const row of member.rows) Object.assign(row, { responseTokens: 100 });
        },
      ],
      ['harvest', /verdict is review, the axes say distillation/, (c) => (c.verdict = 'review')],
      [
        'harvest',
        /its id is not that of its accounts/,
        (c) => (c.accounts as string[]).reverse().pop(),
      ],
      ['relay', /network log_p is/, (c) => Object.assign(at(c, 'network'), { log_p: -99 })],
      ['relay', /network log_p is/, (c) => Object.assign(at(c, 'relay'), { handOffs: 500 })],
      [
        'relay',
        /network log_p is/,
        (c) => {
          const identity = at(c, 'identity');
          identity.keys = (identity.keys as Json[]).filter((key) => key.kind !== 'hand-off');
        },
      ],
      ['relay', /verdict is review, the axes say account-network/, (c) => (c.verdict = 'review')],
      ['relay', /the axes say account-network/, (c) => (c.verdict = 'distillation')],
      [
        'relay',
        /not among the tested hypotheses/,
        (_, pack) => Object.assign(at(pack, 'manifest'), { hypotheses: [] }),
      ],
      [
        'relay',
        /network axis does not pass/,
        (_, pack) => Object.assign(at(pack, 'manifest'), { level: 1e-200 }),
      ],
    ];
    for (const [kind, expected, change] of cases)
      assert.match(forged(kind, change).join('\n'), expected);
  });

  test('passes when nothing was changed (null control)', () => {
    assert.deepEqual(
      forged('harvest', () => {}),
      [],
    );
    assert.deepEqual(
      forged('relay', () => {}),
      [],
    );
  });
});
