import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import { textWidth } from '../../base/text-width.ts';
import { renderExplanation } from './explain.ts';
import { buildReport, emptyReport } from './fixture.ts';
import { hostileReport, hostileTimes } from './fixture-hostile.ts';
import { withoutPrefix } from './format.ts';
import { findSubject } from './subject.ts';

const report = buildReport();
const campaign = report.campaigns[0]!;
const OPTIONS = { width: 100, color: false, unicode: true };
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StillwatchError);
    assert.ok(error.remedy.length > 0);
    return error.code;
  }
  return 'nothing thrown';
};

test('a campaign is explained from verdict to signals, links, families and what would change it', () => {
  const shown = renderExplanation(report, campaign.id, OPTIONS);
  const order = [
    campaign.id,
    'distillation campaign',
    'Network  score',
    'complementary-coverage',
    'Intent  score',
    'distinct-prompts',
    'Strongest links',
    'Prompt families',
    'What would change this verdict',
  ].map((part) => shown.indexOf(part));
  assert.ok(order.every((at) => at >= 0));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test('each signal shows value, baseline, contribution, bar and its sentence', () => {
  const shown = renderExplanation(report, campaign.id, OPTIONS);
  assert.match(shown, /├─ ██████░░░░ {3}\+2\.2 {2}shared-payment\n.*51 of the accounts pay/);
  assert.match(
    shown,
    /measured 0\.61; half of the ordinary groups at or below 0, 99 % at or below 0\.04/,
  );
  // Where little of a signal speaks for the axis, ordinary is told from the other side.
  assert.match(
    shown,
    /measured 0\.01; half of the ordinary .* above 0\.38, 99 % at or above 0\.09/,
  );
  assert.match(shown, /−0\.2 {2}address-block\n.*\n.*speaks against; measured/);
});

test('every item of evidence is in the tree', () => {
  const shown = renderExplanation(report, campaign.id, { ...OPTIONS, width: 200 });
  for (const item of campaign.evidence) assert.ok(shown.includes(item.says), item.signal);
});

test('an account is explained through its campaign, whose scores it has scaled, and its links', () => {
  const link = campaign.links[0]!;
  const shown = renderExplanation(report, link.a, OPTIONS);
  assert.match(shown, /account · distillation/);
  assert.ok(shown.includes(campaign.id));
  assert.match(shown, /scaled by how surely the account belongs/);
  assert.match(shown, /Nothing was measured on the account alone/);
  assert.doesNotMatch(shown, /own traffic/);
  assert.ok(shown.includes(link.b));
});

test('an account without a campaign says so', () => {
  const shown = renderExplanation(report, 'acct_lonely_01', OPTIONS);
  assert.match(shown, /belongs to no reported campaign/);
});

test('a unique beginning is enough, with or without campaign--', () => {
  for (const wanted of [
    campaign.id.slice(0, 18),
    withoutPrefix(campaign.id).slice(0, 8),
    campaign.id,
  ]) {
    const subject = findSubject(report, wanted);
    assert.equal(subject.kind === 'campaign' && subject.campaign.id, campaign.id);
  }
  const account = findSubject(report, 'acct_lonely');
  assert.equal(account.kind === 'account' && account.id, 'acct_lonely_01');
});

test('a whole name wins over names that it begins', () => {
  const extra = { ...report.accounts[0]!, account_id: 'acct_lonely_01b' };
  const both = { ...report, accounts: [...report.accounts, extra] };
  const subject = findSubject(both, 'acct_lonely_01');
  assert.equal(subject.kind === 'account' && subject.id, 'acct_lonely_01');
});

test('an ambiguous beginning is refused and the names are listed', () => {
  assert.equal(
    codeOf(() => findSubject(report, 'campaign--')),
    'SUBJECT_AMBIGUOUS',
  );
  assert.equal(
    codeOf(() => findSubject(report, 'acct_')),
    'SUBJECT_AMBIGUOUS',
  );
});

test('an unknown or empty name is refused', () => {
  assert.equal(
    codeOf(() => findSubject(report, 'nobody')),
    'SUBJECT_UNKNOWN',
  );
  assert.equal(
    codeOf(() => findSubject(report, '')),
    'SUBJECT_UNKNOWN',
  );
  assert.equal(
    codeOf(() => findSubject(emptyReport(), 'x')),
    'SUBJECT_UNKNOWN',
  );
});

test('names from the command line and the report are escaped in refusals', () => {
  assert.throws(
    () => findSubject(report, '\x1b[2J'),
    (error: Error) => error.message.includes('\\x1b[2J') && !error.message.includes('\x1b'),
  );
});

test('hostile reports are explained within the width and without a sequence', () => {
  for (const hostile of [hostileReport(), hostileTimes()]) {
    for (const width of [60, 100]) {
      for (const id of [...hostile.campaigns.map((c) => c.id), hostile.accounts[5]!.account_id]) {
        const shown = renderExplanation(hostile, id, { ...OPTIONS, width });
        assert.doesNotMatch(shown, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        for (const line of shown.split('\n')) assert.ok(textWidth(line) <= width, line);
      }
    }
  }
});

test('without Unicode the tree is ASCII', () => {
  const shown = renderExplanation(report, report.campaigns[2]!.id, { ...OPTIONS, unicode: false });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range itself
  assert.doesNotMatch(shown, /[^\x00-\x7f]/);
  assert.match(shown, /\|- Network/);
});
