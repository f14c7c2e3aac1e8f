/** What `policy simulate` and `policy explain` know of accounts: from a log that is scanned, or from a report. */
import type { AccountFacts, Facts } from '../act/response/facts.ts';
import { factsFromReport } from '../act/response/report-facts.ts';
import { StillwatchError } from '../base/errors.ts';
import { readAccounts } from '../detect/exchange/accounts.ts';
import type { AccountRecord } from '../detect/exchange/exchange.ts';
import type { ScanReport } from '../detect/report/report.ts';
import { readBaseline } from '../detect/scan/baseline.ts';
import { type Scan, scan } from '../detect/scan/scan.ts';
import { loadIntentModel } from '../detect/verdict/intent-model.ts';
import { segmentOf } from '../detect/verdict/segment.ts';
import { readReport } from './read-report.ts';
import { createScanProgress } from './scan-progress.ts';

export interface Known {
  readonly facts: readonly Facts[];
  readonly report: ScanReport;
  /** The moment for which is decided: that of the last exchange. */
  readonly now: number;
  /** What cannot be seen this way, in sentences. */
  readonly limits: readonly string[];
}

const NO_INDICATORS =
  'Shared intelligence is not in a log: what rules say of indicators was not tried.';

const withOrganizations = (accounts: readonly AccountFacts[]): AccountFacts[] => {
  const sums = new Map<string, number>();
  for (const { organization, exchanges } of accounts)
    if (organization !== null) sums.set(organization, (sums.get(organization) ?? 0) + exchanges);
  return accounts.map((one) => ({
    ...one,
    organization_exchanges: one.organization === null ? null : sums.get(one.organization)!,
  }));
};

const factsOf = (
  id: string,
  exchanges: number,
  segment: string | null,
  record: AccountRecord | null,
): AccountFacts => ({
  id,
  tier: record?.tier ?? null,
  segment,
  organization: record?.organizationId ?? null,
  exchanges,
  organization_exchanges: null,
  created_at: record?.createdAt ?? null,
  attestation: record?.attestation ?? null,
  known_good: false,
});

const moment = (report: ScanReport): number =>
  report.read.last === null ? 0 : Date.parse(report.read.last);

const fromScan = ({ report, search: { population } }: Scan): Known => ({
  report,
  now: moment(report),
  limits: [NO_INDICATORS],
  facts: factsFromReport(
    report,
    withOrganizations(
      population.ids.map((id, i) => {
        const [profile, record] = [population.profiles[i]!, population.records[i]!];
        return factsOf(id, profile.exchanges, segmentOf(profile, record), record);
      }),
    ),
  ),
});

export interface KnownFlags {
  readonly against?: readonly string[];
  readonly report?: string;
  readonly accounts?: string;
  readonly baseline?: string;
  readonly fdr: number;
}

/** @throws StillwatchError USAGE without a log and without a report, or with both */
export const knownFrom = async ({
  against = [],
  report: path,
  accounts,
  baseline,
  fdr,
}: KnownFlags): Promise<Known> => {
  if (against.length > 0 === (path !== undefined))
    throw new StillwatchError(
      'USAGE',
      'either --against LOG or --report REPORT.json is needed',
      'Give the log that the policy is to be tried on, or the report of its scan.',
    );
  if (path === undefined) {
    const model = loadIntentModel();
    const progress = await createScanProgress(against);
    const options = {
      ...progress,
      accounts,
      baseline: baseline === undefined ? undefined : readBaseline(baseline, model),
      model,
      level: fdr,
    };
    return fromScan(await scan(against, options).finally(progress.stop));
  }
  const report = await readReport(path);
  const records = accounts === undefined ? null : (await readAccounts(accounts)).accounts;
  const segments = new Map(report.campaigns.map(({ id, segment }) => [id, segment]));
  const known = report.accounts.map(({ account_id, exchanges, campaign }) => {
    const record = records?.get(account_id) ?? null;
    return factsOf(
      account_id,
      exchanges,
      record?.segment ?? segments.get(campaign ?? '') ?? null,
      record,
    );
  });
  return {
    report,
    now: moment(report),
    facts: factsFromReport(report, known),
    limits: [
      'A report names only accounts with a finding: what rules do to the others was not tried. Use --against.',
      NO_INDICATORS,
    ],
  };
};
