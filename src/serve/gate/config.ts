/** The gate's configuration: YAML, parsed field by field, all faults at once. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { QUESTION_HEADERS, type QuestionHeaders } from '../../act/gateway/question.ts';
import { FAILS, STALENESS, type StalenessRule } from '../../act/response/gate.ts';
import { StillwatchError } from '../../base/errors.ts';
import {
  dictionary,
  fault,
  noFaults,
  number,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
} from '../../base/parse.ts';

export interface GateConfig {
  readonly appeal_url: string;
  readonly headers: QuestionHeaders;
  readonly unidentified: 'open' | 'closed';
  readonly staleness: StalenessRule;
}

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
/** Compared in lower case, as Node gives them (RFC 9110, section 5.1). */
const headerName: Parser<string> = (value, path, faults) =>
  typeof value === 'string' && HEADER_NAME.test(value.toLowerCase())
    ? value.toLowerCase()
    : fault(faults, path, 'the name of a header', typeof value);

const headers: Parser<QuestionHeaders> = object<QuestionHeaders>({
  account: orElse(headerName, QUESTION_HEADERS.account),
  organization: orElse(headerName, QUESTION_HEADERS.organization),
  end_user: orElse(headerName, QUESTION_HEADERS.end_user),
  address: orElse(headerName, QUESTION_HEADERS.address),
  token: orElse(headerName, QUESTION_HEADERS.token),
  client: orElse(headerName, QUESTION_HEADERS.client),
  tier: orElse(headerName, QUESTION_HEADERS.tier),
});

const staleness: Parser<StalenessRule> = object<StalenessRule>({
  after: orElse(number(1, 86_400), STALENESS.after),
  fails: orElse(oneOf(FAILS), STALENESS.fails),
  tiers: orElse(dictionary(oneOf(FAILS)), STALENESS.tiers),
  closed_action: orElse(
    oneOf(['verify', 'throttle', 'restrict', 'suspend']),
    STALENESS.closed_action,
  ),
});

const config: Parser<GateConfig> = object<GateConfig>({
  appeal_url: text(2000),
  headers: orElse(headers, QUESTION_HEADERS),
  unidentified: orElse(oneOf(FAILS), 'open'),
  staleness: orElse(staleness, STALENESS),
});

const unreadable = (file: string, why: string): StillwatchError =>
  new StillwatchError(
    'GATE_CONFIG_UNREADABLE',
    `${file}: ${why}`,
    'docs/reference/gate-api.md lists the fields; appeal_url is the only one that must be there.',
  );

const LONGEST = 1 << 20;

export const readGateConfig = (file: string): GateConfig => {
  let value: unknown;
  try {
    const content = readFileSync(file, 'utf8');
    if (content.length > LONGEST) throw new Error('is too large');
    value = parse(content, { maxAliasCount: 20 });
  } catch (error) {
    throw unreadable(file, (error as Error).message.split('\n')[0]!);
  }
  const faults = noFaults();
  const read = config(value, '', faults);
  if (read === REFUSED) throw unreadable(file, faults.list.join('; '));
  if (!/^https?:\/\/\S+$/.test(read.appeal_url))
    throw unreadable(file, 'appeal_url: expected an address that begins with https://');
  return read;
};
