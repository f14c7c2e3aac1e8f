import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { StillwatchError } from '../base/errors.ts';
import { forJson } from '../base/safe-text.ts';
import { parseReport, readReport } from './read-report.ts';
import { buildReport, emptyReport } from './show/fixture.ts';
import { hostileReport } from './show/fixture-hostile.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-read-report-'));
after(() => rmSync(folder, { recursive: true }));

const refusal = (run: () => unknown): StillwatchError => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StillwatchError);
    assert.equal(error.code, 'REPORT_UNREADABLE');
    assert.ok(error.remedy.length > 0);
    return error;
  }
  throw new assert.AssertionError({ message: 'the report was accepted' });
};
/** The report as plain JSON, changed by hand. */
const changed = (change: (report: never) => void): string => {
  const copy = JSON.parse(JSON.stringify(buildReport()));
  change(copy as never);
  return JSON.stringify(copy);
};
const faultsOf = (change: (report: never) => void): string =>
  refusal(() => parseReport(changed(change), 'it')).message;

test('what was written is read back the same', async () => {
  for (const report of [buildReport(), emptyReport(), hostileReport()]) {
    const path = join(folder, 'report.json');
    writeFileSync(path, forJson(report));
    assert.deepEqual(await readReport(path), report);
  }
});

test('"-" reads standard input, also when a character is split between chunks', async () => {
  const bytes = Buffer.from(JSON.stringify(buildReport()));
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
  }
  assert.deepEqual(await readReport('-', { stdin: chunks() }), buildReport());
});

test('all faults are reported at once, each with its path', () => {
  type Loose = { fdr: unknown; campaigns: { network: unknown; evidence: { axis: unknown }[] }[] };
  const message = faultsOf((report: Loose) => {
    report.fdr = 'low';
    report.campaigns[1]!.network = { score: 2 };
    report.campaigns[0]!.evidence[3]!.axis = 'both';
  });
  assert.match(message, /4 faults/);
  assert.match(message, /fdr: expected a number from 0 to 1, found a string/);
  assert.match(message, /campaigns\[1\]\.network\.score: expected a number from 0 to 1, found 2/);
  assert.match(message, /campaigns\[1\]\.network\.p_value: .* found nothing/);
  assert.match(message, /campaigns\[0\]\.evidence\[3\]\.axis: expected one of "network", "intent"/);
});

test('another version, a missing field and a wrong time are refused', () => {
  assert.match(
    faultsOf((r: { version: unknown }) => {
      r.version = 2;
    }),
    /version: expected one of 1, found 2/,
  );
  assert.match(
    faultsOf((r: { tool?: unknown }) => {
      delete r.tool;
    }),
    /tool: .* found nothing/,
  );
  assert.match(
    faultsOf((r: { read: { first: unknown } }) => {
      r.read.first = 'yesterday';
    }),
    /read\.first: expected a time/,
  );
});

test('the timeline must have one row per account', () => {
  type Loose = { campaigns: { timeline: { counts: unknown[] } }[] };
  assert.match(
    faultsOf((r: Loose) => {
      r.campaigns[0]!.timeline.counts.pop();
    }),
    /timeline\.counts: expected 84 rows/,
  );
});

test('a list of thousands of faults is bounded', () => {
  type Loose = { accounts: unknown };
  const message = faultsOf((r: Loose) => {
    r.accounts = Array(5_000).fill(null);
  });
  assert.match(message, /5000 faults/);
  assert.match(message, /and 4950 more/);
});

test('unknown fields are left behind, and a "__proto__" field stays a name', () => {
  const json = changed(() => {}).replace('"reasons":{', '"extra":1,"reasons":{"__proto__":3,');
  const report = parseReport(json, 'it');
  assert.ok(!('extra' in report.read));
  assert.equal(Object.hasOwn(report.read.reasons, '__proto__'), true);
  assert.equal(Object.getPrototypeOf(report.read.reasons), Object.prototype);
});

test('an inherited field is not a field', () => {
  assert.match(
    refusal(() => parseReport('{"__proto__":{"version":1}}', 'it')).message,
    /version: .* found nothing/,
  );
});

test('empty, cut-off and foreign files are refused with what to do', () => {
  assert.match(refusal(() => parseReport('  \n', 'it')).message, /is empty/);
  assert.match(refusal(() => parseReport('{"version":1,', 'it')).message, /not one JSON object/);
  assert.match(
    refusal(() => parseReport('[1]', 'it')).message,
    /expected an object, found a list of 1/,
  );
  assert.match(refusal(() => parseReport('null', 'it')).remedy, /stillwatch scan/);
});

test('a missing file, a folder and a file over the bound are refused', async () => {
  const code = async (path: string, maxBytes?: number): Promise<string> =>
    readReport(path, maxBytes === undefined ? {} : { maxBytes }).then(
      () => 'accepted',
      (error: StillwatchError) => `${error.code} ${error.message}`,
    );
  assert.match(await code(join(folder, 'none.json')), /REPORT_UNREADABLE.*ENOENT/);
  assert.match(await code(folder), /REPORT_UNREADABLE.*EISDIR/);
  const big = join(folder, 'big.json');
  writeFileSync(big, ' '.repeat(3_000_000));
  assert.match(await code(big, 2_000_000), /REPORT_UNREADABLE.*larger than the 1 MiB/);
});

test('hostile names in faults are escaped', () => {
  type Loose = { read: { reasons: Record<string, unknown> } };
  const message = faultsOf((r: Loose) => {
    r.read.reasons['\x1b[2J\u202e'] = 'x';
  });
  assert.doesNotMatch(message, /(?!\n)[\p{Cc}\p{Cf}]/u);
  assert.match(message, /read\.reasons/);
});

test('property: any JSON is accepted or refused with the code, never crashes', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      assert.equal(refusal(() => parseReport(json, 'it')).code, 'REPORT_UNREADABLE');
    }),
  );
});
