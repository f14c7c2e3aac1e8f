/** `indicators derive` and `match` from end to end, on simulated worlds with known answers. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { forJson } from '../base/safe-text.ts';
import { scan } from '../detect/scan/scan.ts';
import type { Corpus } from '../prove/simulate/corpus.ts';
import { harvestCorpus } from '../prove/simulate/grammar/harvest.ts';
import { writeWorld } from '../prove/simulate/write-world.ts';
import { readIndicators } from '../share/indicator/match/read-bundle.ts';
import { checkLeaving } from '../share/sharing/firewall/check.ts';
import { parseBundle } from '../share/stix/parse.ts';
import { writeEvidence } from './evidence-folder.ts';
import { addIndicatorsCommand } from './indicators.ts';
import type { MatchReport } from './indicators-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-indicators-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);

/** Every other prompt: two labs never see the same one. */
const half = (corpus: Corpus, part: 0 | 1): Corpus => {
  const size = Math.floor(corpus.size / 2);
  return {
    ...corpus,
    size,
    units: [{ key: 'all', start: 0, size }],
    at: (i) => corpus.at(2 * i + part),
  };
};

const run = async (...args: string[]): Promise<string> => {
  let text = '';
  const output = new Writable({
    write: (chunk: Buffer, _, done) => {
      text += chunk.toString();
      done();
    },
  });
  const program = new Command().exitOverride();
  addIndicatorsCommand(program, output);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
    for (const sub of command.commands) sub.exitOverride().configureOutput({ writeErr: () => {} });
  }
  await program.parseAsync(['indicators', ...args], { from: 'user' });
  return text;
};
const match = async (world: string, ...more: string[]): Promise<MatchReport> =>
  JSON.parse(
    await run(
      'match',
      at(world, 'traffic.jsonl'),
      '--accounts',
      at(world, 'accounts.jsonl'),
      '--indicators',
      at('indicators.json'),
      '--at',
      '2026-06-20T00:00:00.000Z',
      '--threads',
      '0',
      '--json',
      ...more,
    ),
  ) as MatchReport;

