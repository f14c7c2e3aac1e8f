/** The rows of a world, with the field names of the exchange log (docs/reference/worlds.md). */

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** One line of traffic.jsonl; a field that a client does not send is undefined and not written. */
export interface TrafficRow {
  /** RFC 3339 with milliseconds. */
  readonly timestamp: string;
  readonly exchange_id: string;
  readonly account_id: string;
  readonly organization_id: string | undefined;
  readonly end_user_id: string | undefined;
  readonly conversation_id: string | undefined;
  readonly model: string;
  /** Exactly one of `prompt` and `messages` is set. */
  readonly prompt: string | undefined;
  readonly messages: readonly ChatMessage[] | undefined;
  readonly system_prompt: string | undefined;
  readonly prompt_tokens: number;
  readonly response_tokens: number;
  readonly reasoning_tokens: number | undefined;
  readonly max_tokens: number | undefined;
  readonly temperature: number | undefined;
  readonly n: number | undefined;
  readonly logprobs: boolean | undefined;
  readonly stream: boolean;
  readonly tools: boolean | undefined;
  readonly finish_reason: string | undefined;
  readonly status: number;
  readonly ip: string;
  readonly asn: string;
  readonly country: string;
  readonly user_agent: string;
  readonly ja4: string;
}

/** One line of accounts.jsonl. */
export interface AccountRow {
  readonly account_id: string;
  readonly created_at: string;
  readonly payment_fingerprint: string | undefined;
  readonly email_domain: string;
  readonly tier: string;
  readonly organization_id: string | undefined;
  readonly attestation: string | undefined;
}

export const LABELS = ['benign', 'reseller', 'distillation'] as const;
export type Label = (typeof LABELS)[number];

/** The kinds of account in a world; every kind but the first and the last two is a hard benign one. */
export const GROUPS = [
  'person',
  'benchmark',
  'single-purpose-product',
  'document-pipeline',
  'coding-agent',
  'classroom',
  'large-customer',
  'friends-plan',
  'multi-user-platform',
  'hackathon',
  'relay',
  'campaign',
] as const;
export type Group = (typeof GROUPS)[number];

/** One line of labels.jsonl. */
export interface LabelRow {
  readonly account_id: string;
  readonly label: Label;
  /** The operator's network: 'campaign-1' or 'relay-1'; null for benign accounts. */
  readonly campaign: string | null;
  readonly group: Group;
}
