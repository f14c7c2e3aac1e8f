/** The configuration of a lab: one YAML file, checked whole, every fault at once. */
import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { StillwatchError } from '../../../base/errors.ts';
import * as parse from '../../../base/parse.ts';
import { LOG_FORMATS, type LogFormat } from '../../../detect/exchange/log-chunk.ts';
import { LIVE_PROCEDURES, type LiveProcedure } from '../../../detect/live/lineages.ts';
import { STREAMS, type Stream } from '../../../detect/live/live-counter.ts';
import { PERMITTED_ACTIONS, type PermittedAction } from '../../../share/indicator/profile/words.ts';
import { TLP_LEVELS, type TlpLevel } from '../../../share/stix/tlp.ts';

/** Fields that a mapping can fill: of the exchange, and of what is known of its account. */
export const MAPPED_FIELDS = [
  'account_id',
  'organization_id',
  'end_user_id',
  'conversation_id',
  'exchange_id',
  'ip',
  'asn',
  'country',
  'user_agent',
  'ja4',
  'prompt_hash',
  'template_id',
] as const;
export const MAPPED_ACCOUNT_FIELDS = [
  'created_at',
  'payment_fingerprint',
  'email_domain',
  'tier',
  'segment',
  'attestation',
] as const;

/** For each field the attributes it may stand in, first choice first. */
export type Mapping = Readonly<Record<string, readonly string[]>>;

export interface Followed {
  readonly path: string;
  readonly format: LogFormat;
  readonly stream: Stream;
}

/** A connection with a hub, declared: the lab has it from its start, and no command changes it. */
export interface HubConfig {
  readonly url: string;
  readonly token_file: string;
  readonly key_file: string;
  readonly collection: string;
  /** Who releases what is to be published. */
  readonly release: 'person' | 'automatic';
  readonly plain_http: boolean;
  /** The strongest action that recipients may take. */
  readonly permit: PermittedAction;
  readonly tlp: TlpLevel;
  /** Fewest accounts of which anything is said. */
  readonly k: number;
}

export interface GateConfig {
  readonly listen: string;
  /** For Envoy over gRPC. */
  readonly grpc: string | undefined;
  /** Where a refused caller is sent. */
  readonly appeal_url: string;
}

export interface LabConfig {
  readonly version: 1;
  readonly content: 'keep' | 'none';
  readonly clock: 'wall' | 'traffic';
  readonly accounts: string | undefined;
  /** Policy file; the policy that ships when there is none. */
  readonly policy: string | undefined;
  readonly gate: GateConfig | undefined;
  readonly hub: HubConfig | undefined;
  readonly mapping: Mapping;
  readonly follow: readonly Followed[];
  readonly ingest: {
    readonly max_request_bytes: number;
    readonly max_waiting_bytes: number;
    readonly join_window_seconds: number;
    readonly join_most: number;
  };
  readonly look: {
    readonly every_seconds: number;
    readonly level: number;
    readonly procedure: LiveProcedure | 'scan';
    readonly window_days: number;
    readonly most_accounts: number;
    readonly baseline: string | undefined;
    readonly model: string | undefined;
  };
  readonly checkpoint_seconds: number;
  readonly retention: {
    readonly prompts_days: number;
    readonly profiles_days: number;
    readonly findings_days: number;
    /** Counted from the end of a decision, from the settling of a proposal. */
    readonly decisions_days: number;
    /** Counted from the day on which a case was closed. */
    readonly cases_days: number;
  };
  readonly memory: { readonly profiles: number; readonly counting: number };
}

/** As `object`, and a name that is not known is a fault: a typing error must not be a default. */
const strict =
  <T extends object>(
    fields: { readonly [K in keyof T & string]: parse.Parser<T[K]> },
  ): parse.Parser<T> =>
  (value, path, faults) => {
    const known = new Set(Object.keys(fields));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const name of Object.keys(value))
        if (!known.has(name))
          parse.fault(
            faults,
            path === '' ? name.slice(0, 60) : `${path}.${name.slice(0, 60)}`,
            `one of ${[...known].join(', ')}`,
            'an unknown name',
          );
    return parse.object<T>(fields)(value, path, faults);
  };

/** A section: what is left out of it, or all of it, has its default. */
const section =
  <T extends object>(
    fields: { readonly [K in keyof T & string]: parse.Parser<T[K]> },
  ): parse.Parser<T> =>
  (value, path, faults) =>
    strict<T>(fields)(value ?? {}, path, faults);

const whole = (min: number, max: number, missing: number): parse.Parser<number> =>
  parse.orElse(parse.number(min, max), missing);
const pathOr = parse.orElse<string | undefined>(parse.text(4096), undefined);

const matching =
  (pattern: RegExp, expected: string): parse.Parser<string> =>
  (value, path, faults) => {
    const given = parse.text(2000)(value, path, faults);
    return given === parse.REFUSED || pattern.test(given)
      ? given
      : parse.fault(faults, path, expected, 'other text');
  };
