/** Refusals as a customer's program meets them: the real `openai` package, and what Anthropic's clients read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, {
  APIError,
  InternalServerError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import { createGate } from '../../act/response/gate.ts';
import { APPEAL, idOf, type TestGate, TOKEN, testGate } from './gate.test-help.ts';

/** Asks as a customer does, with the gate in the place of the model; gives what the client throws. */
const thrown = async (gate: Pick<TestGate, 'url'>, account: string): Promise<APIError> => {
  const client = new OpenAI({
    apiKey: TOKEN,
    baseURL: `${gate.url}/envoy/v1`,
    defaultHeaders: { 'x-account': account, 'x-tier': 'free' },
    maxRetries: 0,
  });
  try {
    await client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'hello' }],
    });
  } catch (error) {
    assert.ok(error instanceof APIError, String(error));
    return error;
  }
  throw new Error(`${account} was let through`);
};

test('openai: a suspended account is PermissionDeniedError with the decision and where to appeal', async (t) => {
  const error = await thrown(await testGate(t), 'stopped');
  assert.ok(error instanceof PermissionDeniedError);
  assert.equal(error.code, 'stillwatch_suspend');
  assert.equal(error.type, 'permission_denied');
  for (const word of ['suspended', idOf('stopped'), APPEAL])
    assert.ok(error.message.includes(word), error.message);
  const { stillwatch } = error.error as { stillwatch: Record<string, string> };
  assert.equal(stillwatch.decision_id, idOf('stopped'));
  assert.ok(stillwatch.appeal_url!.startsWith(APPEAL));
  assert.equal(error.headers?.get('x-stillwatch-decision'), idOf('stopped'));
});

test('openai: who must be verified is told so, by another code', async (t) => {
  const error = await thrown(await testGate(t), 'unverified');
  assert.ok(error instanceof PermissionDeniedError);
  assert.equal(error.code, 'stillwatch_verify');
  assert.match(error.message, /must be verified/);
});

test('openai: too fast is RateLimitError, and its own retry waits as long as it is told', async (t) => {
  const gate = await testGate(t);
  let error: APIError | undefined;
  for (let i = 0; i < 20 && !(error instanceof RateLimitError); i++)
    error = await thrown(gate, 'slow').catch((passed: Error) => {
      // What is let through has no model behind it here: an empty answer.
      assert.match(passed.message, /was let through/);
      return undefined;
    });
  assert.ok(error instanceof RateLimitError, 'positive control: it was too fast at last');
  assert.equal(error.type, 'rate_limit_exceeded');
  assert.ok(Number(error.headers?.get('retry-after')) > 0);
});

test('openai: while the gate does not know, it is a failure that is tried again and no accusation', async (t) => {
  const closed = createGate({
    staleness: { after: 30, fails: 'closed', tiers: {}, closed_action: 'verify' },
  });
  const error = await thrown(await testGate(t, { gate: () => closed }), 'anybody');
  assert.ok(error instanceof InternalServerError);
  assert.equal(error.status, 503);
  assert.equal(error.headers?.get('retry-after'), '5');
  assert.doesNotMatch(error.message, /verif|suspend/i);
});

test("Anthropic: type, error.type, message and request_id, as its clients' errors are made of", async (t) => {
  const gate = await testGate(t);
  const reply = await gate.ask('/envoy/v1/messages', {
    method: 'POST',
    headers: { 'x-account': 'stopped', 'anthropic-version': '2023-06-01' },
    body: '{}',
  });
  assert.equal(reply.status, 403);
  const { type, error, request_id } = (await reply.json()) as {
    readonly type: string;
    readonly error: { readonly type: string; readonly message: string };
    readonly request_id: string;
  };
  assert.deepEqual([type, error.type, request_id], ['error', 'permission_error', idOf('stopped')]);
  for (const word of [idOf('stopped'), APPEAL]) assert.ok(error.message.includes(word));
});
