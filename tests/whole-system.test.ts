import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ScanReport } from '../src/detect/report/report.ts';

/** The command as a person runs it, from another folder. */
const BIN = join(import.meta.dirname, '../bin/stillwatch');
let folder = '';

const run = (...args: string[]): { status: number | null; out: string; err: string } => {
  const done = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
};

const simulate = (name: string, ...args: string[]): void => {
  const done = run('simulate', ...args, '--out', name);
  assert.equal(done.status, 0, done.err);
};

const scan = (name: string, ...args: string[]): ScanReport => {
  const done = run('scan', ...args, '--accounts', join(name, 'accounts.jsonl'), '--json');
  assert.equal(done.status, 0, done.err);
  return JSON.parse(done.out) as ScanReport;
};

const traffic = (name: string): string => join(name, 'traffic.jsonl');

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'stillwatch-system-'));
  simulate(
    'mixed',
    'mixed',
    '--accounts',
    '1200',
    '--campaigns',
    '1',
    '--seed',
    '3',
    '--unrelated',
    '0.5',
  );
  simulate('quiet', 'quiet', '--accounts', '1200', '--seed', '4');
});

after(() => rmSync(folder, { recursive: true, force: true }));

describe('a world with one campaign', () => {
  let report: ScanReport;
  before(() => {
    report = scan(
      'mixed',
      traffic('mixed'),
      '--evidence',
      'evidence',
      '--report',
      'report.html',
      '--output',
      'report.json',
    );
  });

  test('the campaign is found, whole and pure (positive control)', () => {
    const measured = run('evaluate', 'report.json', '--labels', 'mixed/labels.jsonl', '--json');
    assert.equal(measured.status, 0, measured.err);
    const labels = new Map(
      readFileSync(join(folder, 'mixed/labels.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { account_id: string; label: string })
        .map((row) => [row.account_id, row.label]),
    );
    const found = report.campaigns.filter((c) => c.verdict === 'distillation');
    assert.equal(found.length, 1);
    const harvesters = [...labels.values()].filter((label) => label === 'distillation').length;
    const members = found[0]!.accounts.map((id) => labels.get(id));
    assert.ok(members.every((label) => label === 'distillation'));
    assert.ok(members.length >= 0.9 * harvesters, `${members.length} of ${harvesters}`);
  });

  test('its evidence can be recomputed, and a changed pack is refused', () => {
    assert.equal(run('verify', 'evidence').status, 0);
    const file = readdirSync(join(folder, 'evidence')).find((name) => name.startsWith('campaign'))!;
    const path = join(folder, 'evidence', file);
    const original = readFileSync(path, 'utf8');
    const tamper = (change: (pack: Record<string, unknown>) => void): void => {
      const pack = JSON.parse(original) as Record<string, unknown>;
      change(pack);
      writeFileSync(path, JSON.stringify(pack));
      const done = run('verify', 'evidence');
      assert.equal(done.status, 1);
      assert.match(done.err, /EVIDENCE_DIFFERS/);
    };
    tamper((pack) => {
      (pack.intent as { score: number }).score += 0.01;
    });
    tamper((pack) => {
      (pack.network as { log_p: number }).log_p -= 1;
    });
    tamper((pack) => {
      pack.verdict = 'review';
    });
    tamper((pack) => {
      for (const member of (pack.content as { rows: unknown[] }[]).slice(5)) member.rows = [];
    });
    writeFileSync(path, original);
    assert.equal(run('verify', 'evidence').status, 0);
  });

  test('explain answers for a campaign and for an account', () => {
    const campaign = run('explain', 'report.json', report.campaigns[0]!.id);
    assert.equal(campaign.status, 0, campaign.err);
    assert.match(campaign.out, /standalone-prompts|shared-payment/);
    assert.equal(run('explain', 'report.json', report.accounts[0]!.account_id).status, 0);
    assert.equal(run('explain', 'report.json', 'nobody').status, 2);
  });

  test('neither the order of the lines, nor files, nor compression, nor threads change the report', () => {
    const lines = readFileSync(join(folder, traffic('mixed')), 'utf8')
      .trim()
      .split('\n');
    mkdirSync(join(folder, 'parts'), { recursive: true });
    const parts: string[][] = [[], [], []];
    // A fixed shuffle: every line goes to the part its length says, last lines first.
    for (const line of lines.reverse()) parts[line.length % 3]!.push(line);
    parts.forEach((part, i) => {
      writeFileSync(join(folder, `parts/${i}.jsonl.gz`), gzipSync(`${part.join('\n')}\n`));
    });
    const again = scan('mixed', 'parts/*.gz', '--threads', '0');
    assert.deepEqual(again, report);
  });

  test('a log given twice is counted once', () => {
    const twice = scan('mixed', traffic('mixed'), 'parts/0.jsonl.gz');
    assert.ok(twice.read.duplicates > 0);
    assert.equal(twice.read.exchanges, report.read.exchanges);
    assert.deepEqual(twice.campaigns, report.campaigns);
  });

  test('--fail-on exits with 3 when there is such a finding', () => {
    const done = run(
      'scan',
      traffic('mixed'),
      '--accounts',
      'mixed/accounts.jsonl',
      '--fail-on',
      'distillation',
    );
    assert.equal(done.status, 3);
    assert.match(done.out, /distillation/);
  });
});

test('a quiet world gives no finding (null control)', () => {
  const report = scan('quiet', traffic('quiet'));
  assert.deepEqual(report.campaigns, []);
  assert.deepEqual(report.accounts, []);
});

test('a baseline of known-good traffic is made and used', () => {
  const made = run(
    'baseline',
    traffic('quiet'),
    '--accounts',
    'quiet/accounts.jsonl',
    '--out',
    'baseline.json',
  );
  assert.equal(made.status, 0, made.err);
  const report = scan('mixed', traffic('mixed'), '--baseline', 'baseline.json');
  assert.match(report.calibration.source, /^baseline /);
  assert.equal(report.campaigns.filter((c) => c.verdict === 'distillation').length, 1);
  writeFileSync(join(folder, 'not.json'), '{}');
  const refused = run('scan', traffic('mixed'), '--baseline', 'not.json');
  assert.equal(refused.status, 4);
  assert.match(refused.err, /BASELINE_UNREADABLE/);
});

describe('bad input', () => {
  const row = (i: number, extra: object = {}): string =>
    JSON.stringify({
      timestamp: 1_780_000_000_000 + i * 60_000,
      account_id: `a${i % 40}`,
      prompt: `how do I bake bread number ${i}`,
      response_tokens: 20,
      ...extra,
    });
  const rows = Array.from({ length: 200 }, (_, i) => row(i));
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return name;
  };

  test('usage is 2, what cannot be read is 4, each with a code and a remedy', () => {
    assert.equal(run('scan', '--no-such-option').status, 2);
    assert.equal(run('scan', 'x.jsonl', '--fdr', '2').status, 2);
    for (const [name, code] of [
      ['missing.jsonl', /INPUT_NOT_FOUND/],
      [write('empty.jsonl', ''), /INPUT_EMPTY/],
      [write('other.jsonl', '{"a":1}\n{"b":2}\n'), /INPUT_(MOSTLY_REJECTED|FORMAT_UNKNOWN)/],
      [write('garbage.bin', Buffer.from([0, 1, 2, 255, 254, 10, 7])), /INPUT_FORMAT_UNKNOWN/],
    ] as const) {
      const done = run('scan', name);
      assert.equal(done.status, 4, `${name}: ${done.err}`);
      assert.match(done.err, code);
      assert.ok(done.err.trim().split('\n').length >= 2, 'says what to do');
      assert.doesNotMatch(done.err, /\n\s+at /, 'no stack trace');
    }
  });

  test('rows that cannot be read are counted with their lines, and the rest is scanned', () => {
    const bad = [...rows, 'not json', row(3, { timestamp: 'yesterday' }), row(4).slice(0, 50)];
    const done = run('scan', write('some-bad.jsonl', bad.join('\n')), '--json');
    assert.equal(done.status, 0, done.err);
    const { read } = JSON.parse(done.out) as ScanReport;
    assert.equal(read.exchanges, 200);
    assert.equal(read.rejected, 3);
    assert.deepEqual(
      read.quarantine.map((q) => q.line),
      [201, 202, 203],
    );
  });

  test('duplicates, numbers as strings, backward clocks and a 50 MB prompt do no harm', () => {
    const odd = [
      ...rows.toReversed(),
      rows[0]!,
      row(900, { response_tokens: '7' }),
      row(901, { prompt: 'x'.repeat(50_000_000) }),
    ];
    const done = run('scan', write('odd.jsonl', odd.join('\n')), '--json');
    assert.equal(done.status, 0, done.err);
    const { read } = JSON.parse(done.out) as ScanReport;
    assert.equal(read.exchanges, 202);
    assert.equal(read.duplicates, 1);
  });

  test('twenty thousand accounts with one exchange each', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => row(i, { account_id: `only${i}` }));
    const done = run('scan', write('many.jsonl', many.join('\n')), '--json');
    assert.equal(done.status, 0, done.err);
    const report = JSON.parse(done.out) as ScanReport;
    assert.equal(report.read.accounts, 20_000);
    assert.deepEqual(report.campaigns, []);
  });

  test('nothing from the log reaches the terminal or the page unescaped', () => {
    const hostile = '\u001b[2J<script>alert(1)</script>';
    const text = readFileSync(join(folder, traffic('mixed')), 'utf8').replaceAll(
      '"account_id":"',
      `"account_id":${JSON.stringify(hostile).slice(0, -1)}`,
    );
    const accounts = readFileSync(join(folder, 'mixed/accounts.jsonl'), 'utf8').replaceAll(
      '"account_id":"',
      `"account_id":${JSON.stringify(hostile).slice(0, -1)}`,
    );
    write('hostile.jsonl', text);
    write('hostile-accounts.jsonl', accounts);
    const done = run(
      'scan',
      'hostile.jsonl',
      '--accounts',
      'hostile-accounts.jsonl',
      '--report',
      'hostile.html',
    );
    assert.equal(done.status, 0, done.err);
    assert.ok(!done.out.includes('\u001b[2J') && !done.err.includes('\u001b[2J'));
    const page = readFileSync(join(folder, 'hostile.html'), 'utf8');
    assert.ok(page.includes('alert(1)'), 'the hostile id is on the page');
    assert.ok(!page.includes('<script>') && !page.includes('\u001b'));
  });
});
