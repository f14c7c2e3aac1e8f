/** A gate with one account for each action, over HTTP on a free port. */
import type { TestContext } from 'node:test';
import { decisionOf } from '../../act/gateway/test-help.ts';
import type { GateChange } from '../../act/response/decision.ts';
import { createGate, type MemoryGate } from '../../act/response/gate.ts';
import { type GateOptions, type RunningGate, startGate } from './start.ts';

export const TOKEN = 'test-token-0123456789';
export const BEARER = { authorization: `Bearer ${TOKEN}` } as const;
export const APPEAL = 'https://lab.example/appeal';

export interface TestGate extends RunningGate {
  readonly gate: MemoryGate;
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
}

export const CHANGES: readonly GateChange[] = [
  decisionOf('account', 'allowed', 'allow'),
  decisionOf('account', 'unverified', 'verify', { reason: 'IDENTITY_UNVERIFIED' }),
  decisionOf('account', 'slow', 'throttle', { obligations: { requests_per_minute: 6 } }),
  decisionOf('account', 'capped', 'restrict', {
    obligations: { max_output_tokens: 256, strip_reasoning: true, strip_logprobs: true },
  }),
  decisionOf('account', 'stopped', 'suspend'),
  decisionOf('address', '198.51.100.0/24', 'suspend'),
].map((decision, i) => ({ cursor: i + 1, change: 'put', decision }));

export const idOf = (value: string): string => {
  for (const change of CHANGES)
    if (change.change === 'put' && change.decision.subject.value === value)
      return change.decision.id;
  throw new Error(`no decision about ${value}`);
};

export const testGate = async (
  t: TestContext,
  options: Partial<GateOptions> = {},
): Promise<TestGate> => {
  const gate = createGate();
  gate.apply(CHANGES, Date.now());
  const running = await startGate({
    listen: { host: '127.0.0.1', port: 0 },
    gate: () => gate,
    appealUrl: APPEAL,
    tokens: [{ gateway: 'test', token: TOKEN }],
    fault: (error) => console.error(error),
    ...options,
  });
  t.after(running.close);
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${running.url}${path}`, { ...init, headers: { ...BEARER, ...init.headers } });
  return { ...running, gate, ask };
};
