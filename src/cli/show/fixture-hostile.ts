/** The same report with an attack in every string that comes from outside. */
import type { ScanReport } from '../../detect/report/report.ts';
import { buildReport } from './fixture.ts';

/** Each would do harm if it were shown as it is: markup, terminal sequences, reordering, size. */
export const HOSTILE: readonly string[] = [
  '<script>window.__pwned=1</script>',
  '"><img src=x onerror="window.__pwned=1">',
  "'><svg onload=window.__pwned=1>",
  '</style><style>body{display:none}</style>',
  '</title></svg><iframe src="https://evil.example/"></iframe>',
  '<link rel=stylesheet href=https://evil.example/x.css><base href=//evil.example>',
  '<!-- --><![CDATA[ ]]>&lt;script&gt;&#60;b&#62;',
  'javascript:window.__pwned=1',
  '\x1b[2J\x1b[1;1H\x1b]8;;https://evil.example\x07link\x1b]8;;\x07',
  '\x9b31mred\x9d0;title\x9c\x90payload\x9c',
  'abc\u202egnp.exe\u2066\u200b\u2060\u{e0041}\ufeff',
  'line one\r\nline two\ttab\b\0\u2028',
  `Z${'\u0301'.repeat(40)}`,
  `${'長'.repeat(3_000)}`,
  `no-break-${'x'.repeat(5_000)}`,
  '__proto__',
  'constructor',
  '\ud800 lone surrogate',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of another language is the point
  '{{7*7}} ${7*7} <%= 7*7 %>',
  '⟨…⟩'.repeat(50),
];

export const hostileReport = (base: ScanReport = buildReport()): ScanReport => {
  let used = 0;
  // Numbered, so that different names stay different after they were replaced.
  const next = (): string => `${HOSTILE[used++ % HOSTILE.length]!}#${used}`;
  const renamed = new Map<string, string>();
  const rename = (name: string): string => {
    if (!renamed.has(name)) renamed.set(name, next());
    return renamed.get(name)!;
  };
  return {
    ...base,
    tool: next(),
    procedure: next(),
    calibration: { ...base.calibration, id: next(), source: next() },
    drift: {
      false_alarms: 0.01,
      tests: 1,
      alarms: [{ segment: next(), signal: next(), accounts: 1, log_evidence: 9 }],
    },
    models: { intent: next(), embedding: next() },
    limits: HOSTILE,
    read: {
      ...base.read,
      reasons: Object.fromEntries(HOSTILE.map((reason, i) => [reason, i + 1])),
      quarantine: HOSTILE.map((text) => ({ source: text, line: 1, reason: next() })),
    },
    campaigns: base.campaigns.map((campaign) => ({
      ...campaign,
      decided_by: campaign.decided_by && {
        ...campaign.decided_by,
        procedure: next(),
        calibration: next(),
        model: next(),
        intent: { ...campaign.decided_by.intent, pool: next() },
      },
      id: rename(campaign.id),
      accounts: campaign.accounts.map(rename),
      segment: next(),
      families: HOSTILE.map((template) => ({ ...campaign.families[0]!, template })),
      evidence: campaign.evidence.map((item) => ({ ...item, signal: next(), says: next() })),
      links: campaign.links.map((link) => ({
        ...link,
        a: rename(link.a),
        b: rename(link.b),
        kinds: [next(), ...link.kinds],
      })),
      timeline: { ...campaign.timeline, accounts: campaign.timeline.accounts.map(rename) },
      would_change: HOSTILE,
    })),
    accounts: base.accounts.map((account) => ({
      ...account,
      account_id: rename(account.account_id),
      campaign: account.campaign === null ? null : rename(account.campaign),
    })),
  };
};

/** Even the times are not times: only for renderers, since `readReport` refuses such a file. */
export const hostileTimes = (base: ScanReport = hostileReport()): ScanReport => ({
  ...base,
  read: { ...base.read, first: HOSTILE[0]!, last: HOSTILE[8]! },
  campaigns: base.campaigns.map((campaign) => ({
    ...campaign,
    first_seen: HOSTILE[1]!,
    last_seen: HOSTILE[10]!,
    timeline: { ...campaign.timeline, start: HOSTILE[2]! },
  })),
});
