/** The label-leak check of a whole world: how well each metadata field alone predicts the label. */
import type { WorldRequest } from './options.ts';
import type { TrafficRow } from './rows.ts';
import { simulate } from './simulate.ts';
import { createFieldTallies, type Feature, type FieldScore, scoreFields } from './single-field.ts';

/**
 * Largest area under the curve that a field may reach. By chance alone the best of some ninety
 * features reaches about 0.57 with some 260 campaign accounts.
 */
export const FIELD_BOUND = 0.65;

/** Every field but the content (prompt, messages) and what the answer's content decides. */
const TRAFFIC_FIELDS = [
  'exchange_id',
  'organization_id',
  'end_user_id',
  'conversation_id',
  'model',
  'prompt',
  'messages',
  'system_prompt',
  'reasoning_tokens',
  'max_tokens',
  'temperature',
  'n',
  'logprobs',
  'stream',
  'tools',
  'finish_reason',
  'status',
  'ip',
  'asn',
  'country',
  'user_agent',
  'ja4',
  'hour',
  'weekday',
  'millisecond',
  'response_tokens known',
];
const ACCOUNT_FIELDS = [
  'created_at',
  'payment_fingerprint',
  'email_domain',
  'tier',
  'organization_id',
  'attestation',
  'created hour',
  'created millisecond',
  'place',
  'id number',
];

/** Content never reaches the tallies, only whether the field is there. */
const metadataOf = (row: TrafficRow): Record<string, unknown> => {
  const at = new Date(row.timestamp);
  return {
    ...row,
    prompt: row.prompt === undefined ? undefined : {},
    messages: row.messages === undefined ? undefined : {},
    reasoning_tokens: row.reasoning_tokens === undefined ? undefined : {},
    hour: at.getUTCHours(),
    weekday: at.getUTCDay(),
    millisecond: at.getUTCMilliseconds(),
    'response_tokens known': row.response_tokens > 0 ? 1 : undefined,
  };
};

export interface WorldFields {
  readonly features: ReadonlyMap<string, Feature>;
  /** Campaign accounts; relays count as neither. */
  readonly positive: ReadonlySet<string>;
  readonly scores: readonly FieldScore[];
}

/** Makes the world and scores every field of it, most telling first. */
export const measureFields = (request: WorldRequest): WorldFields => {
  const world = simulate(request);
  const traffic = createFieldTallies(TRAFFIC_FIELDS);
  for (const row of world.exchanges) traffic.observe(metadataOf(row));
  const listed = createFieldTallies(ACCOUNT_FIELDS, 1);
  world.accounts.forEach((row, i) => {
    const created = new Date(row.created_at);
    listed.observe({
      ...row,
      created_at: created.getTime(),
      'created hour': created.getUTCHours(),
      'created millisecond': created.getUTCMilliseconds(),
      place: i,
      'id number': Number.parseInt(row.account_id.slice(5, 13), 16),
    });
  });
  const idsOf = (label: string): Set<string> =>
    new Set(world.labels.filter((l) => l.label === label).map((l) => l.account_id));
  const resold = idsOf('reseller');
  const positive = idsOf('distillation');
  const features = new Map<string, Feature>();
  for (const [file, found] of [
    ['traffic', traffic.features()],
    ['accounts', listed.features()],
  ] as const)
    for (const [name, values] of found)
      features.set(
        `${file} ${name}`,
        new Map([...values].filter(([account]) => !resold.has(account))),
      );
  return { features, positive, scores: scoreFields(features, positive) };
};