interface Label {
  readonly account_id: string;
  readonly label: string;
}
const labelsOf = (world: string): Label[] =>
  readFileSync(at(world, 'labels.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Label);
const hitBy = (report: MatchReport, kind: string): Set<string> =>
  new Set(
    report.indicators
      .filter((i) => i.kind === kind)
      .flatMap((i) => i.accounts.map((a) => a.account_id)),
  );

const token = (letter: string): string => `swt1:payment:2026q2:${letter.repeat(42)}A`;

before(async () => {
  const corpus = harvestCorpus('grading', 'en');
  const shared = {
    days: 7,
    campaigns: 1,
    campaignAccounts: [50, 50],
    perAccount: [60, 80],
  } as const;
  const hydra = { world: 'hydra', accounts: 250, ...shared } as const;
  await writeWorld({ ...hydra, seed: 31, harvest: [half(corpus, 0)] }, at('a'));
  await writeWorld({ ...hydra, seed: 32, harvest: [half(corpus, 1)] }, at('b'));
  await writeWorld(
    { world: 'quiet', accounts: 300, days: 7, seed: 33, harvest: [half(corpus, 1)] },
    at('quiet'),
  );
  const found = await scan([at('a', 'traffic.jsonl')], {
    accounts: at('a', 'accounts.jsonl'),
    level: 0.05,
    threads: 0,
  });
  assert.deepEqual(
    found.report.campaigns.map((c) => c.verdict),
    ['distillation'],
  );
  writeFileSync(at('report.json'), forJson(found.report));
  writeEvidence(at('evidence'), found);
  const members = found.report.campaigns[0]!.accounts;
  writeFileSync(
    at('tokens.jsonl'),
    members
      .slice(0, 6)
      .map((account_id, i) => JSON.stringify({ account_id, token: token('ABCDEF'[i]!) }))
      .join('\n'),
  );
  await run(
    'derive',
    at('report.json'),
    '--evidence',
    at('evidence'),
    '--tokens',
    at('tokens.jsonl'),
    '--out',
    at('indicators.json'),
  );
});

const bundle = () =>
  JSON.parse(readFileSync(at('indicators.json'), 'utf8')) as {
    objects: { type: string; id: string }[];
  };

test('derive: the bundle is STIX, every indicator is of the profile, and all of it may leave', () => {
  const parsed = parseBundle(bundle());
  assert.deepEqual(parsed.diagnostics, undefined);
  const { indicators, unusable } = readIndicators(bundle().objects);
  assert.deepEqual(unusable, []);
  assert.deepEqual([...new Set(indicators.map((i) => i.kind))].sort(), [
    'actor-identifier',
    'attack-fingerprint',
    'query-signature',
  ]);
  for (const object of bundle().objects)
    assert.deepEqual([object.id, checkLeaving(object).faults], [object.id, []]);
});

test('derive: no account id and no prompt is in the bundle', () => {
  const text = readFileSync(at('indicators.json'), 'utf8');
  const rows = readFileSync(at('a', 'traffic.jsonl'), 'utf8').trim().split('\n');
  let looked = 0;
  for (const row of rows) {
    const { account_id, prompt = '', ip } = JSON.parse(row) as Record<string, string>;
    assert.ok(!text.includes(account_id!));
    if (prompt.length > 20) assert.ok(!text.includes(JSON.stringify(prompt).slice(1, -1)), prompt);
    if (ip !== undefined) assert.ok(!text.includes(`'${ip}'`));
    looked += 1;
  }
  assert.ok(looked > 3_000);
});

test('derive: the same report gives the same bytes', async () => {
  const args = ['derive', at('report.json'), '--tokens', at('tokens.jsonl')];
  await run(...args, '--out', at('again.json'));
  assert.equal(readFileSync(at('again.json'), 'utf8'), readFileSync(at('indicators.json'), 'utf8'));
});

test('derive: a higher k leaves more out, and says so', async () => {
  const derived = JSON.parse(await run('derive', at('report.json'), '--k', '60', '--json')) as {
    bundle: { objects?: unknown[] };
    left_out: { what: string; code: string }[];
  };
  assert.equal(derived.bundle.objects, undefined);
  assert.deepEqual(
    derived.left_out.map((l) => [l.what, l.code]),
    [['campaign', 'BELOW_K']],
  );
  const plain = await run('derive', at('report.json'));
  assert.match(plain, /TOKENS_NOT_GIVEN/);
  await assert.rejects(run('derive', at('report.json'), '--k', '4'), /whole number from 5/);
});

test('derive: evidence of another scan is refused', async () => {
  const report = JSON.parse(readFileSync(at('report.json'), 'utf8'));
  report.campaigns[0].id = 'campaign--00000000-0000-8000-8000-000000000000';
  writeFileSync(at('other.json'), JSON.stringify(report));
  await assert.rejects(run('derive', at('other.json'), '--evidence', at('evidence')), {
    code: 'EVIDENCE_DIFFERS',
  });
});

test('match, positive control: the same operator at another lab is found by fingerprint and signature', async () => {
  const report = await match('b');
  const campaign = labelsOf('b').filter((l) => l.label === 'distillation');
  for (const kind of ['attack-fingerprint', 'query-signature']) {
    const hit = hitBy(report, kind);
    const found = campaign.filter((l) => hit.has(l.account_id)).length;
    assert.ok(found >= 0.9 * campaign.length, `${kind}: ${found} of ${campaign.length}`);
  }
  assert.equal(report.unusable.length, 0);
  assert.ok(report.indicators.some((i) => i.not_run === 'TOKENS_NOT_GIVEN'));
});

test('match, null control: where nobody harvests, hardly anybody is hit, and never by a fingerprint', async () => {
  const report = await match('quiet');
  assert.equal(hitBy(report, 'attack-fingerprint').size, 0);
  // One researcher runs a slice of the harvest text itself.
  const hit = hitBy(report, 'query-signature').size;
  assert.ok(hit <= 3, `${hit} of 300`);
});

test('match: known-good accounts and tokens are counted', async () => {
  const [victim] = labelsOf('b').filter((l) => l.label === 'distillation');
  writeFileSync(at('known.txt'), `${victim!.account_id}\nnobody\n`);
  writeFileSync(
    at('own.jsonl'),
    JSON.stringify({ account_id: victim!.account_id, token: token('A') }),
  );
  const report = await match('b', '--known-good', at('known.txt'), '--tokens', at('own.jsonl'));
  assert.equal(report.known_good!.hit >= 1, true);
  const tokens = report.indicators.filter(
    (i) => i.kind === 'actor-identifier' && i.accounts.length > 0,
  );
  assert.ok(
    tokens.some((i) => i.accounts.some((a) => a.account_id === victim!.account_id && a.known_good)),
  );
});

test('match: unusable indicators are reported and the others run; expired ones say so', async () => {
  const objects = bundle().objects.map((o, i) =>
    i === 5 ? { ...o, type: 'indicator', pattern: 1 } : o,
  );
  writeFileSync(at('mixed.json'), JSON.stringify({ objects }));
  const args = ['match', at('quiet', 'traffic.jsonl'), '--indicators', at('mixed.json'), '--at'];
  const text = await run(...args, '2030-01-01T00:00:00.000Z');
  assert.match(text, /1 indicators cannot be used\n {2}object 5 /);
  assert.match(text, /has ended: query-signature/);
  assert.match(text, /next: --at TIME/);
});

test('match: fingerprints need the log twice, so standard input is refused', async () => {
  await assert.rejects(
    run('match', '-', '--indicators', at('indicators.json'), '--at', '2026-06-20T00:00:00.000Z'),
    { code: 'USAGE' },
  );
  writeFileSync(at('bad.json'), '{"objects": 1}');
  await assert.rejects(run('match', 'x', '--indicators', at('bad.json')), {
    code: 'INDICATORS_UNREADABLE',
  });
  writeFileSync(at('bad.jsonl'), '{"account_id": "a", "token": "acct"}');
  await assert.rejects(run('derive', at('report.json'), '--tokens', at('bad.jsonl')), {
    code: 'TOKENS_UNREADABLE',
  });
});