const URL_TEXT = /^https?:\/\/[^\s/?#]\S*$/;
const url = matching(URL_TEXT, 'an address such as https://hub.example');
const place = matching(
  /^(\[[0-9a-fA-F:]+\]|[^:[\]\s]+):\d{1,5}$/,
  'HOST:PORT, such as 127.0.0.1:8061',
);
const path = matching(/./, 'the path of a file');

const hub = strict<HubConfig>({
  url,
  token_file: path,
  key_file: path,
  collection: parse.orElse(matching(/./, 'an id or an alias'), 'exchange'),
  release: parse.orElse(parse.oneOf(['person', 'automatic']), 'person'),
  plain_http: parse.orElse(parse.truth, false),
  permit: parse.orElse(parse.oneOf(PERMITTED_ACTIONS), 'verify'),
  tlp: parse.orElse(parse.oneOf(TLP_LEVELS), 'amber'),
  // Fewer than five accounts are never told of, whatever a lab says.
  k: whole(5, 1_000_000, 5),
});

const gate = strict<GateConfig>({
  listen: place,
  grpc: parse.orElse<string | undefined>(place, undefined),
  appeal_url: url,
});

const mapping: parse.Parser<Mapping> = (value, path, faults) =>
  section<Record<string, readonly string[]>>(
    Object.fromEntries(
      [...MAPPED_FIELDS, ...MAPPED_ACCOUNT_FIELDS].map((field) => [
        field,
        parse.orElse<readonly string[]>(parse.list(parse.text(200), 20), []),
      ]),
    ),
  )(value, path, faults);

const config = strict<LabConfig>({
  version: parse.oneOf([1]),
  content: parse.orElse(parse.oneOf(['keep', 'none']), 'keep'),
  clock: parse.orElse(parse.oneOf(['wall', 'traffic']), 'traffic'),
  accounts: pathOr,
  policy: pathOr,
  gate: parse.orElse<GateConfig | undefined>(gate, undefined),
  hub: parse.orElse<HubConfig | undefined>(hub, undefined),
  mapping,
  follow: parse.orElse<readonly Followed[]>(
    parse.list(
      strict<Followed>({
        path: parse.text(4096),
        format: parse.orElse(parse.oneOf(LOG_FORMATS), 'native'),
        stream: parse.orElse(parse.oneOf(STREAMS), 'whole'),
      }),
      100,
    ),
    [],
  ),
  ingest: section<LabConfig['ingest']>({
    max_request_bytes: whole(1024, 2 ** 32, 64 << 20),
    max_waiting_bytes: whole(1 << 20, 2 ** 34, 64 << 20),
    join_window_seconds: whole(0, 3600, 30),
    join_most: whole(1, 10_000_000, 100_000),
  }),
  look: section<LabConfig['look']>({
    every_seconds: whole(0.1, 86_400, 60),
    level: whole(1e-6, 0.5, 0.01),
    procedure: parse.orElse(parse.oneOf([...LIVE_PROCEDURES, 'scan']), 'lond'),
    window_days: whole(0.001, 36_500, 36_500),
    most_accounts: whole(10, 100_000_000, 200_000),
    baseline: pathOr,
    model: pathOr,
  }),
  checkpoint_seconds: whole(1, 86_400, 60),
  retention: section<LabConfig['retention']>({
    prompts_days: whole(0, 36_500, 30),
    profiles_days: whole(0, 36_500, 90),
    findings_days: whole(0, 36_500, 365),
    // An appeal is possible for thirty days after the end.
    decisions_days: whole(30, 36_500, 365),
    cases_days: whole(30, 36_500, 730),
  }),
  memory: section<LabConfig['memory']>({
    profiles: whole(10, 100_000_000, 100_000),
    counting: whole(10, 100_000_000, 20_000),
  }),
});

const invalid = (name: string, why: string): StillwatchError =>
  new StillwatchError('LAB_CONFIG_INVALID', `${name}: ${why}`, 'See docs/reference/lab-config.md.');

/** @throws StillwatchError LAB_CONFIG_INVALID with every fault. */
export const parseConfig = (value: unknown, name: string): LabConfig => {
  const faults = parse.noFaults();
  const result = config(value, '', faults);
  if (result === parse.REFUSED || faults.count > 0) throw invalid(name, faults.list.join('; '));
  if (result.retention.prompts_days > result.retention.profiles_days)
    throw invalid(name, 'retention: prompts_days is longer than profiles_days');
  return result;
};

export const DEFAULT_CONFIG: LabConfig = parseConfig({ version: 1 }, 'default');

/** @throws StillwatchError LAB_CONFIG_INVALID. */
export const readConfig = (path: string): LabConfig => {
  let value: unknown;
  try {
    // Aliases are bounded, so that a small file cannot become a large value.
    value = parseYaml(readFileSync(path, 'utf8'), { maxAliasCount: 10 });
  } catch (cause) {
    throw invalid(path, (cause as Error).message);
  }
  return parseConfig(value, path);
};
