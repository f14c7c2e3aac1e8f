/** The requests are those that LiteLLM documents for its generic guardrail API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPEAL, idOf, testGate } from './gate.test-help.ts';

const PATH = '/beta/litellm_basic_guardrail_api';

/** The documented request, with another user. */
const documented = (user: string, more: object = {}) => ({
  texts: ['extracted text from the request'],
  images: ['base64_encoded_image_data'],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Get the current weather',
        parameters: { type: 'object', properties: { location: { type: 'string' } } },
      },
    },
  ],
  request_data: {
    user_api_key_hash: 'hash of the litellm virtual key used',
    user_api_key_alias: 'alias of the litellm virtual key used',
    user_api_key_user_id: user,
    user_api_key_user_email: 'user email associated with the litellm virtual key used',
    user_api_key_team_id: 'team id associated with the litellm virtual key used',
    user_api_key_team_alias: 'team alias associated with the litellm virtual key used',
    user_api_key_end_user_id: 'end user id associated with the litellm virtual key used',
    user_api_key_org_id: 'org id associated with the litellm virtual key used',
  },
  input_type: 'request',
  litellm_call_id: 'unique_call_id',
  litellm_trace_id: 'trace_id',
  additional_provider_specific_params: {},
  ...more,
});

test('the documented request is answered with NONE or BLOCKED and a reason', async (t) => {
  const { ask } = await testGate(t);
  const send = async (body: unknown) => {
    const reply = await ask(PATH, { method: 'POST', body: JSON.stringify(body) });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
  assert.deepEqual(await send(documented('unknown')), { status: 200, body: { action: 'NONE' } });
  const { status, body } = await send(documented('stopped'));
  assert.equal(status, 200);
  assert.equal(body.action, 'BLOCKED');
  assert.ok(String(body.blocked_reason).includes(idOf('stopped')));
  assert.ok(String(body.blocked_reason).includes(APPEAL));
  // A response is let through: it was its request that was asked about.
  const response = documented('stopped', { input_type: 'response' });
  assert.deepEqual((await send(response)).body, { action: 'NONE' });
  // Members of later versions are passed over; optional ones may be null.
  const later = documented('stopped', {
    images: null,
    tools: null,
    structured_messages: [{ role: 'user' }],
  });
  assert.equal((await send(later)).body.action, 'BLOCKED');
});

test('what is no guardrail request is refused, and so is one without the key', async (t) => {
  const gate = await testGate(t);
  for (const body of [
    '',
    '[]',
    '{"input_type":"both"}',
    '{"input_type":"request","input_type":"response"}',
  ])
    assert.equal((await gate.ask(PATH, { method: 'POST', body })).status, 400, body);
  const open = await fetch(`${gate.url}${PATH}`, { method: 'POST', body: '{}' });
  assert.equal(open.status, 401);
});
