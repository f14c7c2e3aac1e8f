/** What a decision may rest on now, account by account. Pure. */
import type { AccountFacts, Facts, FindingFacts } from '../../../act/response/facts.ts';
import type { ScanReport } from '../../../detect/report/report.ts';
import type { Exclusion } from '../../store/records.ts';
import { isFromLooks } from '../appeals/effects.ts';
import type { LabFinding } from '../findings.ts';
import { findingsByAccount } from './account-facts.ts';
import type { Sharing } from './sharing-seam.ts';

export interface Known {
  /** Of the last look; null before the first. */
  readonly report: ScanReport | null;
  readonly findings: readonly LabFinding[];
  /** Ids that count no more. */
  readonly withdrawn: ReadonlySet<string>;
  readonly exclusions: readonly Exclusion[];
  readonly sharing: Sharing | undefined;
}

export interface Grounds {
  readonly factsOf: (account: AccountFacts) => Facts;
  /** Whether a finding is known, and the last look did not make it. */
  readonly isQuiet: (id: string) => boolean;
}

export const groundsNow = (known: Known): Grounds => {
  const { report, findings, withdrawn, exclusions, sharing } = known;
  const found = findingsByAccount(report, findings);
  const seen = new Map(findings.map((one) => [one.id, one.seen]));
  const left = new Set(exclusions.filter(isFromLooks).map(({ account }) => account));
  const apart = Map.groupBy(exclusions, ({ account }) => account);
  /** Whether the account was found not to be of any of the campaigns that the indicator is of. */
  const isApart = (account: string, indicator: string): boolean => {
    const from = apart.get(account);
    const of = from === undefined ? [] : (sharing?.campaignsOf(indicator) ?? []);
    return of.length > 0 && of.every((id) => from!.some(({ campaign }) => campaign === id));
  };
  const findingOf = (account: string): FindingFacts | null => {
    const finding = found.get(account);
    return finding === undefined || withdrawn.has(finding.id) || left.has(account) ? null : finding;
  };
  return {
    factsOf: (account) => ({
      account,
      finding: findingOf(account.id),
      indicators: (sharing?.indicatorFacts(account) ?? []).filter(
        ({ id }) => !withdrawn.has(id) && !isApart(account.id, id),
      ),
    }),
    // Before the first look nothing is known of findings about lone accounts. An indicator is never
    // quiet: the hub has it or has not.
    isQuiet: (id) =>
      !withdrawn.has(id) &&
      !id.startsWith('indicator--') &&
      (seen.has(id) ? !seen.get(id) : report === null),
  };
};
