/**
 * One prompt and its response with its metadata, as every part of `detect` sees it.
 *
 * Every field is always present (`null` where the log does not say), so that the objects of the hot
 * loop share one hidden class. Strings come from outside: they are bounded by the reader, and may
 * hold anything.
 */
export interface Exchange {
  /** Epoch milliseconds, UTC. */
  readonly timestamp: number;
  readonly accountId: string;
  /** Text of the last user turn; '' in content-free mode. */
  readonly prompt: string;
  /** Output tokens, 0 or more. */
  readonly responseTokens: number;
  readonly exchangeId: string | null;
  readonly organizationId: string | null;
  readonly endUserId: string | null;
  readonly conversationId: string | null;
  readonly model: string | null;
  readonly promptTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  /** Completions asked for in one request; null means one. */
  readonly n: number | null;
  readonly logprobs: boolean;
  readonly stream: boolean;
  /** True when the request offers tools or carries tool results. */
  readonly tools: boolean;
  readonly systemPrompt: string | null;
  readonly finishReason: string | null;
  /** HTTP status; null when not logged. 429 is a limit reached. */
  readonly status: number | null;
  readonly ip: string | null;
  readonly asn: string | null;
  readonly country: string | null;
  readonly userAgent: string | null;
  readonly ja4: string | null;
  /** User turns before this one in the same request (from `messages`); 0 for a first turn. */
  readonly priorTurns: number;
  /**
   * 32-bit hash of the first user turn and first answer in `messages`; 0 when there are no prior
   * turns. The same conversation continued under another account has the same value.
   */
  readonly contextHash: number;
  /** Content-free mode: hash of the prompt and id of its template, computed at the edge. */
  readonly promptHash: string | null;
  readonly templateId: string | null;
}

/** One row of the optional accounts file. */
export interface AccountRecord {
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number | null;
  readonly paymentFingerprint: string | null;
  readonly emailDomain: string | null;
  readonly tier: string | null;
  readonly organizationId: string | null;
  readonly segment: string | null;
  /** Authorised distillation or research, in the provider's own words. */
  readonly attestation: string | null;
}
