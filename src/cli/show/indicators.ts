/** What `stillwatch indicators` prints for people. */
import { forTerminal } from '../../base/safe-text.ts';
import type { Derived } from '../../share/indicator/derive/derive.ts';
import { LEFT_OUT } from '../../share/indicator/derive/left-out.ts';
import { kindOfExtension } from '../../share/indicator/profile/extension-definitions.ts';
import { INDICATOR_KINDS } from '../../share/indicator/profile/words.ts';
import { isType } from '../../share/stix/types.ts';
import type { MatchReport } from '../indicators-run.ts';

const LISTED = 20;

export const renderDerived = ({ bundle, leftOut }: Derived, path: string | undefined): string => {
  const indicators = (bundle.objects ?? []).filter((o) => isType(o, 'indicator'));
  const counts = INDICATOR_KINDS.map((kind) => {
    const count = indicators.filter((o) =>
      Object.keys(o.extensions ?? {}).some((id) => kindOfExtension(id) === kind),
    ).length;
    return `  ${String(count).padStart(4)}  ${kind}`;
  });
  return [
    `${indicators.length} indicators`,
    ...counts,
    ...(leftOut.length === 0 ? [] : ['', 'left out']),
    ...leftOut.map(
      ({ campaign, what, code, count }) =>
        `  ${forTerminal(campaign.replace(/^campaign--/, ''), 8)}  ${what}${count > 1 ? ` (${count})` : ''}: ${LEFT_OUT[code]} [${code}]`,
    ),
    '',
    path === undefined
      ? 'next: stillwatch indicators derive REPORT.json --out FILE'
      : `next: stillwatch indicators match LOG --indicators ${forTerminal(path)}   whom they would hit at home`,
  ].join('\n');
};

const NOT_RUN = {
  REVOKED: 'withdrawn',
  EXPIRED: 'has ended',
  NOT_YET_VALID: 'has not begun',
  TOO_MANY_SALTS: 'too many salts in use',
  TOKENS_NOT_GIVEN: 'not run: give --tokens',
  NO_PROMPTS: 'not run: the log holds no prompt text',
} as const;

export const renderMatch = (report: MatchReport): string => {
  const { read, known_good: good, indicators, unusable } = report;
  const hit = [...indicators]
    .filter((i) => i.accounts.length > 0)
    .sort((a, b) => b.accounts.length - a.accounts.length);
  const idle = indicators.filter((i) => i.not_run !== null);
  const nothing = indicators.length - hit.length - idle.length;
  return [
    `read        ${read.exchanges} exchanges of ${read.accounts} accounts${read.rejected > 0 ? `, ${read.rejected} rows rejected` : ''}`,
    `hit         ${report.accounts_hit} accounts by ${hit.length} of ${indicators.length} indicators`,
    good === null
      ? 'known good  none named: give --known-good, or attestations in --accounts'
      : `known good  ${good.hit} of ${good.accounts} would be hit`,
    ...(hit.length === 0 ? [] : ['', '  accounts  exchanges  known good  action    indicator']),
    ...hit
      .slice(0, LISTED)
      .map((i) =>
        [
          String(i.accounts.length).padStart(10),
          String(i.exchanges).padStart(9),
          (good === null ? '–' : String(i.known_good_hit)).padStart(10),
          i.permitted_action.padEnd(8),
          `${i.kind} ${forTerminal(i.id)}`,
        ].join('  '),
      ),
    ...(hit.length > LISTED ? [`  and ${hit.length - LISTED} more (--json lists them)`] : []),
    ...(nothing > 0 ? ['', `${nothing} indicators hit nobody`] : []),
    ...idle.slice(0, LISTED).map((i) => `  ${NOT_RUN[i.not_run!]}: ${i.kind} ${forTerminal(i.id)}`),
    ...(idle.some((i) => i.not_run === 'EXPIRED')
      ? ['', 'next: --at TIME matches an older log with the indicators that were valid then']
      : []),
    ...(unusable.length === 0 ? [] : ['', `${unusable.length} indicators cannot be used`]),
    ...unusable
      .slice(0, LISTED)
      .map(
        ({ at, id, diagnostics: [first] }) =>
          `  object ${at}${id === null ? '' : ` ${id}`}: ${first!.code} at ${forTerminal(first!.path, 120)}: ${forTerminal(first!.message, 200)}`,
      ),
  ].join('\n');
};
